"""Endpoints and deliveries by the pages: a secret is shown once, answers to operators only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from forecaster.store import audit, endpoints, outbox
from forecaster.wiring import Desk, utc_now
from tests.alerts.receiver import Receiver
from tests.web.api import told
from tests.web.watched.conftest import Browser, valid, words_of

HIDDEN = "key=secret"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """By the true time, as receivers want it."""
    return Desk(desk.settings, desk.engine, utc_now)


def test_whoever_reads_sees_how_they_do_and_no_address(browser: Browser, desk: Desk) -> None:
    page = valid(browser.get("/endpoints"))
    assert "http://127.0.0.1:9/***" in page
    assert HIDDEN not in page
    assert "failing" in words_of(page)
    assert 'method="post"' not in page
    for name in [one.name for one in endpoints.every(desk.engine)]:
        assert name in page
        for does in ("test", "rotate", "disable", "enable", "replay"):
            assert browser.post(f"/endpoints/{name}/{does}").status_code == 401
    browser.sign_in("read", "record")
    assert browser.post("/endpoints", url="x", name="x").status_code == 403


def test_a_secret_is_shown_once(browser: Browser, desk: Desk, receiver: Receiver) -> None:
    browser.sign_in("read", "operate")
    sent = browser.send(
        "/endpoints", "/endpoints", url=receiver.url, name="new", format="standard", rule="stale"
    )
    page = unescape(valid(sent, 201))
    assert "no-store" == sent.headers["cache-control"]
    (secret,) = SECRET.findall(page)
    assert ("stale",) == endpoints.named(desk.engine, "new").rules
    for address in ("/endpoints", "/alerts", "/operations", "/deliveries"):
        assert "whsec_" not in browser.get(address).text
    assert secret.removeprefix("whsec_") not in str(audit.entries(desk.engine))
    tested = browser.send("/endpoints", "/endpoints/new/test")
    assert "The receiver took the test message" in words_of(valid(tested))
    assert 1 == len(receiver.messages(secret))
    rotated = unescape(valid(browser.send("/endpoints", "/endpoints/new/rotate")))
    (second,) = SECRET.findall(rotated)
    assert second != secret
    browser.send("/endpoints", "/endpoints/new/test")
    assert 2 == len(receiver.messages(secret))  # the old one signs beside the new one
    assert 1 == len(receiver.believed([second]))
    done = [one.action for one in audit.entries(desk.engine) if one.object == "new"][::-1]
    assert ["create", "test", "rotate", "test"] == [one.split(".")[1] for one in done]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://10.0.0.1/"}, "10.0.0.1 is private"),
        ({"url": ""}, "no plain address"),
        ({"url": "http://127.0.0.1:9/<script>"}, "no plain address"),
        ({"name": "a b"}, "is no name"),
        ({"name": "desk"}, "there is an endpoint called"),
        ({"format": "pigeon"}, "is none"),
        ({"rule": "headlines"}, "nearest: headline"),
    ],
)
def test_an_endpoint_that_cannot_be_meant_keeps_what_was_entered(
    browser: Browser, desk: Desk, change: dict[str, str], said: str
) -> None:
    browser.sign_in("read", "operate")
    before = endpoints.every(desk.engine)
    fields = {"url": told.NOWHERE, "name": "new", "format": "slack", "rule": "stale", **change}
    page = valid(browser.send("/endpoints", "/endpoints", **fields), 422)
    assert said.lower() in words_of(page).lower()
    assert "<script>" not in page
    if "rule" not in change:
        assert re.search(r'value="stale" checked', page)
    assert before == endpoints.every(desk.engine)


def test_one_is_disabled_and_enabled_and_its_dead_letters_go_again(
    browser: Browser, desk: Desk
) -> None:
    browser.sign_in("read", "operate")
    off = browser.send("/endpoints", "/endpoints/desk/disable")
    assert "/endpoints?said=disabled" == off.headers["location"]
    assert "disabled by hand" in words_of(valid(browser.get("/endpoints?said=disabled")))
    again = browser.send("/endpoints", "/endpoints/desk/disable")
    assert "said=same" in again.headers["location"]
    refused = browser.send("/endpoints", "/endpoints/desk/replay")
    assert "is disabled" in words_of(valid(refused, 422))
    on = browser.send("/endpoints", "/endpoints/desk/enable")
    assert "said=enabled" in on.headers["location"]
    sent = browser.send("/endpoints", "/endpoints/desk/replay")
    assert "said=replayed" in sent.headers["location"]
    assert not outbox.deliveries(desk.engine, endpoint="desk", status="dead")


def test_a_test_that_fails_says_why(browser: Browser, desk: Desk) -> None:
    assert endpoints.every(desk.engine)
    browser.sign_in("read", "operate")
    page = words_of(valid(browser.send("/endpoints", "/endpoints/desk/test")))
    assert "That does not count as received" in page
    unknown = browser.send("/endpoints", "/endpoints/nobody/test")
    assert 404 == unknown.status_code


def test_deliveries_are_chosen_by_state(browser: Browser, desk: Desk) -> None:
    dead = outbox.deliveries(desk.engine, status="dead")
    page = valid(browser.get("/deliveries?status=dead"))
    assert all(one.webhook_id in page for one in dead)
    assert not any(
        one.webhook_id in page for one in outbox.deliveries(desk.engine) if one.status != "dead"
    )
    assert "There is no such delivery" in browser.get("/deliveries?endpoint=nobody").text
    for wrong in ("status=lost", "before=x"):
        assert 422 == browser.get(f"/deliveries?{wrong}").status_code


def test_one_delivery_with_its_attempts_and_again(browser: Browser, desk: Desk) -> None:
    (one,) = outbox.deliveries(desk.engine, status="dead", endpoint="chat", limit=1)
    address = f"/deliveries/{one.webhook_id}"
    page = valid(browser.get(address))
    assert told.ANSWER not in unescape(page)
    assert "Sign in" in page
    assert 404 == browser.get("/deliveries/msg_0").status_code
    browser.sign_in("read", "operate")
    tries = outbox.show(desk.engine, one.webhook_id)[2]
    shown = unescape(valid(browser.get(address)))
    assert (told.ANSWER in shown) == bool(tries)
    sent = browser.send(address, f"{address}/replay")
    assert f"{address}?said=again" == sent.headers["location"]
    assert "It will be sent again" in words_of(valid(browser.get(sent.headers["location"])))
    assert "pending" == outbox.show(desk.engine, one.webhook_id)[0].status
    browser.send("/endpoints", "/endpoints/chat/disable")
    refused = browser.send(address, f"{address}/replay")
    assert "is disabled" in words_of(valid(refused, 422))


def test_what_a_receiver_answers_is_text_and_nothing_else(browser: Browser, desk: Desk) -> None:
    hostile = "<script>alert(1)</script>"
    told.attempt(desk, hostile)
    browser.sign_in("read", "operate")
    (one, *_) = outbox.deliveries(desk.engine)
    page = valid(browser.get(f"/deliveries/{one.webhook_id}"))
    assert hostile not in page
    assert hostile in unescape(page)
