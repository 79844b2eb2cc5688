"""Signing in with a token, and out again: pages for people, and two small posts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forecaster.store import audit
from forecaster.web.access import secret
from forecaster.web.access.access import Access
from forecaster.web.access.identify import token_of
from forecaster.web.access.middleware import SIGN_IN, SIGN_OUT, principal_of
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import entry
from forecaster.web.access.sessions import COOKIE, LASTS

TEMPLATE = "sign_in.html"
NOT_WHOLE = "That is not a whole token. Copy it again, from fct_ to its end."
OPENS_NOTHING = "This token opens nothing: it may have ended. Ask for another one."
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1999}")  # a path of ours, without a backslash


#: How the desk makes a page: request, status, title, the variables of ``sign_in.html``.
Render = Callable[[Request, int, str, dict[str, Any]], Response]


def router(access: Access, render: Render) -> APIRouter:
    """The routes of signing in and out."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(SIGN_IN)
    def page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        return _page(render, request, 200, next, "")

    @routes.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        form = await request.form(max_fields=10, max_files=0)
        text, wanted = str(form.get("token", "")).strip(), str(form.get("next", "/"))
        token = await run_in_threadpool(token_of, access, text)
        if token is None:
            why = OPENS_NOTHING if secret.is_whole(text) else NOT_WHOLE
            return _page(render, request, 401, wanted, why)
        who = Principal(token.name, token.scopes, "session", token.id)
        request.state.principal = who
        line = entry(request, "session.begin", token.name)
        await run_in_threadpool(audit.write, access.engine, line, now=access.clock())
        answer = RedirectResponse(local(wanted), 303, {"cache-control": "no-store"})
        answer.set_cookie(
            COOKIE,
            access.sessions.begin(token.id),
            max_age=int(LASTS.total_seconds()),
            secure=request.scope["scheme"] == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    @routes.post(SIGN_OUT)
    def sign_out(request: Request) -> Response:
        answer = RedirectResponse("/", 303, {"cache-control": "no-store"})
        secure = request.scope["scheme"] == "https"
        answer.delete_cookie(COOKIE, secure=secure, httponly=True, samesite="lax")
        return answer

    return routes


def local(address: str) -> str:
    """An address within the desk; the first page where it is none."""
    return address if _LOCAL.fullmatch(address) else "/"


def _page(render: Render, request: Request, status: int, wanted: str, problem: str) -> Response:
    shown = {
        "next": local(wanted),
        "problem": problem,
        "csrf": request.state.csrf,
        "visitor": principal_of(request.scope),
    }
    answer = render(request, status, "Sign in", shown)
    answer.headers["cache-control"] = "no-store"
    return answer
