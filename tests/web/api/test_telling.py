"""Alerts, rules, silences and acknowledgements as programs see them."""

from __future__ import annotations

import pytest

from forecaster import alerting
from forecaster.store import audit
from forecaster.wiring import Desk
from tests.web.api import told
from tests.web.api.conftest import Asker, MakeToken


@pytest.fixture
def desk(telling: Desk) -> Desk:
    return telling


@pytest.fixture
def filled(desk: Desk) -> Desk:
    return desk


def last(desk: Desk) -> tuple[str, str, str]:
    """Action, object and way in of the newest line of the audit log."""
    one = next(one for one in audit.entries(desk.engine) if one.action != "token.create")
    assert one.request_id
    return one.action, one.object, one.how


def test_what_was_decided_is_listed_page_by_page_and_one_by_one(ask: Asker, filled: Desk) -> None:
    every = ask.json("alerts")
    assert every["next"] is None
    found = every["alerts"]
    assert found == alerting.listed(filled, limit=1000)["alerts"]
    assert ["fired", "resolved", "fired"] == [
        one["event"] for one in found if one["rule"] == "headline"
    ]
    assert "rose 5.9 points" in found[0]["details"]["summary"]
    read, address = [], "alerts?limit=1"
    for _ in found:
        page = ask.json(address)
        assert 1 == len(page["alerts"])
        read += page["alerts"]
        address = f"alerts?limit=1&cursor={page['next']}"
    assert (found, None) == (read, page["next"])
    first = ask.get("alerts?limit=1&rule=headline")
    following = first.headers["link"].partition(">")[0].lstrip("<")
    assert "rule=headline" in following
    assert found[0] == ask.json(f"alerts/{found[0]['sequence']}")
    assert {one["rule"] for one in ask.json("alerts?rule=headline")["alerts"]} == {"headline"}
    assert ask.json("alerts?endpoint=desk")["alerts"]
    assert [] == ask.json("alerts?rule=of-old")["alerts"]
    assert 404 == ask.get("alerts/999999").status_code
    assert 422 == ask.get("alerts?endpoint=nobody").status_code


def test_rules_tell_how_they_stand_and_what_they_would_have_told(
    ask: Asker, filled: Desk, token: MakeToken
) -> None:
    rules = {one["name"]: one for one in ask.json("rules")["rules"]}
    assert rules["headline"]["open"] == ["sino_russian"]
    assert rules["headline"] == ask.json("rules/headline")
    assert 404 == ask.get("rules/headlines").status_code
    tried = ask.json("rules/headline/replay")
    assert tried == alerting.tried(filled, "headline")
    other = ask.json(
        "rules/headline/replay?set=points%20%3D%206.5&set=min_interval%20%3D%20%221h%22"
    )
    assert (tried["counts"]["fired"], other["counts"]["fired"]) == (2, 0)
    for wrong in ("points", "pints = 3", "points = -1", "points = [[[["):
        answer = ask.get("rules/headline/replay", params={"set": wrong})
        assert 422 == answer.status_code, answer.text
    assert "no history is kept" in ask.get("rules/stale/replay").json()["detail"]
    # Another forecast, another answer.
    told.move(filled, 0.10, 0.0)
    ask.post("rules/stale/silence", token("read", "operate"), {"until": "2027-01-01"})
    assert (
        3 + tried["history"]["forecasts"]["published"] - 2
        == (ask.json("rules/headline/replay")["history"]["forecasts"]["published"])
    )


def test_a_silence_begins_and_is_ended(ask: Asker, filled: Desk, token: MakeToken) -> None:
    operator = token("read", "operate")
    asked = {"until": "2026-12-24", "reason": "  a quiet week "}
    answer = ask.post("rules/headline/silence", operator, asked)
    assert 201 == answer.status_code
    made = answer.json()
    assert ("headline", "2026-12-24T23:59:59.999999Z", "a quiet week") == (
        *(made["rule"], made["until"], made["reason"]),
    )
    assert ("alerts.silence", "headline", "token") == last(filled)
    assert [made] == ask.json("silences")["silences"]
    assert made["until"] == ask.json("rules/headline")["silenced_until"]
    ended = ask.post("rules/headline/silence", operator, {"until": "2026-11-01"})
    assert 201 == ended.status_code
    assert [] == ask.json("silences")["silences"]
    assert [ended.json(), made] == ask.json("silences?all=true")["silences"]
    for wrong in ({"until": "2026-11-01"}, {"until": "soon"}, {}, {"until": "2026-13-01"}):
        assert 422 == ask.post("rules/headline/silence", operator, wrong).status_code
    unknown = ask.post("rules/headlin/silence", operator, asked)
    assert (404, True) == (unknown.status_code, "nearest: headline" in unknown.json()["detail"])


def test_an_acknowledgement_ends_what_is_open(ask: Asker, filled: Desk, recorder: str) -> None:
    assert ["headline"] == [
        one["rule"] for one in ask.json("alerts/open")["open"] if one["rule"] == "headline"
    ]
    answer = ask.post("acknowledgements", recorder)
    assert 201 == answer.status_code
    known = answer.json()
    assert ("moved-1.9", None, None) == (*(known["forecast_id"], known["rule"], known["endpoint"]),)
    assert [known] == ask.json("acknowledgements")["acknowledgements"]
    assert [] == [one for one in ask.json("alerts/open")["open"] if one["rule"] == "headline"]
    assert "acknowledged" == ask.json("alerts?rule=headline")["alerts"][0]["details"]["reason"]
    assert ("alerts.acknowledge", "moved-1.9", "token") == last(filled)
    one = ask.post("acknowledgements", recorder, {"endpoint": "desk", "rule": "headline"})
    assert ("desk", "headline") == (one.json()["endpoint"], one.json()["rule"])
    for field in ("forecast_id", "endpoint", "rule"):
        wrong = ask.post("acknowledgements", recorder, {field: "nothing"})
        assert 422 == wrong.status_code
        assert wrong.json()["detail"].startswith(f"{field}: no ")


@pytest.mark.usefixtures("filled")
def test_a_retried_acknowledgement_is_made_once(ask: Asker, recorder: str) -> None:
    answers = [
        ask.post("acknowledgements", recorder, idempotency_key="one").content for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert 1 == len(ask.json("acknowledgements")["acknowledgements"])
