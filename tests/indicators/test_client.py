"""How publishers are asked, and what is done about every way an answer can be wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from indicators.client import Access
from indicators.exchange import Patience
from indicators.source import CallFailed, Request, Unexpected
from tests.indicators.conftest import NOW, Asker, Shelf, refused
from tests.replay import Publisher, Route

TABLE = Route("/table", body=b'{"a": 1}')


def test_an_answer_is_archived_and_given_out(
    publisher: Publisher, asker: Asker, shelf: Shelf
) -> None:
    publisher.add(TABLE)
    answer = asker()(Request("table", params=[("year", "2026"), ("type[]", "a b")]))
    assert (200, "application/json", b'{"a": 1}') == (
        answer.status,
        answer.content_type,
        answer.body,
    )
    assert not answer.unchanged
    assert NOW == answer.fetched_at
    (fetch,) = shelf.fetches
    assert (answer.sha256, answer.body, 1, "") == (
        fetch.sha256,
        fetch.body,
        fetch.attempts,
        fetch.error,
    )
    (asked,) = publisher.asked
    assert {"year": ["2026"], "type[]": ["a b"]} == asked.query


def test_who_asks_is_said_and_nothing_else(publisher: Publisher, asker: Asker) -> None:
    publisher.add(TABLE)
    asker(access=Access("forecaster/7", contact="desk@example.org"))(Request("table"))
    headers = dict(publisher.asked[0].headers.items())
    assert "forecaster/7 (+desk@example.org)" == headers.pop("User-Agent")
    assert "gzip" == headers.pop("Accept-Encoding")
    assert "application/json" == headers.pop("Accept")
    assert {"Host", "Connection"} == set(headers)


def test_without_a_contact_only_this_machine_is_asked(asker: Asker) -> None:
    with pytest.raises(CallFailed, match="set FORECASTER_CONTACT"):
        asker(base_url="http://publisher.example")
    assert callable(asker(base_url="http://localhost:1"))


def test_proxies_of_the_environment_are_not_used(
    publisher: Publisher, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    publisher.add(TABLE)
    assert 200 == asker()(Request("table")).status


def test_a_question_can_be_posted(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/query", method="POST", json={"filters": [1]}, body=b"{}"))
    asker()(Request("query", method="POST", json={"filters": [1], "logic": "AND"}))
    assert {"filters": [1], "logic": "AND"} == json.loads(publisher.asked[0].body)
    assert "application/json" == publisher.asked[0].headers["Content-Type"]


# Not again: the same answer a second time


@pytest.mark.parametrize(
    ("mark", "asked_with"),
    [
        ({"ETag": 'W/"7"'}, ("If-None-Match", 'W/"7"')),
        (
            {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"},
            ("If-Modified-Since", "Mon, 02 Nov 2026 10:00:00 GMT"),
        ),
    ],
)
def test_what_is_known_is_not_sent_again(
    publisher: Publisher,
    asker: Asker,
    shelf: Shelf,
    mark: dict[str, str],
    asked_with: tuple[str, str],
) -> None:
    publisher.add(Route("/table", body=b"[1]", headers=mark))
    ask = asker()
    first, second, third = (
        ask(one) for one in (Request("table"), Request("table"), Request("table", fresh=True))
    )
    assert (304, True, b"[1]", first.sha256, "application/json") == (
        second.status,
        second.unchanged,
        second.body,
        second.sha256,
        second.content_type,
    )
    name, value = asked_with
    assert [None, value, None] == [one.headers.get(name) for one in publisher.asked]
    assert (200, False) == (third.status, third.unchanged)
    assert [False, True, False] == [one.unchanged for one in shelf.fetches]
    assert shelf.fetches[1].body is None


def test_the_same_bytes_are_unchanged_without_any_mark(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", body=b"[1]", times=2), Route("/table", body=b"[2]"))
    ask = asker()
    assert [False, True, False] == [ask(Request("table")).unchanged for _ in range(3)]


def test_another_question_is_not_the_same(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", body=b"[1]"))
    ask = asker()
    ask(Request("table", params=[("year", "2025")]))
    assert not ask(Request("table", params=[("year", "2026")])).unchanged


def test_without_the_archived_body_it_is_fetched_whole(
    publisher: Publisher, asker: Asker, shelf: Shelf
) -> None:
    publisher.add(Route("/table", body=b"[1]", headers={"ETag": '"1"'}))
    ask = asker()
    ask(Request("table"))
    shelf.bodies.clear()
    assert 200 == ask(Request("table")).status


# What it says it is


def test_a_page_instead_of_data_is_kept_and_refused(
    publisher: Publisher, asker: Asker, shelf: Shelf
) -> None:
    page = b"<html>Please enable\tscripts</html>"
    publisher.add(Route("/table", content_type="text/html; charset=utf-8", body=page))
    error = refused(asker)
    assert isinstance(error, Unexpected)
    assert str(error).endswith(
        "the answer is text/html; expected application/json; it begins: "
        "<html>Please enable scripts</html>"
    )
    assert page == shelf.fetches[0].body
    assert 1 == len(publisher.asked)


def test_what_was_refused_once_is_not_known(publisher: Publisher, asker: Asker) -> None:
    page = Route("/table", content_type="text/html", body=b"x", headers={"ETag": '"1"'}, times=1)
    publisher.add(page, TABLE)
    ask = asker()
    with pytest.raises(Unexpected):
        ask(Request("table"))
    assert not ask(Request("table")).unchanged
    assert None is publisher.asked[1].headers.get("If-None-Match")


def test_an_answer_without_a_body_is_one(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", status=204, content_type=""))
    answer = asker()(Request("table"))
    assert (204, b"", "") == (answer.status, answer.body, answer.content_type)


def test_a_part_is_an_answer_to_whom_asked_for_it(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", status=206, body=b"[1]"))
    assert isinstance(refused(asker), CallFailed)
    answer = asker()(Request("table", headers={"Range": "bytes=-3"}))
    assert b"[1]" == answer.body


def test_not_modified_to_whom_did_not_ask_is_a_failure(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", status=304))
    assert "status 304" in str(refused(asker))


@pytest.mark.parametrize("etag", ["ü", "x" * 500, "a\tb"], ids=["not ASCII", "long", "with a tab"])
def test_a_mark_that_cannot_be_sent_back_is_not_kept(
    publisher: Publisher, asker: Asker, etag: str
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: {etag}\r\n\r\n[1]"
    publisher.add(Route("/table", raw=head.encode("latin-1")))
    ask = asker()
    assert [False, True] == [ask(Request("table")).unchanged for _ in range(2)]
    assert None is publisher.asked[1].headers.get("If-None-Match")


# Keys


def test_a_key_goes_into_its_header_and_into_no_text(
    publisher: Publisher, asker: Asker, shelf: Shelf
) -> None:
    said = b"the key hunter2 is unknown"
    publisher.add(Route("/table", status=401, content_type="text/plain", body=said))
    access = Access("forecaster/0", keys={"imf": "hunter2"})
    error = refused(asker, access=access, name="imf")
    assert "hunter2" == publisher.asked[0].headers["Ocp-Apim-Subscription-Key"]
    assert "the key *** is unknown" in str(error)
    assert "hunter2" not in shelf.fetches[0].error
    assert "hunter2" not in repr(access)


def test_a_secret_in_an_address_is_hidden_wherever_it_is_told(
    publisher: Publisher, asker: Asker, shelf: Shelf, nobody: str
) -> None:
    publisher.add(TABLE)
    secret = Request("table", params=[("api_key", "hunter2"), ("year", "2026")])
    answer = asker()(secret)
    assert ["hunter2"] == publisher.asked[0].query["api_key"]
    told = [answer.url, shelf.fetches[0].url, str(refused(asker, secret, base_url=nobody))]
    assert all("api_key=***&year=2026" in one and "hunter2" not in one for one in told)


def test_a_source_keeps_its_pace(publisher: Publisher, asker: Asker) -> None:
    publisher.add(
        Route("/moved", status=302, headers={"Location": "/table"}),
        Route("/table", status=500, times=1),
        TABLE,
    )
    patience = Patience(attempts=2, first=0.0, longest=0.01, jitter=0.0, always_paced=True)
    ask = asker(patience=patience, pace=0.05)
    began = monotonic()
    ask(Request("moved"))
    ask(Request("table"))
    # Redirects and attempts are questions, too; the first of the five waits for nothing.
    assert 5 == len(publisher.asked)
    assert monotonic() - began >= 4 * 0.05


def test_nobody_on_this_machine_has_to_be_spared(publisher: Publisher, asker: Asker) -> None:
    publisher.add(TABLE)
    ask = asker(pace=3600.0)
    assert [200, 200] == [ask(Request("table", fresh=True)).status for _ in range(2)]


def test_the_clock_of_a_real_client_is_the_world_s() -> None:
    from indicators.client import utc_now

    assert utc_now() - datetime.now(UTC) < timedelta(minutes=1)
