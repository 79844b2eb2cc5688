"""How the API answers: documents that are kept, moments that are read, files by their kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from forecaster import parsing
from forecaster.errors import UnknownName, UsageError, WrongValue
from forecaster.web import memo
from forecaster.web.formats import forms
from forecaster.web.formats.forms import Form
from forecaster.web.formats.sheet import Sheet
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of

JSON = forms.TYPES["json"]
#: What a day or a moment looks like. That it is one of the calendar is not for a pattern to say.
_DAY, _TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
MOMENT = rf"^{_DAY}(T{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?$"
FILES = {
    200: {
        "description": "In the form that was asked for.",
        "content": {
            media: {"schema": {"type": "string"}}
            for media in sorted({forms.TYPES[one].partition(";")[0] for one in forms.WRITERS})
        },
    }
}
AsOf = Annotated[
    str | None,
    Query(
        description="As known then: a day (its end is meant) or a moment, UTC unless it says "
        "otherwise. Now unless stated.",
        examples=["2018-12-31", "2018-12-31T12:00:00Z"],
        json_schema_extra={"pattern": MOMENT},
    ),
]
Endpoint = Callable[..., Any]


def reads(router: APIRouter, path: str, model: Any, **more: Any) -> Callable[[Endpoint], Endpoint]:
    """Let an endpoint answer GET, described by a model, and HEAD."""

    def add(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            response_model=model,
            response_class=JSONResponse if model is not None else Response,
            **more,
        )
        router.add_api_route(
            path, endpoint, methods=["HEAD"], response_model=None, include_in_schema=False
        )
        return endpoint

    return add


def moment(request: Request, as_of: str | None) -> datetime | None:
    """The moment that is asked for; None for now, and for any that has not come yet.

    Raises
    ------
    WrongValue
        If the text is none.
    """
    now = site_of(request).now()
    if as_of is not None and not re.fullmatch(MOMENT, as_of):
        raise WrongValue(
            "as_of", f"{as_of!r} is no moment; write 2018-12-31 or 2018-12-31T12:00:00Z"
        )
    found = parsing.past_moment(as_of, "as_of", now)
    return None if found is None or found >= now else found


async def given(request: Request, key: Hashable, make: Callable[[], Kept]) -> Response:
    """The answer to GET or HEAD, made in a thread, and kept while the store stays as it is."""
    name = ("api", request.scope["path"], key)
    made = await site_of(request).memo.get(name, make, lane="document")
    return bodiless(request, made.answer(request))


async def live(request: Request, make: Callable[[], Kept]) -> Response:
    """The same, made each time: the mark of the store does not tell of what it shows."""
    return bodiless(request, (await run_in_threadpool(make)).answer(request))


def bodiless(request: Request, answer: Response) -> Response:
    """The same without its body for HEAD."""
    if request.method == "HEAD":
        answer.body = b""
    return answer


def document(content: Any, headers: Mapping[str, str] | None = None) -> Kept:
    """A JSON document, in full precision."""
    return memo.keep(written(content), JSON, headers=headers)


def item(content: Any) -> Kept:
    """A document that may be changed: its ETag is strong, so that ``If-Match`` may name it."""
    body = written(content)
    return replace(memo.keep(body, JSON), content=body, packed=False, etag=etag(content))


def etag(content: Any) -> str:
    """The ETag of a document that may be changed."""
    return memo.keep(written(content), JSON).etag.removeprefix("W/")


def written(content: Any) -> bytes:
    """A document as bytes."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def table(sheet: Sheet, form: Form, name: str, units: str) -> Kept:
    """A table as a file; ``units`` is the address of what says the units of its CSV."""
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        headers["link"] = f'<{units}>; rel="describedby"; type="text/csv"'
    return memo.keep(forms.WRITERS[form](sheet), forms.TYPES[form], headers=headers)


def done(request: Request, content: Any, status: int = 200) -> Response:
    """The answer to a write; what pages and other answers show is looked at anew."""
    site_of(request).memo.forget()
    return JSONResponse(content, status, {"cache-control": "no-store"})


async def writes[T](request: Request, write: Callable[[Site], T]) -> T:
    """Carry a write out in a thread."""
    return await run_in_threadpool(write, site_of(request))


def judged(error: UsageError, document: Mapping[str, Any]) -> Exception:
    """What to raise where a judgement was refused: 409 if somebody else has judged meanwhile."""
    from starlette.exceptions import HTTPException

    return error if document["decision"] is None else HTTPException(409, str(error))


@contextmanager
def meant(field: str) -> Iterator[None]:
    """A name that is not part of the address: 422 where there is none, and not 404."""
    try:
        yield
    except UnknownName as error:
        raise WrongValue(field, str(error)) from None
