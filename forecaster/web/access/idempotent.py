"""``Idempotency-Key``: a write that is sent again is carried out once and has one answer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecaster.store import idempotency
from forecaster.store.idempotency import Answer, Asked, Claim
from forecaster.web.access import bodies
from forecaster.web.access.access import Access
from forecaster.web.access.middleware import SAFE, principal_of

KEPT_HEADERS = ("content-type", "location", "etag", "cache-control", "content-language")
#: In the state of a request: the body that a retry is given where the first one told a secret.
AGAIN = "body_for_retries"
#: Answers that another attempt may turn round, besides those of 500 and more.
MAY_CHANGE = frozenset({401, 403, 408, 409, 425, 429})
_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
_UNDER_WAY = "the first request with this Idempotency-Key is under way; ask again in a moment"
_ANOTHER = (
    "this Idempotency-Key was used for another request; take a new key for each write, and the "
    "same one only to send the same write again"
)
_NO_KEY = "Idempotency-Key: expected up to 255 plain letters, digits and signs"


class Retried:
    """Stands behind the door and before the routes of the API."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry a write out, or give the answer it had."""
        if not _concerned(scope):
            await self._app(scope, receive, send)
            return
        keys = Headers(scope=scope).getlist("idempotency-key")
        if len(keys) != 1 or not _KEY.fullmatch(keys[0]):
            await self._refuse(scope, 422, _NO_KEY)(scope, receive, send)
            return
        body = await bodies.read(Headers(scope=scope), receive)
        receive = bodies.again(body, receive)
        asked = _asked(scope, keys[0], body)
        engine, now = self._access.engine, self._access.clock()
        found = await run_in_threadpool(idempotency.claim, engine, asked, now=now)
        match found:
            case Claim():
                answer = await self._carry_out(found, scope, receive)
            case Answer():
                answer = Response(found.body, found.status, found.headers)
                answer.headers["idempotency-replayed"] = "true"
            case "under way":
                answer = self._refuse(scope, 409, _UNDER_WAY, {"retry-after": "1"})
            case _:
                answer = self._refuse(scope, 422, _ANOTHER)
        await answer(scope, receive, send)

    async def _carry_out(self, claim: Claim, scope: Scope, receive: Receive) -> Response:
        """Let the route write; what may go better next time may be tried again with its key."""
        engine, heard = self._access.engine, _Heard()
        try:
            await self._app(scope, receive, heard.send)
        except Exception:
            await run_in_threadpool(idempotency.let_go, engine, claim)
            raise
        again = scope["state"].get(AGAIN)
        if heard.status >= 500 or heard.status in MAY_CHANGE:
            await run_in_threadpool(idempotency.let_go, engine, claim)
        else:
            now = self._access.clock()
            kept = heard.answer() if again is None else heard.answer()._replace(body=again)
            await run_in_threadpool(idempotency.keep, engine, claim, kept, now=now)
        return heard.response()

    def _refuse(
        self, scope: Scope, status: int, detail: str, headers: dict[str, str] | None = None
    ) -> Response:
        return self._access.refuse(Request(scope), status, detail, headers or {})


@dataclass
class _Heard:
    """What a route answers, caught before it is sent."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))

    def answer(self) -> Answer:
        said = Headers(raw=self.headers)
        kept = {name: said[name] for name in KEPT_HEADERS if name in said}
        return Answer(self.status, kept, b"".join(self.parts))

    def response(self) -> Response:
        response = Response(b"".join(self.parts), self.status)
        response.raw_headers = self.headers
        return response


def _concerned(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["path"].startswith("/api/")
        and scope["method"] not in SAFE
        and any(name == b"idempotency-key" for name, _ in scope["headers"])
    )


def _asked(scope: Scope, key: str, body: bytes) -> Asked:
    query = scope.get("query_string", b"").decode("latin-1")
    return Asked(
        principal=principal_of(scope).identity,
        key=key,
        method=scope["method"],
        path=f"{scope['path']}?{query}" if query else scope["path"],
        body_sha256=hashlib.sha256(body).hexdigest(),
    )
