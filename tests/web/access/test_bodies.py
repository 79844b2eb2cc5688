"""Bodies that are too long, too wide, too deep or never end go no further than the door."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.web.access import bodies
from tests.web.access.conftest import Asker, MakeApp, MakeAsker, MakeToken, bearer, served

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def ask(make_app: MakeApp, asker: MakeAsker, token: MakeToken) -> Asker:
    """A program that may record."""
    found = asker(make_app())
    found.client.headers.update(bearer(token("read", "record")))
    return found


def nested(levels: int) -> bytes:
    return b'{"value": ' + b"[" * levels + b"7" + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"value": 7}', 201),
        (nested(1), 422),
        (nested(200_000), 422),
        (b"[" * 200_000, 422),
        (b'{"a":' * 150_000, 422),
        (b'{"value": 7, "note": "' + b"[" * 200_000 + b'"}', 201),
        (b'{"value": 7, "note": "\\"' + b"{" * 200_000 + b'"}', 201),
        (b'{"value": ' + b"9" * 5_000 + b"}", 422),
        (b'{"value": 7', 422),
        (b"", 422),
        (b'{"value": "\xff"}', 422),
        (b'{"value": "\\ud800"}', 422),
        (b'{"value": 7, "\\uDFFF": 1}', 422),
        (b'{"value": 7, "note": "\\uD83D\\uDE00"}', 201),
        (b" " * 1_000_001, 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_json_of_any_shape_gets_an_answer(
    ask: Asker, written: list[str], body: bytes, status: int
) -> None:
    answer = ask.post("/api/v1/readings", content=body, headers=JSON)
    assert answer.status_code in ({status, 400} if status == 422 else {status})
    assert (status == 201) == bool(written)


def test_depth_has_a_bound_that_is_told(ask: Asker) -> None:
    answer = ask.post("/api/v1/readings", content=nested(64), headers=JSON)
    assert (422, "the JSON has more than 64 levels") == (
        answer.status_code,
        answer.json()["detail"],
    )
    assert "levels" not in ask.post("/api/v1/readings", content=nested(63), headers=JSON).text


@pytest.mark.parametrize(
    "kind", ["application/problem+json", "text/json", "APPLICATION/JSON; x=y", ""]
)
def test_depth_is_looked_at_whatever_the_body_calls_itself(ask: Asker, kind: str) -> None:
    answer = ask.post("/api/v1/readings", content=nested(200_000), headers={"content-type": kind})
    assert "64 levels" in answer.text


def test_a_form_of_ten_thousand_fields(ask: Asker, written: list[str]) -> None:
    many = {f"f{number}": "" for number in range(10_000)}
    assert 422 == ask.post("/record", data={**many, "value": "7"}).status_code
    assert 422 == ask.post("/record", content=b"&" * 10_000, headers=FORM).status_code
    parts = dict.fromkeys([*many][:150], (None, "x"))
    assert 422 == ask.post("/record", files=parts).status_code
    assert [] == written
    few = dict([*many.items()][:99])
    assert 200 == ask.post("/record", data={**few, "value": "7"}).status_code


def test_a_body_may_be_as_long_as_the_bound(ask: Asker) -> None:
    start = b"value="
    fits = start + b"x" * (bodies.LIMIT - len(start))
    assert 200 == ask.post("/record", content=fits, headers=FORM).status_code
    answer = ask.post("/record", content=fits + b"x", headers=FORM)
    assert 413 == answer.status_code


def test_a_body_of_unknown_length_is_counted_as_it_comes(ask: Asker, written: list[str]) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65_536

    assert 413 == ask.post("/record", content=endless(), headers=FORM).status_code
    assert sent < 20
    assert [] == written


def test_a_body_that_does_not_end_is_not_waited_for(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"value="
        await asyncio.Event().wait()

    assert 408 == ask.post("/record", content=stalled(), headers=FORM).status_code


def test_a_gigabyte_is_refused_before_it_is_sent(make_app: MakeApp, token: MakeToken) -> None:
    with served(make_app()) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(
                b"POST /record HTTP/1.1\r\nhost: desk\r\ncontent-length: 1000000000\r\n"
                b"authorization: Bearer " + token("record").encode() + b"\r\n\r\nvalue="
            )
            assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_who_goes_away_within_a_body_is_no_error(make_app: MakeApp, token: MakeToken) -> None:
    app = make_app()
    headers = [(b"authorization", f"Bearer {token('record')}".encode())]
    said: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/record",
        "headers": headers,
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(app(scope, receive, send))
    assert [] == said


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def levels(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(levels, value.values()), default=0)
        case list():
            return 1 + max(map(levels, value), default=0)
        case _:
            return 0


@given(plain, st.booleans())
def test_depth_is_that_of_the_document(value: Any, plain_letters: bool) -> None:  # noqa: FBT001
    text = json.dumps(value, ensure_ascii=plain_letters).encode(errors="surrogatepass")
    assert levels(value) == bodies.depth(text)


@given(st.lists(st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"x"]), max_size=40).map(b"".join))
def test_depth_is_never_less_than_a_reader_goes_down(text: bytes) -> None:
    """For bodies that are no JSON too: up to where a reader gives up, it has gone so deep."""
    deepest, level, at = 0, 0, 0
    while at < len(text):
        if text[at : at + 1] == b'"':
            at += 1
            while at < len(text) and text[at : at + 1] != b'"':
                at += 2 if text[at : at + 1] == b"\\" else 1
        elif text[at : at + 1] in {b"[", b"{"}:
            level += 1
        elif text[at : at + 1] == b"]":
            level -= 1
        deepest = max(deepest, level)
        at += 1
    assert deepest == bodies.depth(text)


@pytest.mark.parametrize(
    "body", [b'"' * 999_999, b'"\\' * 499_999, b'\\"' * 499_999, b"[]" * 499_999]
)
def test_a_body_made_to_be_slow_is_looked_at_in_one_pass(body: bytes) -> None:
    """Looked at again from every quotation mark, these would take hours."""
    assert bodies.depth(body) <= 1


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5), st.text())
def test_a_field_is_found_as_it_was_sent(fields: dict[str, str], value: str) -> None:
    body = urlencode({**fields, "csrf_token": value}).encode()
    assert value == bodies.field(body, "application/x-www-form-urlencoded", "csrf_token")
