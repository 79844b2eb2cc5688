"""Who asks too often waits, and nobody else does."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from forecaster.web.access import limits
from forecaster.web.access.limits import SIGN_INS
from tests.web.access.conftest import ANYWHERE, MakeApp, MakeAsker, MakeToken, bearer

FEW = {"web_requests_per_second": 1, "web_burst": 1000}  # ten within ten seconds
TRUSTED = {"proxy_header": "x-user", "proxy_addresses": ("10.0.0.1/32",)}


def within_a_window[T](ask: Callable[[int], list[T]]) -> list[T]:
    """What is answered between two turns of the window; a slow machine may need a second try."""
    for attempt in range(20):
        window = time.time() // limits.AVERAGED
        found = ask(attempt)
        if time.time() // limits.AVERAGED == window:
            return found
    raise AssertionError("a dozen requests never fitted into one window")


def test_who_asks_too_often_is_told_how_long_to_wait(make_app: MakeApp, asker: MakeAsker) -> None:
    app = make_app(**FEW)
    ask = asker(app, "192.0.2.1")

    def dozen(attempt: int) -> list[Any]:
        nonlocal ask
        ask = asker(app, f"198.51.100.{attempt}")
        return [ask.get("/api/v1/things") for _ in range(12)]

    answers = within_a_window(dozen)
    assert [200] * 10 + [429] * 2 == [one.status_code for one in answers]
    last = answers[-1]
    assert 1 <= int(last.headers["retry-after"]) <= 20
    assert "too many requests; wait " in last.json()["detail"]
    assert "Too many requests" in ask.get("/").text
    assert 200 == asker(app, "192.0.2.2").get().status_code


def test_a_burst_has_a_bound_of_its_own(make_app: MakeApp, asker: MakeAsker) -> None:
    ask = asker(make_app(web_requests_per_second=1000, web_burst=5), "192.0.2.1")
    statuses = {one.status_code for one in ask.several(*[("GET", "/", {})] * 40)}
    assert {200, 429} == statuses


def test_health_is_answered_all_the_same(make_app: MakeApp, asker: MakeAsker) -> None:
    ask = asker(make_app(**FEW), "192.0.2.1")
    assert {200} == {ask.get("/healthz").status_code for _ in range(30)}


def test_a_token_is_counted_wherever_it_asks_from(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    app = make_app(**FEW)

    def dozen(attempt: int) -> list[int]:
        headers = bearer(token("read", name=f"attempt {attempt}"))
        return [
            asker(app, f"192.0.2.{number}").get(headers=headers).status_code for number in range(12)
        ]

    assert [200] * 10 + [429] * 2 == within_a_window(dozen)
    other = bearer(token("read", name="other"))
    assert 200 == asker(app, "192.0.2.99").get(headers=other).status_code


def test_another_address_in_the_header_is_not_another_address(
    make_app: MakeApp, asker: MakeAsker
) -> None:
    app = make_app(**FEW)

    def dozen(attempt: int) -> list[int]:
        ask = asker(app, f"198.51.100.{attempt}")
        return [
            ask.get(headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code
            for number in range(12)
        ]

    assert [429] * 2 == within_a_window(dozen)[10:]


def test_behind_a_proxy_each_address_is_counted_for_itself(
    make_app: MakeApp, asker: MakeAsker
) -> None:
    ask = asker(make_app(ANYWHERE, **FEW, **TRUSTED), "10.0.0.1")
    for number in range(12):
        headers = {"x-user": f"u{number}", "x-forwarded-for": f"192.0.2.{number}"}
        assert 200 == ask.get(headers=headers).status_code


def test_attempts_to_sign_in_are_few(make_app: MakeApp, asker: MakeAsker, token: MakeToken) -> None:
    app, text = make_app(ANYWHERE), token("read")
    ask = asker(app, "192.0.2.1")
    wrong = [ask.sign_in("fct_wrong").status_code for _ in range(SIGN_INS)]
    assert {401} == set(wrong)
    late = ask.sign_in(text)
    assert 429 == late.status_code
    assert 1 <= int(late.headers["retry-after"]) <= 120
    assert not ask.client.cookies
    assert 200 == ask.get("/sign-in").status_code, "only attempts are counted"
    assert 303 == asker(app, "192.0.2.2").sign_in(text).status_code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_a_household_of_ipv6_is_one(one: str, other: str, *, same: bool) -> None:
    assert same == (limits.place(ip_address(one)) == limits.place(ip_address(other)))


def test_whoever_has_no_address_is_counted_as_one(make_app: MakeApp, asker: MakeAsker) -> None:
    app = make_app(**FEW)
    assert 429 in {asker(app, None).get().status_code for _ in range(12)}
