"""A proxy's word counts if it comes from a listed address, and from nowhere else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.access.conftest import ANYWHERE, MakeApp, MakeAsker, MakeToken, bearer, served

HEADER = "x-forwarded-user"
TRUSTED: dict[str, Any] = {
    "proxy_header": HEADER,
    "proxy_addresses": ("127.0.0.2/32", "10.1.0.0/16"),
    "proxy_scopes": ("read", "record"),
}


def asked(url: str, source: str, headers: Any = ()) -> httpx.Response:
    """Ask a real server from an address of this machine."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=source)) as client:
        return client.get(url, headers=headers)


def test_only_a_listed_address_may_say_who_asks(make_app: MakeApp) -> None:
    with served(make_app(ANYWHERE, **TRUSTED)) as url:
        who = asked(url, "127.0.0.2", {HEADER: "ada"}).json()
        assert ("ada", "proxy", ["read", "record"]) == (who["name"], who["how"], who["scopes"])
        forged = asked(url, "127.0.0.1", {HEADER: "ada"})
        assert 401 == forged.status_code
        assert forged.content == asked(url, "127.0.0.1").content
        assert 401 == asked(url, "127.0.0.2").status_code


@pytest.mark.parametrize("forwarded", ["127.0.0.2", "10.1.2.3", "127.0.0.2, 127.0.0.2", "::1"])
def test_nobody_becomes_a_proxy_by_saying_so(make_app: MakeApp, forwarded: str) -> None:
    """The server itself would believe loopback, were it not started as ours is."""
    with served(make_app(ANYWHERE, **TRUSTED)) as url:
        said = {HEADER: "ada", "x-forwarded-for": forwarded, "forwarded": f"for={forwarded}"}
        assert 401 == asked(url, "127.0.0.1", said).status_code


def test_where_a_request_came_from_is_the_last_hop_that_is_no_proxy(make_app: MakeApp) -> None:
    with served(make_app(**TRUSTED)) as url:
        for chain, address in (
            ("203.0.113.7", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
            ("203.0.113.7, 10.1.0.5", "203.0.113.7"),
            ("127.0.0.1, 203.0.113.7 , 10.1.0.5,127.0.0.2", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("nonsense, 203.0.113.7", "203.0.113.7"),
            ("203.0.113.7, nonsense", "127.0.0.2"),
            ("", "127.0.0.2"),
        ):
            headers = [(HEADER, "ada"), ("x-forwarded-for", chain)]
            assert address == asked(url, "127.0.0.2", headers).json()["address"], chain
        several = [(HEADER, "ada"), ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")]
        assert "2.2.2.2" == asked(url, "127.0.0.2", several).json()["address"]


def test_encryption_before_a_proxy_is_believed_of_a_proxy_only(
    make_app: MakeApp, token: MakeToken
) -> None:
    reader = bearer(token("read"))
    with served(make_app(**TRUSTED)) as url:
        for source, said, scheme in (
            ("127.0.0.2", "https", "https"),
            ("127.0.0.2", "http", "http"),
            ("127.0.0.2", "gopher", "http"),
            ("127.0.0.1", "https", "http"),
        ):
            headers = {**reader, "x-forwarded-proto": said}
            assert scheme == asked(url, source, headers).json()["scheme"]


def test_where_a_proxy_says_who_asks_loopback_alone_opens_nothing(
    make_app: MakeApp, asker: MakeAsker
) -> None:
    """Else whoever the proxy lets pass without a name would be anyone who may read."""
    assert 401 == asker(make_app(**TRUSTED), "127.0.0.2").get().status_code
    assert 200 == asker(make_app(), "127.0.0.2").get().status_code


@pytest.mark.parametrize(
    "said",
    [
        [(HEADER, "")],
        [(HEADER, " ")],
        [(HEADER, "a\tb")],
        [(HEADER, "a" * 121)],
        [(HEADER, "ada"), (HEADER, "bob")],
        [("x_forwarded_user", "ada")],
        [("x-forwarded-user2", "ada")],
    ],
)
def test_a_name_that_is_not_one_name_is_none(
    make_app: MakeApp, asker: MakeAsker, said: list[tuple[str, str]]
) -> None:
    assert 401 == asker(make_app(**TRUSTED), "127.0.0.2").get(headers=said).status_code


@pytest.mark.parametrize("peer", ["127.0.0.2", "10.1.255.255", "::ffff:10.1.0.1"])
def test_the_addresses_are_ranges(make_app: MakeApp, asker: MakeAsker, peer: str) -> None:
    assert 200 == asker(make_app(**TRUSTED), peer).get(headers={HEADER: "ada"}).status_code


@pytest.mark.parametrize(
    "peer", ["127.0.0.3", "10.2.0.1", "::1", "::7f00:2", "fe80::1%eth0", "x", None]
)
def test_other_addresses_are_not(make_app: MakeApp, asker: MakeAsker, peer: str | None) -> None:
    assert 401 == asker(make_app(**TRUSTED), peer).get(headers={HEADER: "ada"}).status_code


def test_a_form_through_a_proxy_carries_its_guard_too(
    make_app: MakeApp, asker: MakeAsker, written: list[str]
) -> None:
    ask = asker(make_app(**TRUSTED), "127.0.0.2")
    ask.client.headers[HEADER] = "ada"
    assert 403 == ask.post("/record", data={"value": "7"}).status_code
    guard = ask.csrf
    ask.client.headers[HEADER] = "bob"
    assert 403 == ask.post("/record", data={"value": "7", "csrf_token": guard}).status_code
    assert 200 == ask.post("/record", data={"value": "8", "csrf_token": ask.csrf}).status_code
    assert ["bob: 8"] == written


def test_a_token_and_a_session_come_before_the_proxys_word(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    ask = asker(make_app(**TRUSTED), "127.0.0.2")
    ask.client.headers[HEADER] = "ada"
    text = token("read", "operate")
    assert "token" == ask.get(headers=bearer(text)).json()["how"]
    assert 401 == ask.get(headers=bearer("fct_wrong")).status_code
    assert 303 == ask.sign_in(text, csrf_token=ask.csrf).status_code
    assert ("desk", "session") == (ask.get().json()["name"], ask.get().json()["how"])


def test_whoever_only_reads_by_the_proxy_is_denied_and_not_asked_again(
    make_app: MakeApp, asker: MakeAsker
) -> None:
    ask = asker(make_app(**TRUSTED | {"proxy_scopes": ("read",)}), "127.0.0.2")
    ask.client.headers[HEADER] = "ada"
    answer = ask.post("/record", data={"value": "7", "csrf_token": ask.csrf})
    assert 403 == answer.status_code
