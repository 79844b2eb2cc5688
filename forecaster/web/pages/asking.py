"""The form in which people ask the draws about futures of their own."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forecaster import asked
from forecaster.errors import Busy, UsageError, WrongValue
from forecaster.web.access.require import caller
from forecaster.web.pages import acting, what_if
from forecaster.web.pages.acting import Fields, Recorder
from forecaster.web.site import site_of

ADDRESS = "/what-if/own"

router = APIRouter(include_in_schema=False)


@router.post(ADDRESS)
async def ask(request: Request, _who: Recorder) -> Response:
    """Ask, and lead to where the answer will be; or show the form again with what is wrong."""
    site, who = site_of(request), caller(request)
    fields: Fields = {}

    def write() -> str:
        futures = asked.of_text(site.desk, fields.get(asked.FIELD, ""))
        question, new = asked.ask(site.desk, futures, who)
        if new:
            site.answer_soon()
        return f"{ADDRESS}/{question.id}"

    try:
        fields = await acting.read(request, longest=asked.LONGEST)
        address = await run_in_threadpool(write)
    except (Busy, UsageError) as error:
        told = error if isinstance(error, UsageError) else WrongValue(asked.FIELD, str(error))
        # Keys stay as they are written: no capital letter begins them.
        why = str(told).removeprefix(f"{asked.FIELD}: ")
        tried = replace(acting.wrong("ask", fields, told), why=why)
        status = 409 if isinstance(error, Busy) else 422
        shown = (what_if.PAGE, what_if.view)
        return await run_in_threadpool(acting.again, request, shown, tried, None, status)
    site.memo.forget()
    return RedirectResponse(address, 303, {"cache-control": "no-store"})
