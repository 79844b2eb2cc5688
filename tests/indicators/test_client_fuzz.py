"""Whatever bytes a server sends: an answer within the cap, or one of our own errors."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.client import Access, Client
from indicators.exchange import Patience
from indicators.source import Ask, Request, SourceError
from tests.indicators.conftest import Gazette, Shelf
from tests.replay import Publisher, Route

CAP = 2000
ONCE = Patience(attempts=1)
WHOLE = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: "1"\r\n'
    b'Content-Length: 8\r\n\r\n{"a": 1}'
)
PACKED = gzip.compress(b'{"a": 1}' * 100, mtime=0)
HEADERS = st.sampled_from(
    [
        b"Content-Type: application/json",
        b"Content-Type: text/html",
        b"Content-Type: \xff\xfe",
        b"Content-Encoding: gzip",
        b"Content-Encoding: br",
        b"Content-Length: 8",
        b"Content-Length: -1",
        b"Content-Length: 99999999999999999999",
        b"Transfer-Encoding: chunked",
        b"Location: //\xc3\xa9.example/",
        b"Location: /again",
        b"Retry-After: \xd9\xa3",
        b"ETag: \xe9",
        b"Set-Cookie: a=b",
        b": empty",
        b"no colon",
    ]
)
STATUS = st.sampled_from([b"200 OK", b"304", b"302 Found", b"500 X", b"100 Continue", b"999 ?"])
BODIES = st.sampled_from(
    [b"", b"[1]", PACKED, PACKED[:30], b"5\r\n[1,2]\r\n0\r\n\r\n", bytes(9000)]
)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Publisher, Ask, Shelf]]:
    shelf = Shelf()
    with (
        Publisher() as publisher,
        Client(shelf, Access("forecaster/0"), patience=ONCE) as client,
    ):
        source = Gazette(publisher.address, cap=CAP, deadline=2.0)
        yield publisher, client.ask_for(source), shelf


def check(served: tuple[Publisher, Ask, Shelf], sent: bytes) -> None:
    publisher, ask, shelf = served
    publisher.routes = [Route("/*", raw=sent)]
    shelf.fetches.clear()
    failure, answer = None, None
    try:
        answer = ask(Request("table"))
    except SourceError as error:
        failure = str(error)
    assert len(shelf.fetches) == 1
    assert (failure or "") == shelf.fetches[0].error
    if answer is None:
        assert failure
        assert failure.isprintable()
    else:
        assert len(answer.body) <= CAP
        assert shelf.bodies[answer.sha256] == answer.body
        assert answer.status in {200, 203, 204}


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_noise(served: tuple[Publisher, Ask, Shelf], sent: bytes) -> None:
    check(served, sent)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=2)), max_size=4))
def test_a_good_answer_with_some_bytes_changed(
    served: tuple[Publisher, Ask, Shelf], changes: list[tuple[int, bytes]]
) -> None:
    sent = WHOLE
    for at, put in changes:
        sent = sent[:at] + put + sent[at + 1 :]
    check(served, sent)


@settings(max_examples=120)
@given(STATUS, st.lists(HEADERS, max_size=4), BODIES)
def test_heads_and_bodies_in_any_combination(
    served: tuple[Publisher, Ask, Shelf], status: bytes, headers: list[bytes], body: bytes
) -> None:
    check(served, b"HTTP/1.1 " + b"\r\n".join([status, *headers]) + b"\r\n\r\n" + body)
