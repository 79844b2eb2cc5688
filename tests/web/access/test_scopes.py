"""Who may what: each method, each set of scopes, each state of a token."""

from __future__ import annotations

import asyncio
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from forecaster.settings import SCOPES
from forecaster.store import tokens
from forecaster.store.handle import Engine
from forecaster.web.access import secret
from forecaster.web.access.principal import COMMAND_LINE
from tests.web.access.conftest import ANYWHERE, Clock, MakeApp, MakeAsker, MakeToken, bearer

#: method, path, the scope it needs, what is sent.
ROUTES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("GET", "/", "read", {}),
    ("GET", "/api/v1/things", "read", {}),
    ("OPTIONS", "/api/v1/things", "read", {}),
    ("GET", "/api/v1/openapi.json", "read", {}),
    ("GET", "/nothing/here", "read", {}),
    ("POST", "/api/v1/readings", "record", {"json": {"value": 7}}),
    ("PUT", "/api/v1/readings/7", "record", {}),
    ("PATCH", "/api/v1/readings/7", "record", {}),
    ("DELETE", "/api/v1/readings/7", "record", {}),
    ("POST", "/record", "record", {"data": {"value": "7"}}),
    ("POST", "/api/v1/runs", "operate", {}),
)
SETS = [one for n in range(1, 4) for one in combinations(SCOPES, n)]
STATES = ("none", "unknown", "expired", "revoked", "mistyped", "not a token", "two")


def headers_of(state: str, token: MakeToken, engine: Engine, clock: Clock) -> Any:
    if state in {"none", "unknown", "not a token"}:
        return {"none": {}, "unknown": bearer(secret.make()), "not a token": bearer("")}[state]
    text = token(*SCOPES, days=1)
    match state:
        case "expired":
            clock.forward(days=1)
        case "revoked":
            tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
        case "mistyped":
            text = text[:-1] + ("x" if text[-1] != "x" else "y")
        case "two":
            return [*bearer(text).items()] * 2
    return bearer(text)


@pytest.mark.parametrize("scopes", SETS, ids=" ".join)
@pytest.mark.parametrize(("method", "path", "needed", "sent"), ROUTES)
def test_a_live_token_opens_what_its_scopes_say_and_no_more(
    make_app: MakeApp,
    asker: MakeAsker,
    token: MakeToken,
    scopes: tuple[str, ...],
    method: str,
    path: str,
    needed: str,
    sent: dict[str, Any],
) -> None:
    answer = asker(make_app(ANYWHERE))(method, path, headers=bearer(token(*scopes)), **sent)
    assert answer.status_code not in {401, 500}
    assert (answer.status_code != 403) == (needed in scopes)
    if needed not in scopes and path.startswith("/api/"):
        assert needed in answer.json()["detail"].partition(";")[0]


@pytest.mark.parametrize("host", ["127.0.0.1", ANYWHERE])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("method", "path", "needed", "sent"), ROUTES)
def test_whatever_is_no_live_token_opens_nothing(
    make_app: MakeApp,
    asker: MakeAsker,
    token: MakeToken,
    engine: Engine,
    clock: Clock,
    written: list[str],
    host: str,
    state: str,
    method: str,
    path: str,
    needed: str,
    sent: dict[str, Any],
) -> None:
    app = make_app(host)
    answer = asker(app)(method, path, headers=headers_of(state, token, engine, clock), **sent)
    anyone = host == "127.0.0.1" and state == "none" and needed == "read"
    assert anyone == (answer.status_code != 401)
    assert [] == written


