"""A source is asked at its own hosts only, whatever an answer says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.address import Site, origin, redacted
from indicators.client import Access
from indicators.source import CallFailed, Request, SourceError, Unexpected
from tests.indicators.conftest import Asker, Shelf
from tests.replay import Publisher, Route

TABLE = Route("/table", body=b"[1]")
PUBLISHED = "https://www.publisher.example/api/v1"
MIRROR = "http://127.0.0.1:8080/copy"


def moved(path: str, to: str, status: int = 302) -> Route:
    return Route(path, status=status, headers={"Location": to})


@pytest.fixture
def other() -> Iterator[Publisher]:
    """Another host: the same machine under another name."""
    with Publisher([TABLE], host="127.0.0.2") as running:
        yield running


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_own_host_is_followed(
    publisher: Publisher, asker: Asker, shelf: Shelf, status: int
) -> None:
    publisher.add(moved("/old", "table?signature=abc", status), TABLE)
    answer = asker()(Request("old"))
    assert (200, b"[1]", f"{publisher.address}/old") == (answer.status, answer.body, answer.url)
    assert [f"{publisher.address}/old"] == [one.url for one in shelf.fetches]


def test_three_redirects_are_followed_and_no_fourth(publisher: Publisher, asker: Asker) -> None:
    publisher.add(*(moved(f"/{n}", f"{{address}}/{n + 1}") for n in range(4)))
    publisher.add(Route("/4", body=b"[1]"))
    ask = asker()
    assert b"[1]" == ask(Request("1")).body
    with pytest.raises(CallFailed, match="more than 3 redirects") as told:
        ask(Request("0"))
    assert told.value.needs_attention
    assert ["/1", "/2", "/3", "/4", "/0", "/1", "/2", "/3"] == [one.path for one in publisher.asked]


def test_a_redirect_to_itself_ends(publisher: Publisher, asker: Asker) -> None:
    publisher.add(moved("/table", "/table"))
    with pytest.raises(CallFailed, match="more than 3 redirects"):
        asker()(Request("table"))


def test_a_redirect_without_a_place_is_a_failure(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/table", status=302))
    with pytest.raises(CallFailed, match="status 302"):
        asker()(Request("table"))


def test_a_posted_question_is_not_turned_into_another(publisher: Publisher, asker: Asker) -> None:
    publisher.add(Route("/query", method="POST", status=302, headers={"Location": "/table"}))
    with pytest.raises(CallFailed, match="a POST was redirected"):
        asker()(Request("query", method="POST", json={}))
    publisher.add(Route("/query", method="POST", status=307, headers={"Location": "/other"}))
    publisher.add(Route("/other", method="POST", json={"a": 1}, body=b"[1]"))
    assert b"[1]" == asker()(Request("query", method="POST", json={"a": 1})).body


def test_another_host_is_not_asked(publisher: Publisher, other: Publisher, asker: Asker) -> None:
    publisher.add(moved("/table", f"{other.address}/table"))
    with pytest.raises(CallFailed, match=f"{other.authority} is not a host of gazette") as told:
        asker()(Request("table"))
    assert told.value.needs_attention
    with pytest.raises(Unexpected, match="is not a host of gazette"):
        asker()(Request(f"{other.address}/table"))
    assert [] == other.asked


def test_a_listed_host_is_asked_without_what_was_meant_for_the_first(
    publisher: Publisher, other: Publisher, asker: Asker
) -> None:
    publisher.add(moved("/table", f"{other.address}/table"))
    access = Access("forecaster/0", keys={"imf": "hunter2"})
    ask = asker(access=access, name="imf", hosts=(other.authority,))
    answer = ask(Request("table", headers={"Referer": "http://portal.example"}))
    assert b"[1]" == answer.body
    first, second = publisher.asked[0].headers, other.asked[0].headers
    assert ("hunter2", "http://portal.example") == (
        first["Ocp-Apim-Subscription-Key"],
        first["Referer"],
    )
    assert {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"} == set(second)


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.0.0.1/table",
        "file:///etc/passwd",
        "http://user:word@127.0.0.1/table",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "//evil.example/table",
        "https://2130706433/",
    ],
)
def test_a_place_that_is_none_is_a_failure(
    publisher: Publisher, asker: Asker, location: str
) -> None:
    publisher.add(moved("/table", location))
    with pytest.raises(CallFailed, match="redirected"):
        asker()(Request("table"))
    assert 1 == len(publisher.asked)


# Addresses


def site(base: str = PUBLISHED, *hosts: str) -> Site:
    return Site("gazette", PUBLISHED, base, hosts)


def test_a_path_lies_below_the_base() -> None:
    assert f"{PUBLISHED}/a/b?x=1&y=2" == site().url("/a/b?x=1", [("y", "2")])
    assert f"{PUBLISHED}/evil.example/x" == site().url("//evil.example/x")
    assert f"{PUBLISHED}/a?c%5BT%5D=ge%3A2020" == site().url("a", [("c[T]", "ge:2020")])


@pytest.mark.parametrize(
    ("absolute", "dialled"),
    [
        (f"{PUBLISHED}/a?page=2", f"{MIRROR}/a?page=2"),
        ("http://www.publisher.example/api/v1/a", f"{MIRROR}/a"),
        (PUBLISHED, MIRROR),
        (f"{MIRROR}/a", f"{MIRROR}/a"),
        ("https://www.publisher.example/elsewhere", "http://127.0.0.1:8080/elsewhere"),
    ],
)
def test_a_mirror_stands_in_for_the_publisher(absolute: str, dialled: str) -> None:
    assert dialled == site(MIRROR).url(absolute)
    assert dialled == site(MIRROR).follow(f"{MIRROR}/before", absolute)


def test_what_is_said_of_a_mirror_s_answer_is_the_publisher_s_address() -> None:
    assert f"{PUBLISHED}/a?x=1" == site(MIRROR).public(f"{MIRROR}/a?x=1")
    assert f"{PUBLISHED}/a" == site().public(f"{PUBLISHED}/a")


def test_with_a_mirror_the_further_hosts_are_closed() -> None:
    storage = "https://storage.example/x"
    assert storage == site(PUBLISHED, "storage.example").url(storage)
    with pytest.raises(Unexpected, match=r"storage\.example is not a host"):
        site(MIRROR, "storage.example").url(storage)


def test_https_is_never_left() -> None:
    with pytest.raises(CallFailed, match="would leave https"):
        site().follow(f"{PUBLISHED}/a", "http://www.publisher.example/a")
    with pytest.raises(Unexpected, match="would leave https"):
        site(PUBLISHED, "storage.example").url("http://storage.example/x")
    plain = Site("gazette", "http://publisher.example", "http://publisher.example")
    secure = "https://publisher.example/a"
    assert secure == plain.follow("http://publisher.example/a", secure)


@pytest.mark.parametrize(
    "port", ["", ":443", ":80"], ids=["no port", "the usual one", "that of http"]
)
def test_a_listed_host_is_listed_at_its_usual_port(port: str) -> None:
    url = f"https://storage.example{port}/x"
    if port == ":80":
        with pytest.raises(Unexpected):
            site(PUBLISHED, "storage.example").url(url)
    else:
        assert url == site(PUBLISHED, "storage.example").url(url)


@pytest.mark.parametrize(
    ("base", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://127.9.9.9", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
        ("https://publisher.example", False),
    ],
)
def test_this_machine_is_told_from_others(*, base: str, here: bool) -> None:
    assert here == site(base).on_this_machine


@given(st.text(), st.text())
def test_no_text_of_a_publisher_leads_to_another_host(path: str, location: str) -> None:
    """Whatever stands in an answer, what is dialled is the source's own host."""
    one = site(PUBLISHED, "storage.example")
    own = {("https", "www.publisher.example"), ("https", "storage.example")}
    with suppress(SourceError):
        assert origin(one.url(path)) in own
    with suppress(SourceError):
        assert origin(one.follow(f"{PUBLISHED}/a", location)) in own


@given(st.lists(st.tuples(st.sampled_from(["api_key", "Token", "page", "sig"]), st.text())))
def test_no_secret_of_an_address_is_told(query: list[tuple[str, str]]) -> None:
    url = site().url("a", query)
    told = site().url("a", [(n, v if n == "page" else "***") for n, v in query])
    hidden = redacted(url)
    assert hidden.replace("%2A", "*") == told.replace("%2A", "*") or hidden == url == told
