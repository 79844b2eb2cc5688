"""The door: every request passes here before anything of the desk sees it.

In this order: how often one asks, who it is, what it may, and for what changes something the size
and shape of the body and whether a page of ours sent it. What a request is for is taken from the
path that the routes use, never from an address put together from what the request says.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from forecaster.errors import StoreError
from forecaster.store import tokens
from forecaster.store.tokens import NOTED_EVERY, StoredToken
from forecaster.web.access import bodies, origin, refusals
from forecaster.web.access.access import Access
from forecaster.web.access.identify import Peer, Visitor, peer, visitor
from forecaster.web.access.limits import place
from forecaster.web.access.principal import NOBODY, Principal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEALTH = "/healthz"
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
STATIC = "/static/"
GUARD_FIELD = "csrf_token"
GUARD_HEADER = "x-csrf-token"


_log = logging.getLogger("forecaster.access")


class _Refused(Exception):
    """A request that goes no further."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.answer = (status, detail, headers or {})


class Door:
    """Lets requests in, with ``state.principal`` and ``state.csrf``, or answers them itself."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._noted: dict[int, datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or not."""
        if scope["type"] == "websocket":  # there are none
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state.update(principal=NOBODY, csrf="", request_id=state.get("request_id") or uuid4().hex)
        if scope["path"] == HEALTH and scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        try:
            token, receive = await self._admit(scope, receive)
        except _Refused as refused:
            await self._access.refuse(Request(scope), *refused.answer)(scope, receive, send)
            return
        except bodies.Gone:
            return
        except StoreError as error:
            _log.warning("nobody can be let in: %s", error)
            await self._access.refuse(Request(scope), 503, refusals.NO_STORE, {})(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)
        if token is not None:
            await self._note(token)

    async def _admit(self, scope: Scope, receive: Receive) -> tuple[StoredToken | None, Receive]:
        """Everything that has to hold, and then the request as it is passed on."""
        came = peer(self._access, scope)
        scope["scheme"] = came.scheme
        await self._not_too_often(scope, came)
        if scope["path"].startswith(STATIC) and scope["method"] in SAFE:
            return None, receive
        who = await visitor(self._access, scope, came)
        scope["state"].update(
            principal=who.principal, csrf=self._access.sessions.guard(who.principal)
        )
        await self._may(scope, who)
        if scope["method"] not in SAFE:
            receive = await self._body(scope, receive, who.principal)
        return who.token, receive

    async def _not_too_often(self, scope: Scope, came: Peer) -> None:
        address = place(came.address)
        scope["state"]["address"] = str(came.address or "")
        wait = await self._access.limiter.ask(f"address:{address}")
        if not wait and scope["path"] == SIGN_IN and scope["method"] not in SAFE:
            wait = await self._access.limiter.sign_in(f"address:{address}")
        _wait(wait)

    async def _may(self, scope: Scope, who: Visitor) -> None:
        """Reading needs ``read``; what changes something needs a scope to change something.

        Which of them is for its route to say, by ``require``; without one no route is reached.
        """
        if scope["path"] in {SIGN_IN, SIGN_OUT}:
            return
        if who.refused:
            raise _Refused(401, refusals.BAD_TOKEN, refusals.CHALLENGE)
        principal = who.principal
        if principal.known:
            _wait(await self._access.limiter.ask(principal.identity))
        if scope["method"] in SAFE:
            if not principal.may("read"):
                raise _Refused(*refusals.lacking(principal, "read"))
        elif not (principal.may("record") or principal.may("operate")):
            raise _Refused(*refusals.lacking(principal, "record or operate"))

    async def _body(self, scope: Scope, receive: Receive, principal: Principal) -> Receive:
        headers = Headers(scope=scope)
        by_token = principal.how == "token"
        if not by_token and not origin.is_ours(headers):
            raise _Refused(403, refusals.CROSS_SITE)
        try:
            body = await bodies.read(headers, receive)
            bodies.check(body, headers.get("content-type", ""))
        except bodies.Refused as refused:
            raise _Refused(refused.status, refused.why) from None
        if principal.known and not by_token:
            said = headers.get(GUARD_HEADER) or bodies.field(
                body, headers.get("content-type", ""), GUARD_FIELD
            )
            if not self._access.sessions.guards(principal, said):
                raise _Refused(403, refusals.CROSS_SITE)
        return bodies.again(body, receive)

    async def _note(self, token: StoredToken) -> None:
        """Note a use after its answer: nobody waits for it, and no answer depends on it."""
        now = self._access.clock()
        noted = self._noted.get(token.id)
        if token.use_is_due(now) and (noted is None or noted <= now - NOTED_EVERY):
            self._noted[token.id] = now
            with suppress(StoreError):
                await run_in_threadpool(tokens.note_use, self._access.engine, token.id, now)


def _wait(seconds: int) -> None:
    if seconds:
        raise _Refused(
            429,
            f"too many requests; wait {seconds} s and try again",
            {"retry-after": str(seconds)},
        )


def principal_of(scope: Scope) -> Principal:
    """Whoever asks, as the door found it; nobody where there is no door."""
    state: dict[str, Any] = scope.get("state", {})
    found = state.get("principal", NOBODY)
    return found if isinstance(found, Principal) else NOBODY
