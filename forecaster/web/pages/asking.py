"""The form in which people ask the draws about futures of their own."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forecaster import asked
from forecaster.errors import ManyWait, UsageError
from forecaster.web.access.require import caller
from forecaster.web.pages import acting, what_if
from forecaster.web.pages.acting import Recorder
from forecaster.web.pages.indicator import Tried
from forecaster.web.site import Site, site_of

ADDRESS = "/what-if/own"
FIELD = "what_if"
NO_TEXT = "\N{REPLACEMENT CHARACTER}"  # a page can show nothing else for a control character

router = APIRouter(include_in_schema=False)


@router.post(ADDRESS)
async def ask(request: Request, _who: Recorder) -> Response:
    """Ask, and lead to where the answer will be; or show the form again with what is wrong."""
    site, who = site_of(request), caller(request)
    text = await _text(request)

    def write(site: Site) -> str:
        if NO_TEXT in text:
            raise UsageError(f"{FIELD}: holds a control character; write plain text")
        question, _ = site.question(asked.of_text(site.desk, text), who)
        return f"{ADDRESS}/{question['id']}"

    try:
        address = await run_in_threadpool(write, site)
    except (ManyWait, UsageError) as error:
        # Keys stay as they are written: no capital letter begins them.
        tried = Tried("ask", {FIELD: text}, FIELD, str(error))
        status = 409 if isinstance(error, ManyWait) else 422
        shown = (what_if.PAGE, what_if.view)
        return await run_in_threadpool(acting.again, request, shown, tried, None, status)
    site.memo.forget()
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


async def _text(request: Request) -> str:
    """What was typed: with lines ended as TOML and the bound of the field count them."""
    sent = await request.form(max_fields=acting.FIELDS, max_files=0)
    text = str(sent.get(FIELD, "")).replace("\r\n", "\n").strip()
    return "".join(sign if sign in "\n\t" or ord(sign) >= 32 else NO_TEXT for sign in text)
