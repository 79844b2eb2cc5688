"""Errors as answers: RFC 9457 for programs, a page for people."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from forecaster.errors import (
    Busy,
    DamagedFile,
    ForecasterError,
    NothingKnown,
    Quarantined,
    StoreError,
    UnknownName,
    UsageError,
)
from forecaster.web.access.sign_in import local

MEDIA_TYPE = "application/problem+json"
#: The most special first.
STATUS: tuple[tuple[type[ForecasterError], int], ...] = (
    (UnknownName, 404),
    (NothingKnown, 404),
    (Quarantined, 422),
    (UsageError, 422),
    (Busy, 409),
    (DamagedFile, 503),
    (StoreError, 503),
)


def status_of(error: ForecasterError) -> int:
    """The HTTP status that tells of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A problem document; ``detail`` says what was given, what was expected, what to do."""
    body = {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def bad_host() -> Response:
    """For a request that names another host than ours."""
    return problem(
        400,
        "this desk does not answer to that host; FORECASTER_HOSTS lists the names it answers to",
    )


def wants_page(request: Request) -> bool:
    """Whether a person asks: by the path as routed, never by one built from the Host."""
    path = str(request.scope["path"])
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


async def on_error(request: Request, error: Exception) -> Response:
    """The answer for an error that we know."""
    if isinstance(error, RequestValidationError):
        return answer(request, 422, _said(error), {})
    if isinstance(error, HTTPException):
        return answer(request, error.status_code, _detail(error), error.headers or {})
    if isinstance(error, ForecasterError):
        return answer(request, status_of(error), str(error), {})
    raise error


def refuse(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """The answer to whoever may not; a person who is unknown is asked to sign in."""
    kept_nowhere = {**headers, "cache-control": "no-store"}
    if status != 401 or not wants_page(request) or request.method not in {"GET", "HEAD"}:
        return answer(request, status, detail, kept_nowhere)
    from forecaster.web.pages import page

    shown = {"next": local(str(request.scope["path"])), "problem": ""}
    said = page.sign_in(request, status, "Sign in", shown)
    said.headers.update(kept_nowhere)
    return said


def answer(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """A page for a person, a problem document for a program."""
    if wants_page(request):
        from forecaster.web.pages import page

        return page.failure(request, status, detail, headers)
    return problem(status, detail, headers)


def _detail(error: HTTPException) -> str:
    if error.status_code == 404 and error.detail == "Not Found":
        return "there is nothing at this address"
    return str(error.detail)


def _said(error: RequestValidationError) -> str:
    """Each wrong field with what was expected; what was given is not repeated."""
    lines = [
        f"{'.'.join(str(part) for part in one['loc'][1:]) or one['loc'][0]}: {one['msg']}"
        for one in error.errors()
    ]
    return "; ".join(lines)