def test_nobody_learns_whether_a_token_was_ever_one(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask = asker(make_app(ANYWHERE))
    answers = [
        ask.get("/api/v1/things", headers=headers_of(state, token, engine, clock))
        for state in ("unknown", "expired", "mistyped", "not a token")
    ]
    tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
    answers.append(ask.get("/api/v1/things", headers=headers_of("revoked", token, engine, clock)))
    assert {answers[0].content} == {one.content for one in answers}
    assert {str(answers[0].headers)} == {str(one.headers) for one in answers}
    assert 'Bearer realm="desk"' == answers[0].headers["www-authenticate"]
    assert "application/problem+json" == answers[0].headers["content-type"]
    assert {"type", "title", "status", "detail"} == answers[0].json().keys()


def test_a_route_whose_author_forgot_the_scope_is_closed_to_readers(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    ask = asker(make_app())
    assert 401 == ask.post("/api/v1/forgotten").status_code
    reader = bearer(token("read"))
    assert 403 == ask.post("/api/v1/forgotten", headers=reader).status_code
    assert (
        200 == ask.post("/api/v1/forgotten", headers=bearer(token("operate", name="b"))).status_code
    )


@pytest.mark.parametrize("path", ["/healthz", "/static/desk.css", "/sign-in"])
def test_what_is_public_asks_nobody_anything(
    make_app: MakeApp, asker: MakeAsker, path: str
) -> None:
    ask = asker(make_app(ANYWHERE))
    assert 200 == ask.get(path).status_code
    assert 200 == ask.get(path, headers=bearer("nonsense")).status_code


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/healthz/",
            "/healthz/x",
            "/HEALTHZ",
            "/%68ealthz/..",
            "//healthz",
            "/static",
            "/staticx",
        ),
        *("/sign-in/", "/sign-in/../", "/api/v1/things?/static/", "/api/v1/things#/healthz"),
        *("/static/../api/v1/things", "/static/%2e%2e/", "/static/..%2fapi/v1/things"),
    ],
)
def test_what_only_looks_public_is_not(make_app: MakeApp, asker: MakeAsker, path: str) -> None:
    """The client tidies some of them up before it asks; none reaches a page."""
    answer = asker(make_app(ANYWHERE)).get(path)
    assert answer.status_code in {401, 404}
    assert "anyone" not in answer.text


def test_the_host_that_a_request_names_opens_nothing(make_app: MakeApp, asker: MakeAsker) -> None:
    """An address put together from it would read ``/healthz?...`` here."""
    ask = asker(make_app(ANYWHERE))
    for host in ("x/healthz?", "x/static/", "127.0.0.1/sign-in#"):
        assert 401 == ask.get("/api/v1/things", headers={"host": host}).status_code


def test_a_page_says_in_words_what_the_api_says_in_a_document(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    ask = asker(make_app(ANYWHERE))
    page = ask.get()
    assert "text/html; charset=utf-8" == page.headers["content-type"]
    assert '<a href="/sign-in">Sign in</a>' in page.text
    assert "no-store" == page.headers["cache-control"]
    denied = ask.get(headers=bearer(token("record")))
    assert (403, True) == (denied.status_code, "You may not do this." in denied.text)


def test_a_basic_password_is_no_token_and_no_hindrance(make_app: MakeApp, asker: MakeAsker) -> None:
    answer = asker(make_app()).get(headers={"authorization": "Basic YTpi"})
    assert "anyone" == answer.json()["name"]


def test_revoking_and_expiry_count_at_once(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask, text = asker(make_app(ANYWHERE)), token("read", days=1)
    assert 200 == ask.get(headers=bearer(text)).status_code
    clock.forward(days=1, microseconds=-1)
    assert 200 == ask.get(headers=bearer(text)).status_code
    clock.forward(microseconds=1)
    assert 401 == ask.get(headers=bearer(text)).status_code
    second = token("read")
    assert 200 == ask.get(headers=bearer(second)).status_code
    tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
    assert 401 == ask.get(headers=bearer(second)).status_code


def test_use_is_noted_to_the_minute(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask, text, began = asker(make_app()), token("read"), clock()
    for seconds, noted in ((0, 0), (59, 0), (2, 61)):
        clock.forward(seconds=seconds)
        assert 200 == ask.get(headers=bearer(text)).status_code
        (one,) = tokens.every(engine)
        assert one.last_used_at is not None
        assert noted == (one.last_used_at - began).total_seconds()


def test_without_a_database_nobody_comes_in_and_is_told_so(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, tmp_path: Path
) -> None:
    ask, text = asker(make_app(ANYWHERE)), token("read")
    (tmp_path / "forecaster.sqlite").rename(tmp_path / "elsewhere")
    answer = ask.get("/api/v1/things", headers=bearer(text))
    assert 503 == answer.status_code
    assert str(tmp_path) not in answer.text
    assert 200 == ask.get("/healthz").status_code


def test_there_are_no_websockets(make_app: MakeApp) -> None:
    async def connect(app: FastAPI) -> list[Any]:
        said: list[Any] = []

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
        await app(scope, receive, send)
        return said

    assert [{"type": "websocket.close", "code": 1008}] == asyncio.run(connect(make_app()))
