"""Errors as answers: RFC 9457 for programs, a page for people."""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecaster import validation
from forecaster.errors import (
    Busy,
    DamagedFile,
    ForecasterError,
    ManyWait,
    NothingKnown,
    Quarantined,
    StoreError,
    UnknownName,
    UsageError,
)
from forecaster.store import faults
from forecaster.web.access.sign_in import local
from forecaster.web.site import site_of

_log = logging.getLogger("forecaster.web")
MEDIA_TYPE = "application/problem+json"
#: The most special first.
STATUS: tuple[tuple[type[ForecasterError], int], ...] = (
    (UnknownName, 404),
    (NothingKnown, 404),
    (Quarantined, 422),
    (UsageError, 422),
    (Busy, 409),
    (ManyWait, 409),
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


class Unforeseen:
    """Answers for a fault of this program: without its details, with the name it has in the log.

    Stands within the security headers, so that they are on this answer too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where that breaks before an answer has begun, give one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            name = scope.get("state", {}).get("request_id") or uuid4().hex
            # The route's pattern: what somebody typed may hold anything, a token for one.
            route = getattr(scope.get("route"), "path", "no route")
            _log.exception("unforeseen fault %s in %s %s", name, scope["method"], route)
            if begun:
                raise  # the server breaks the answer off
            await _fault(Request(scope), name)(scope, receive, send)


def _fault(request: Request, name: str) -> Response:
    detail = f"this is a fault of the program; the log tells of it as {name}"
    kept_nowhere = {"cache-control": "no-store"}
    if wants_page(request):
        try:
            return answer(request, 500, detail, kept_nowhere)
        except Exception:  # noqa: BLE001 - the fault may be in what every page has
            _log.exception("no page could be made for the fault %s", name)
    return problem(500, detail, kept_nowhere, error_id=name)


async def on_error(request: Request, error: Exception) -> Response:
    """The answer for an error that we know."""
    if isinstance(error, RequestValidationError):
        return answer(request, 422, _said(request, error), {})
    if isinstance(error, HTTPException):
        return answer(request, error.status_code, _detail(error), error.headers or {})
    if isinstance(error, ForecasterError):
        return answer(request, status_of(error), _nowhere(request, str(error)), {})
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


def _nowhere(request: Request, text: str) -> str:
    """Without the places of this machine: they help who runs it, and are not for readers."""
    desk = site_of(request).desk
    text = text.replace(faults.place(desk.engine), "the database")
    home = str(desk.settings.home)
    return text.replace(f"{home}/", "").replace(home, "the state folder")


def _detail(error: HTTPException) -> str:
    if error.status_code == 404 and error.detail == "Not Found":
        return "there is nothing at this address"
    return str(error.detail)


def _said(request: Request, error: RequestValidationError) -> str:
    """Each wrong field with what was expected; what was given is not repeated."""
    errors = validation.real(error.errors())
    lines = [
        f"{'.'.join(str(part) for part in one['loc'][1:]) or one['loc'][0]}: "
        f"{_message(request, one)}"
        for one in errors[: validation.SHOWN]
    ]
    return validation.some(lines, len(errors))


def _message(request: Request, one: Mapping[str, Any]) -> str:
    """What is wrong with a field; of a body the names that are known are told, nearest first."""
    body = getattr(request.scope.get("route"), "body_field", None)
    if one["type"] == "extra_forbidden" and one["loc"][0] == "body" and body is not None:
        return f"unknown key{validation.hint(body.field_info.annotation, tuple(one['loc'][1:]))}"
    return str(one["msg"]).removeprefix("Value error, ")
