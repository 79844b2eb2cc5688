"""What is answered to whoever may not: a problem document (RFC 9457), or a page in plain words."""

from __future__ import annotations

import http
from collections.abc import Callable, Mapping

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from forecaster.web.access.principal import Principal

#: The same for a token that never was, has ended or was revoked: nobody learns which.
WHO = "say who you are by a token: `Authorization: Bearer fct_...`; `forecaster token` makes one"
BAD_TOKEN = "this token opens nothing; `forecaster token list` shows those that do"  # noqa: S105
CROSS_SITE = "this did not come from a page of the desk; open the page anew and try again"
NO_STORE = "the database of the desk cannot be used just now; its log says why"
CHALLENGE = {"www-authenticate": 'Bearer realm="desk"'}
_WORDS = {
    401: "Sign in to see this page.",
    403: "You may not do this.",
    429: "Too many requests: wait a moment, then try again.",
}


#: How a refusal is answered: request, status, what to tell, headers. The desk has a page for it.
Refuse = Callable[[Request, int, str, Mapping[str, str]], Response]


def answer(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """The plain answer: a problem document under ``/api/``, else a page without any frame."""
    title = http.HTTPStatus(status).phrase
    kept_nowhere = {**headers, "cache-control": "no-store"}
    if str(request.scope["path"]).startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JSONResponse(body, status, kept_nowhere, "application/problem+json")
    words = escape(_WORDS.get(status, f"{detail[:1].upper()}{detail[1:]}."))
    link = '<p><a href="/sign-in">Sign in</a></p>' if status in {401, 403} else ""
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body><h1>{title}</h1><p>{words}</p>{link}</body></html>"
    )
    return HTMLResponse(page, status, kept_nowhere)


def lacking(principal: Principal, scope: str) -> tuple[int, str, Mapping[str, str]]:
    """Status, reason and headers for somebody without a scope: who is it, or why not it."""
    if not principal.known:
        return 401, WHO, CHALLENGE
    return 403, f"this needs the scope {scope}; {principal.name} has {_had(principal)}", {}


def _had(principal: Principal) -> str:
    return ", ".join(sorted(principal.scopes)) or "none"
