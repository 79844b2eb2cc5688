"""Endpoints and deliveries as programs change them: secrets, answers, what is dialled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from forecaster.store import audit, endpoints, outbox
from forecaster.store.engine import reading
from forecaster.store.schema_access import idempotency
from forecaster.wiring import Desk, utc_now
from tests.alerts.receiver import PATH, Receiver
from tests.replay import Route
from tests.web.api import told
from tests.web.api.conftest import Asker, MakeToken, bearer
from tests.web.api.test_telling import last

NEW: dict[str, Any] = {"url": "http://127.0.0.1:9/hook", "name": "new", "rules": ["headline"]}
#: path, the scope it needs, what is sent.
WRITES: dict[str, tuple[str, Any]] = {
    "endpoints": ("operate", NEW),
    "endpoints/desk/rotate": ("operate", {}),
    "endpoints/desk/test": ("operate", {}),
    "endpoints/desk/disable": ("operate", {}),
    "endpoints/desk/enable": ("operate", {}),
    "endpoints/desk/replay": ("operate", {}),
    "deliveries/{}/replay": ("operate", {}),
    "rules/headline/silence": ("operate", {"until": "2027-01-01"}),
    "acknowledgements": ("record", {}),
}
READS = (
    *("alerts", "alerts/open", "alerts/1", "rules", "rules/headline", "rules/headline/replay"),
    *("silences", "acknowledgements", "endpoints", "endpoints/desk", "deliveries"),
    "deliveries/{}",
)


@pytest.fixture
def desk(telling: Desk) -> Desk:
    """By the true time, as receivers want it."""
    return Desk(telling.settings, telling.engine, utc_now)


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    return [one.webhook_id for one in outbox.deliveries(desk.engine)]


@pytest.fixture
def operator(token: MakeToken) -> str:
    return token("read", "operate")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("scopes", ["", "read", "read record", "read operate"])
def test_a_write_needs_its_scope_and_leaves_a_line(
    ask: Asker, desk: Desk, token: MakeToken, ids: list[str], path: str, scopes: str
) -> None:
    needed, content = WRITES[path]
    before = len(audit.entries(desk.engine, limit=1000))
    answer = ask.post(path.format(ids[0]), token(*scopes.split()) if scopes else "", content)
    made = len(audit.entries(desk.engine, limit=1000)) - before - bool(scopes)
    if needed in scopes.split():
        assert answer.status_code < 300, answer.text
        # One that is enabled already is not enabled again.
        assert (0 if path.endswith("enable") else 1) == made
    else:
        assert answer.status_code == (403 if scopes else 401)
        assert answer.headers["content-type"] == "application/problem+json"
        assert 0 == made


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("scopes", ["read", "record", "operate", "read operate"])
def test_reading_needs_read(
    ask: Asker, token: MakeToken, ids: list[str], path: str, scopes: str
) -> None:
    answer = ask.get(path.format(ids[0]), headers=bearer(token(*scopes.split())))
    assert answer.status_code == (200 if "read" in scopes.split() else 403)


def test_a_secret_is_told_once_and_nowhere_else(
    ask: Asker, desk: Desk, operator: str, receiver: Receiver
) -> None:
    asked = {**NEW, "url": receiver.url}
    answers = [ask.post("endpoints", operator, asked, idempotency_key="k") for _ in range(2)]
    assert [201, 201] == [one.status_code for one in answers]
    assert "no-store" == answers[0].headers["cache-control"]
    first, again = (one.json() for one in answers)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", first["secret"])
    assert again == {**first, "secret": None}
    rotated = ask.post("endpoints/new/rotate", operator, {"at_once": True}, idempotency_key="r")
    secret = rotated.json()["secret"]
    assert secret not in {first["secret"], None}
    told_again = ask.post("endpoints/new/rotate", operator, {"at_once": True}, idempotency_key="r")
    assert told_again.json()["secret"] is None
    with reading(desk.engine) as connection:
        kept = connection.exec_driver_sql(f"SELECT body FROM {idempotency.name}").all()  # noqa: S608
    assert 2 == len(kept)
    everywhere = [str(kept), str(audit.entries(desk.engine)), repr(endpoints.every(desk.engine))]
    everywhere += [ask.get(path, headers=bearer(operator)).text for path in ("endpoints", "")]
    files = (desk.settings.home / "forecaster.sqlite").read_bytes()
    for one in (first["secret"], secret):
        bare = one.removeprefix("whsec_")
        assert bare not in "".join(everywhere)
        assert bare.encode() not in files
    # It is the one that signs.
    tested = ask.post("endpoints/new/test", operator)
    assert (True, 204) == (tested.json()["good"], tested.json()["status_code"])
    assert 1 == len(receiver.messages(secret))
    assert ("endpoint.test", "new", "token") == last(desk)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://10.0.0.1/x"}, "url: 10.0.0.1 is private"),
        ({"url": "http://169.254.169.254/latest"}, "link-local"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "url: "),
        ({"url": "http://2130706433/"}, "odd spelling"),
        ({"url": "ftp://127.0.0.1/"}, "begin with http"),
        ({"url": "http://me:secret@127.0.0.1/"}, "names a user"),
        ({"url": "mailto:desk@example.org"}, "goes with the format email"),
        ({"format": "carrier pigeon"}, "format"),
        ({"format": "pigeon"}, "format: 'pigeon' is none"),
        ({"rules": ["headlines"]}, "nearest: headline"),
        ({"name": "a b"}, "name"),
        ({"name": "desk"}, "there is an endpoint called 'desk'"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_an_endpoint_that_cannot_be_meant(
    ask: Asker, desk: Desk, operator: str, change: dict[str, Any], said: str
) -> None:
    answer = ask.post("endpoints", operator, {**NEW, **change})
    assert 422 == answer.status_code
    assert said in answer.json()["detail"]
    assert ["desk", "chat"] == [one.name for one in endpoints.every(desk.engine)]


def test_a_name_that_nobody_knows_is_saved_and_checked_at_each_sending(
    ask: Asker, operator: str
) -> None:
    made = ask.post("endpoints", operator, {**NEW, "url": "https://receiver.example/x"})
    assert (201, False) == (made.status_code, made.json()["found"])
    tested = ask.post("endpoints/new/test", operator)
    assert (200, False, None) == (
        *(tested.status_code, tested.json()["good"], tested.json()["status_code"]),
    )
    assert "cannot be looked up" in tested.json()["outcome"]


def test_an_address_that_leads_inside_is_refused_at_the_test_too(
    ask: Asker, desk: Desk, operator: str
) -> None:
    """Saved while the range was open; the range is closed since."""
    told.book(desk).add("http://127.0.0.1:9/", "inside", "standard", told.WHO)
    object.__setattr__(desk.settings, "webhook_allow_cidrs", ())
    said = ask.post("endpoints/inside/test", operator).json()
    assert (False, None) == (said["good"], said["status_code"])
    assert "127.0.0.1 is loopback" in said["outcome"]


def test_whoever_only_reads_sees_no_address_and_no_answer(
    ask: Asker, token: MakeToken, operator: str, ids: list[str]
) -> None:
    reader, failed = token("read"), ids[-2]
    seen = [
        ask.get("endpoints/desk", headers=bearer(one)).json()["url"] for one in (reader, operator)
    ]
    assert ["http://127.0.0.1:9/***", "http://127.0.0.1:9/hook?key=***"] == seen
    every = [ask.get(f"deliveries/{one}", headers=bearer(reader)) for one in ids]
    assert told.ANSWER not in "".join(one.text for one in every)
    found = ask.get(f"deliveries/{failed}", headers=bearer(operator)).json()
    assert {told.ANSWER} == {one["response"] for one in found["tries"]}


def test_deliveries_page_by_page_and_again(
    ask: Asker, desk: Desk, operator: str, ids: list[str]
) -> None:
    assert ids == [one["webhook_id"] for one in ask.json("deliveries")["deliveries"]]
    first = ask.json("deliveries?limit=1")
    second = ask.json(f"deliveries?limit=1&cursor={first['next']}")
    assert ids[:2] == [one["deliveries"][0]["webhook_id"] for one in (first, second)]
    dead = ask.json("deliveries?status=dead")["deliveries"]
    assert dead
    assert {"chat"} == {one["endpoint"] for one in dead}
    one = ask.post(f"deliveries/{dead[0]['webhook_id']}/replay", operator)
    assert ("pending", 0) == (one.json()["status"], one.json()["attempts"])
    rest = ask.post("endpoints/chat/replay", operator).json()["replayed"]
    assert len(dead) - 1 == rest
    assert {"pending", "failed", "delivered"} >= {
        each.status for each in outbox.deliveries(desk.engine)
    }
    assert 404 == ask.post("deliveries/msg_0/replay", operator).status_code
    assert 422 == ask.get("deliveries?status=lost").status_code
    assert 422 == ask.get("deliveries?endpoint=nobody").status_code
    ask.post("endpoints/chat/disable", operator)
    refused = ask.post(f"deliveries/{dead[0]['webhook_id']}/replay", operator)
    assert (422, True) == (refused.status_code, "is disabled" in refused.json()["detail"])


def test_a_receiver_that_redirects_is_not_followed(
    ask: Asker, operator: str, receiver: Receiver
) -> None:
    receiver.add(Route(PATH, method="POST", status=302, headers={"location": "{address}/other"}))
    ask.post("endpoints", operator, {**NEW, "url": receiver.url})
    said = ask.post("endpoints/new/test", operator).json()
    assert (False, 302) == (said["good"], said["status_code"])
    assert [PATH] == [one.path for one in receiver.asked]
