"""A form that another site sends in the name of somebody who is signed in changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from forecaster.web.access import origin
from tests.web.access.conftest import ANYWHERE, Asker, MakeApp, MakeAsker, MakeToken, bearer

OURS = {"origin": "http://127.0.0.1:8000"}
FOREIGN: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", **OURS},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://127.0.0.1:8001"},
    {"origin": "http://127.0.0.1:8000.evil.example"},
    {"origin": "http://evil.example:8000"},
    {"origin": "file://"},
    {"origin": "http://[::1"},
)


@pytest.fixture
def signed_in(make_app: MakeApp, asker: MakeAsker, token: MakeToken) -> Asker:
    ask = asker(make_app())
    ask.sign_in(token("read", "record"))
    return ask


def form(ask: Asker, headers: dict[str, str] | None = None, **fields: str) -> int:
    return ask.post("/record", data={"value": "7", **fields}, headers=headers or {}).status_code


def test_our_own_form_is_taken(signed_in: Asker, written: list[str]) -> None:
    for headers in ({}, OURS, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        assert 200 == form(signed_in, headers, csrf_token=signed_in.csrf)
    assert 200 == form(signed_in, {"x-csrf-token": signed_in.csrf})
    assert ["desk: 7"] * 5 == written


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_is_refused_even_with_the_guard(
    signed_in: Asker, written: list[str], headers: dict[str, str]
) -> None:
    assert 403 == form(signed_in, headers, csrf_token=signed_in.csrf)
    assert [] == written


@pytest.mark.parametrize(
    "fields", [{}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "ñ"}]
)
def test_a_form_without_its_guard_is_refused(
    signed_in: Asker, written: list[str], fields: dict[str, str]
) -> None:
    assert 403 == form(signed_in, OURS, **fields)
    assert [] == written


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"value": 7}},
        {"files": {"value": (None, "7"), "csrf_token": (None, "{guard}")}},
        {"content": b"value=7&csrf_token={guard}", "headers": {"content-type": "text/plain"}},
        {"content": b"value=7&csrf_token={guard}&csrf_token=x"},
    ],
    ids=str,
)
def test_the_guard_counts_in_a_plain_form_or_a_header_only(
    signed_in: Asker, written: list[str], sent: dict[str, Any]
) -> None:
    guard = signed_in.csrf
    if "files" in sent:
        sent = {"files": {**sent["files"], "csrf_token": (None, guard)}}
    if "content" in sent:
        sent = {
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            **sent,
            "content": sent["content"].replace(b"{guard}", guard.encode()),
        }
    assert 403 == signed_in.post("/api/v1/readings", **sent).status_code
    assert [] == written


def test_the_guard_of_one_opens_nothing_for_another(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    app = make_app()
    one, other = asker(app), asker(app)
    one.sign_in(token("read", "record", name="one"))
    other.sign_in(token("read", "record", name="other"))
    assert one.csrf != other.csrf
    assert 403 == form(one, OURS, csrf_token=other.csrf)


def test_all_sessions_of_a_token_share_the_guard_so_that_a_page_may_be_kept(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    app, text = make_app(), token("read", "record")
    one, other = asker(app), asker(app)
    one.sign_in(text)
    other.sign_in(text)
    assert one.csrf == other.csrf
    assert "" == asker(app).csrf, "a stranger's page carries none"


def test_a_program_with_a_token_needs_no_guard(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    """No browser sends this header by itself, so no other site can have it sent."""
    ask, headers = asker(make_app()), bearer(token("record"))
    assert 200 == form(ask, headers)
    assert 200 == form(ask, {**headers, "origin": "https://evil.example"})


def test_nobody_is_signed_in_or_out_by_another_site(
    signed_in: Asker, make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    foreign = {"origin": "https://evil.example"}
    text = token("read", name="planted")
    victim = asker(make_app(ANYWHERE))
    assert 403 == victim.post("/sign-in", data={"token": text}, headers=foreign).status_code
    assert not victim.client.cookies
    assert 403 == signed_in.post("/sign-out", data={}, headers=OURS).status_code
    assert 403 == signed_in.post("/sign-out", data={}, headers=foreign).status_code
    assert "desk" == signed_in.get().json()["name"]


@pytest.mark.parametrize(
    ("said", "host", "ours"),
    [
        ("https://desk.example", "desk.example", True),
        ("https://desk.example", "desk.example:443", True),
        ("https://desk.example:443", "DESK.example", True),
        ("http://desk.example", "desk.example:80", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://desk.example:8443", "desk.example", False),
        ("https://desk.example", "desk.example:8443", False),
        ("ftp://desk.example", "desk.example", False),
        ("https://desk.example:x", "desk.example", False),
        ("https://desk.example", "", False),
        ("https://", "", False),
    ],
)
def test_an_origin_is_ours_if_it_names_the_host_that_was_asked(
    said: str, host: str, *, ours: bool
) -> None:
    assert ours == origin.is_ours(Headers({"origin": said, "host": host}))


def test_an_origin_or_host_said_twice_is_not_ours() -> None:
    one, host = (b"origin", b"http://a"), (b"host", b"a")
    assert origin.is_ours(Headers(raw=[one, host]))
    for headers in ([one, one, host], [one, host, host], [one]):
        assert not origin.is_ours(Headers(raw=headers))
    fetch = (b"sec-fetch-site", b"same-origin")
    assert not origin.is_ours(Headers(raw=[fetch, (b"sec-fetch-site", b"cross-site")]))
