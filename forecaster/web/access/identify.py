"""From a request to whoever asks: a token, a session, a proxy's word, or nobody."""

from __future__ import annotations

import re
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from forecaster.store import tokens
from forecaster.store.tokens import StoredToken
from forecaster.web.access import secret
from forecaster.web.access.access import Access
from forecaster.web.access.policy import Address, parsed
from forecaster.web.access.principal import ANYONE, NOBODY, Principal
from forecaster.web.access.sessions import COOKIE

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,120}")


class Peer(NamedTuple):
    """Where a request comes from: past the proxies, as far as they are believed."""

    address: Address | None
    proxied: bool
    scheme: str


class Visitor(NamedTuple):
    """Whoever asks, with the token behind it if there is one; ``refused``: its token is bad."""

    principal: Principal
    token: StoredToken | None = None
    refused: bool = False


def peer(access: Access, scope: Scope) -> Peer:
    """Where a request comes from. What it says itself counts only if a listed proxy passed it on.

    Of a chain of addresses the last one counts that is no proxy: those before it are anybody's.
    """
    client = scope.get("client")
    address = parsed(client[0]) if client else None
    if not access.policy.is_proxy(address):
        return Peer(address, proxied=False, scheme=scope["scheme"])
    headers = Headers(scope=scope)
    for said in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
        hop = parsed(said.strip())
        if hop is None:
            break
        address = hop
        if not access.policy.is_proxy(hop):
            break
    scheme = headers.get("x-forwarded-proto", scope["scheme"])
    return Peer(address, proxied=True, scheme="https" if scheme == "https" else scope["scheme"])


async def visitor(access: Access, scope: Scope, came: Peer) -> Visitor:
    """Whoever asks. A token that is given and opens nothing is refused, whatever else is there."""
    headers = Headers(scope=scope)
    bearer = _bearer(headers)
    if bearer is not None:
        token = await run_in_threadpool(token_of, access, bearer)
        if token is None:
            return Visitor(NOBODY, refused=True)
        return Visitor(Principal(token.name, token.scopes, "token", token.id), token)
    number = access.sessions.token_of(_cookie(headers))
    if number is not None:
        token = _live(access, await run_in_threadpool(tokens.by_number, access.engine, number))
        if token is not None:
            return Visitor(Principal(token.name, token.scopes, "session", token.id), token)
    if came.proxied:
        name = _vouched(access, headers)
        if name is not None:
            return Visitor(Principal(name, access.policy.proxy_scopes, "proxy"))
    return Visitor(ANYONE if access.policy.open else NOBODY)


def token_of(access: Access, text: str) -> StoredToken | None:
    """The live token of a text; a slip of the pen costs no look at the database."""
    if not secret.is_whole(text):
        return None
    return _live(access, tokens.by_hash(access.engine, secret.digest(text)))


def _live(access: Access, token: StoredToken | None) -> StoredToken | None:
    return token if token is not None and token.state(access.clock()) == "live" else None


def _bearer(headers: Headers) -> str | None:
    """What is given as a token; None if nothing is. Two of them are none that opens anything."""
    said = headers.getlist("authorization")
    given = [one.partition(" ")[2].strip() for one in said if one[:7].lower() == "bearer "]
    if not given:
        return None
    return given[0] if len(said) == 1 else ""


def _cookie(headers: Headers) -> str:
    return cookie_parser("; ".join(headers.getlist("cookie"))).get(COOKIE, "")


def _vouched(access: Access, headers: Headers) -> str | None:
    """The name that a listed proxy gives, if it is one name."""
    said = headers.getlist(access.policy.proxy_header or "")
    if len(said) != 1 or not _NAME.fullmatch(said[0].strip()):
        return None
    return said[0].strip()
