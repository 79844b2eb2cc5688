"""What is tried again, what is given up, and what is cut: in time and in size."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime

import pytest

from indicators.exchange import LONGEST_WAIT, retry_after
from indicators.source import CallFailed, Request, Unexpected
from tests.indicators.conftest import NOW, QUICK, Asker, Shelf, refused
from tests.replay import Fault, Publisher, Route

TABLE = Route("/table", body=b'{"a": 1}')


# Again: what may pass by itself


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_by_itself_is_tried_again(
    publisher: Publisher, asker: Asker, shelf: Shelf, status: int
) -> None:
    publisher.add(Route("/table", status=status, times=2), TABLE)
    assert 200 == asker()(Request("table")).status
    assert 3 == len(publisher.asked)
    assert [3] == [one.attempts for one in shelf.fetches]


@pytest.mark.parametrize("status", [429, 503])
def test_in_the_end_it_fails_with_the_server_s_words(
    publisher: Publisher, asker: Asker, shelf: Shelf, status: int
) -> None:
    publisher.add(
        Route("/table", status=status, content_type="text/plain", body=b"Too\nmany \x1b[31mcalls")
    )
    error = refused(asker)
    assert isinstance(error, CallFailed)
    assert not error.needs_attention
    assert f"gazette: status {status}; it begins: Too many [31mcalls" == str(error)
    assert QUICK.attempts == len(publisher.asked)
    assert (status, b"Too\nmany \x1b[31mcalls", str(error)) == (
        shelf.fetches[0].status,
        shelf.fetches[0].body,
        shelf.fetches[0].error,
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_refusal_is_not_tried_again(publisher: Publisher, asker: Asker, status: int) -> None:
    publisher.add(Route("/table", status=status))
    error = refused(asker)
    assert isinstance(error, CallFailed)
    assert error.needs_attention
    assert 1 == len(publisher.asked)


def test_a_wait_that_fits_is_kept(publisher: Publisher, asker: Asker) -> None:
    soon = {"Retry-After": "1"}
    publisher.add(Route("/table", status=429, headers=soon, times=1), TABLE)
    assert 200 == asker()(Request("table")).status
    assert publisher.asked[1].at - publisher.asked[0].at >= 1


def test_a_wait_that_does_not_fit_is_told_and_not_sat_out(
    publisher: Publisher, asker: Asker, shelf: Shelf
) -> None:
    publisher.add(Route("/table", status=503, headers={"Retry-After": "86400"}))
    error = refused(asker)
    assert isinstance(error, CallFailed)
    assert LONGEST_WAIT == error.wait
    assert "it asks to wait 3600 s" in shelf.fetches[0].error
    assert 1 == len(publisher.asked)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        (" 7 ", 7.0),
        ("999999", 3600.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 06:11:00 -0000", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wish_to_wait_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert seconds == retry_after(text, NOW)


def test_a_refused_connection_is_a_failure(asker: Asker, shelf: Shelf, nobody: str) -> None:
    error = refused(asker, base_url=nobody)
    assert isinstance(error, CallFailed)
    assert "the connection failed" in str(error)
    assert (None, None, QUICK.attempts) == (
        shelf.fetches[0].status,
        shelf.fetches[0].body,
        shelf.fetches[0].attempts,
    )


def test_a_name_that_leads_nowhere_is_a_failure(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refused(asker, base_url="http://localhost:1")
    assert "Name or service not known" in str(error)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset_after=0),
        Fault(reset_after=4),
        Fault(claimed_length=1000),
    ],
    ids=["reset at once", "reset within", "shorter than claimed"],
)
def test_an_answer_that_is_cut_short_is_asked_for_again(
    publisher: Publisher, asker: Asker, fault: Fault
) -> None:
    broken = Route("/table", body=b'{"a": 1}', fault=fault, times=1)
    publisher.add(broken, TABLE)
    assert b'{"a": 1}' == asker()(Request("table")).body
    assert 2 == len(publisher.asked)


def test_what_comes_after_the_claimed_length_is_not_read(
    publisher: Publisher, asker: Asker
) -> None:
    publisher.add(Route("/table", body=b"[1]   and more", fault=Fault(claimed_length=3)))
    assert b"[1]" == asker()(Request("table")).body


def test_a_server_that_speaks_no_tls_is_a_failure(publisher: Publisher, asker: Asker) -> None:
    error = refused(asker, base_url=f"https://{publisher.authority}")
    assert "the connection failed" in str(error)
    assert [] == publisher.asked


# In time and in size


def test_a_handshake_that_never_comes_is_cut(asker: Asker) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        error = refused(asker, base_url=f"https://127.0.0.1:{deaf.getsockname()[1]}", deadline=0.2)
    assert "no whole answer within the time allowed" in str(error)


@pytest.mark.parametrize(
    "route",
    [
        Route("/table", body=bytes(5000), fault=Fault(drip=0.02)),
        Route("/table", raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 5000, fault=Fault(drip=0.02)),
        Route("/table", fault=Fault(silent=True)),
        Route("/table", status=503, body=bytes(5000), fault=Fault(drip=0.02)),
    ],
    ids=["body drips", "head drips", "silence", "failure drips"],
)
def test_whoever_takes_too_long_is_cut(
    publisher: Publisher, asker: Asker, shelf: Shelf, route: Route
) -> None:
    publisher.add(route)
    error = refused(asker, deadline=0.2)
    assert "no whole answer within the time allowed" in str(error)
    assert 1 == len(publisher.asked)
    assert (None, None) == (shelf.fetches[0].status, shelf.fetches[0].body)


@pytest.mark.parametrize(
    "route",
    [
        Route("/table", body=bytes(200_000)),
        Route("/table", body=bytes(10_000), fault=Fault(endless=True)),
        Route("/table", fault=Fault(bomb=50_000_000)),
        Route("/table", body=bytes(100_001), packed=True),
        Route("/table", status=404, body=bytes(10_000), fault=Fault(endless=True)),
    ],
    ids=["large", "endless", "bomb", "one byte over", "endless refusal"],
)
def test_whatever_is_too_large_is_cut(
    publisher: Publisher, asker: Asker, shelf: Shelf, route: Route
) -> None:
    publisher.add(route)
    error = refused(asker)
    assert "the answer is larger than 100,000 bytes" in str(error)
    assert 1 == len(publisher.asked)
    assert shelf.fetches[0].body is None


def test_a_packed_answer_is_unpacked_up_to_the_cap(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", body=bytes(100_000), packed=True))
    assert bytes(100_000) == asker()(Request("table")).body


def test_an_answer_packed_in_two_members_is_whole(publisher: Publisher, asker: Asker) -> None:
    packed = Route("/x", body=b"[1,", packed=True).on_the_wire()[0]
    packed += Route("/x", body=b"2]", packed=True).on_the_wire()[0]
    publisher.add(Route("/table", body=packed, headers={"Content-Encoding": "x-gzip"}))
    assert b"[1,2]" == asker()(Request("table")).body


@pytest.mark.parametrize("cut", [5, 20, -1])
def test_a_packed_answer_that_ends_early_is_broken(
    publisher: Publisher, asker: Asker, cut: int
) -> None:
    packed = Route("/x", body=b"[1, 2, 3]" * 9, packed=True).on_the_wire()[0][:cut]
    publisher.add(Route("/table", body=packed, headers={"Content-Encoding": "gzip"}))
    assert "the packed body ends before its end" in str(refused(asker))


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_a_packing_that_was_not_asked_for_is_refused(
    publisher: Publisher, asker: Asker, shelf: Shelf, encoding: str
) -> None:
    publisher.add(Route("/table", body=b"??", headers={"Content-Encoding": encoding}))
    assert isinstance(refused(asker), Unexpected)
    assert b"??" == shelf.fetches[0].body
