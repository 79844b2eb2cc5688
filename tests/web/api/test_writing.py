"""What programs change: scopes, the audit log, retries, and two who judge at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from forecaster import documents
from forecaster.store import audit, ledger_views, readings
from forecaster.wiring import Desk
from tests.web.api.conftest import SOURCE, Asker, MakeToken, make_app

READINGS = "indicators/trade_total/readings"
GOOD: dict[str, Any] = {"period": "2026-10", "value": 22.5, "source": SOURCE}
WRITES: dict[str, tuple[str, Any]] = {
    READINGS: ("record", GOOD),
    "leads/1/confirm": ("record", {"counted": True}),
    "leads/1/dismiss": ("record", {}),
    "quarantine/1/accept": ("record", {"reason": "seen"}),
    "quarantine/1/reject": ("record", {"reason": "seen"}),
    "jobs/update/runs": ("operate", {}),
    "what-if/questions": ("record", {"what_if": [{"id": "my", "title": "My", "like": ["crimea"]}]}),
}


def lines(desk: Desk) -> list[tuple[str, str]]:
    """Actions and objects in the audit log, newest first, without how the tokens came to be."""
    found = audit.entries(desk.engine)
    return [(one.action, one.object) for one in found if one.action != "token.create"]


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("scopes", ["", "read", "read record", "read operate"])
def test_a_write_needs_its_scope(
    ask: Asker, desk: Desk, token: MakeToken, path: str, scopes: str
) -> None:
    needed, content = WRITES[path]
    answer = ask.post(path, token(*scopes.split()) if scopes else "", content)
    if needed in scopes.split():
        assert answer.status_code < 300
        ((action, _),) = lines(desk)
        assert action.split(".")[0] in {"reading", "lead", "quarantine", "job", "what_if"}
    else:
        assert answer.status_code == (403 if scopes else 401)
        assert answer.headers["content-type"] == "application/problem+json"
        assert lines(desk) == []


def test_a_reading_is_added_told_again_and_set_aside(ask: Asker, desk: Desk, recorder: str) -> None:
    before = ask.json(READINGS)["readings"]
    added = ask.post(READINGS, recorder, GOOD)
    assert (added.status_code, added.json()["result"]) == (201, "added")
    assert len(ask.json(READINGS)["readings"]) == 1 + len(before)
    again = ask.post(READINGS, recorder, GOOD)
    assert (again.status_code, again.json()["result"], again.json()["vintage"]) == (
        200,
        "duplicate",
        1,
    )
    aside = ask.post(READINGS, recorder, {**GOOD, "value": 1e9})
    assert aside.status_code == 422
    assert aside.headers["content-type"] == "application/problem+json"
    problem = aside.json()
    assert (problem["status"], problem["result"]) == (422, "quarantined")
    assert "outside the plausible range" in problem["why"]
    assert "send it with a reason" in problem["detail"]
    waiting = ask.json("quarantine")["quarantine"]
    assert [(1e9, SOURCE)] == [(one["value"], one["source"]) for one in waiting[-1:]]
    right = ask.post(READINGS, recorder, {**GOOD, "value": 1e9, "reason": "I counted"})
    assert (right.status_code, right.json()["vintage"]) == (201, 2)
    assert [("reading.record", "trade_total 2026-10")] * 3 == lines(desk)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "2027-01"}, "lies in the future"),
        ({"period": "2026-13"}, "not a date of the calendar"),
        ({"period": "October"}, "period"),
        ({"value": "many"}, "value"),
        ({"value": None}, "value"),
        ({"source": "a friend"}, "source"),
        ({"source": "https://example.org/\0"}, "source"),
        ({"note": "a\0b"}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"published_at": "2026-11-30T00:00:00Z"}, "lies in the future"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "published_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_reading_that_cannot_be_meant(
    ask: Asker, desk: Desk, recorder: str, change: dict[str, Any], said: str
) -> None:
    answer = ask.post(READINGS, recorder, {**GOOD, **change})
    assert (answer.status_code, answer.json()["status"]) == (422, 422)
    assert said in answer.json()["detail"]
    assert lines(desk) == []


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "-Infinity"])
def test_a_value_that_is_no_number_of_json(
    app: FastAPI, ask: Asker, recorder: str, value: str
) -> None:
    assert app.title
    body = f'{{"period": "2026-10", "value": {value}, "source": "{SOURCE}"}}'
    headers = {"authorization": f"Bearer {recorder}", "content-type": "application/json"}
    answer = ask("POST", READINGS, content=body, headers=headers)
    assert answer.status_code == 422
    assert "value" in answer.json()["detail"]


def test_a_retried_write_is_carried_out_once(ask: Asker, desk: Desk, recorder: str) -> None:
    first = ask.post(READINGS, recorder, GOOD, idempotency_key="one")
    again = ask.post(READINGS, recorder, GOOD, idempotency_key="one")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = ask.post(READINGS, recorder, {**GOOD, "value": 1.0}, idempotency_key="one")
    assert (other.status_code, other.json()["status"]) == (422, 422)
    stored = readings.vintages(desk.engine, "trade_total")
    assert [22.5] == [one.value for one in stored if one.period == "2026-10"]
    judged = ask.post("leads/1/dismiss", recorder, idempotency_key="two")
    assert judged.status_code == 200
    assert judged.json() == ask.post("leads/1/dismiss", recorder, idempotency_key="two").json()


def test_a_confirmed_lead_counts_its_month_up(ask: Asker, desk: Desk, recorder: str) -> None:
    answer = ask.post("leads/2/confirm", recorder, {"value": 3, "note": " seen "})
    assert answer.json() == {
        "id": 2,
        "decision": "confirmed",
        "indicator": "leader_meetings",
        "period": "2026-10",
        "value": 3.0,
        "reading_added": True,
    }
    assert ask.json("leads/2")["note"] == "seen"
    known = documents.readings_of(desk, "leader_meetings")["readings"]
    assert known[-1]["value"] == 3.0
    assert [1, 3] == [one["id"] for one in ask.json("leads")["leads"]]
    assert lines(desk) == [("lead.confirm", "2")]


def test_a_confirmation_that_cannot_be_meant(ask: Asker, desk: Desk, recorder: str) -> None:
    for content, field in (
        (
            {"counted": True, "value": 3},
            "`counted` records nothing; leave `period` and `value` out",
        ),
        ({"value": 1e9}, "with a `reason`, and confirm the lead with `counted`"),
        ({"period": "2026-11"}, "has not ended yet"),
        ({"value": -1}, "outside the plausible range"),
    ):
        answer = ask.post("leads/2/confirm", recorder, content)
        assert answer.status_code == 422
        assert "--" not in answer.json()["detail"], "an option of a command"
        assert field in answer.json()["detail"]
    assert ask.json("leads/2")["decision"] is None
    assert lines(desk) == []


JUDGEMENTS = [
    ("leads/3", "dismiss", {}),
    ("leads/3", "confirm", {"counted": True}),
    ("quarantine/2", "accept", {"reason": "seen"}),
    ("quarantine/2", "reject", {"reason": "seen"}),
]


@pytest.mark.parametrize(("path", "verb", "content"), JUDGEMENTS)
def test_who_saw_an_older_state_is_told_so(
    ask: Asker, desk: Desk, recorder: str, path: str, verb: str, content: dict[str, Any]
) -> None:
    etag = ask.get(path).headers["etag"]
    assert etag.startswith('"')
    assert 412 == ask.post(f"{path}/{verb}", recorder, content, if_match='"other"').status_code
    assert 412 == ask.post(f"{path}/{verb}", recorder, content, if_match=f"W/{etag}").status_code
    done = ask.post(f"{path}/{verb}", recorder, content, if_match=f'"other", {etag}')
    assert done.status_code == 200
    late = ask.post(f"{path}/{verb}", recorder, content, if_match=etag)
    assert (late.status_code, late.json()["status"]) == (412, 412)
    assert "read it again" in late.json()["detail"]
    assert 409 == ask.post(f"{path}/{verb}", recorder, content, if_match="*").status_code
    assert 409 == ask.post(f"{path}/{verb}", recorder, content).status_code
    assert etag != ask.get(path).headers["etag"]
    assert len(lines(desk)) == 1


@pytest.mark.parametrize(("path", "verb", "content"), JUDGEMENTS)
def test_of_those_who_judge_at_once_one_is_first(
    ask: Asker, desk: Desk, recorder: str, path: str, verb: str, content: dict[str, Any]
) -> None:
    answers = ask.several(*[(f"{path}/{verb}", recorder, content)] * 6)
    assert [200, 409, 409, 409, 409, 409] == sorted(one.status_code for one in answers)
    assert len(lines(desk)) == 1


def test_an_accepted_value_is_recorded_and_a_rejected_one_not(
    ask: Asker, desk: Desk, recorder: str
) -> None:
    assert 422 == ask.post("quarantine/1/accept", recorder, {"reason": "  "}).status_code
    assert {"id": 1, "decision": "accepted"} == ask.post(
        "quarantine/1/accept", recorder, {"reason": "seen"}
    ).json()
    assert {"id": 2, "decision": "rejected"} == ask.post(
        "quarantine/2/reject", recorder, {"reason": "a slip"}
    ).json()
    assert [3] == [one["id"] for one in ask.json("quarantine")["quarantine"]]
    assert 404 == ask.post("quarantine/77/reject", recorder, {"reason": "none"}).status_code
    values = {one["value"] for one in documents.readings_of(desk, "trade_total")["readings"]}
    assert 1e6 in values
    assert 2e6 not in values


def test_a_run_is_asked_for(ask: Asker, desk: Desk, token: MakeToken) -> None:
    operator = token("read", "operate")
    asked = ask.post("jobs/update/runs", operator)
    assert (asked.status_code, asked.json()["job"]) == (202, "update")
    assert [asked.json()] == ask.json("jobs/update/runs?limit=1")["runs"]
    (update,) = [one for one in ask.json("jobs")["jobs"] if one["name"] == "update"]
    assert update["waiting"] == 1
    again = ask.post("jobs/update/runs", operator)
    assert (again.status_code, again.json()["status"]) == (409, 409)
    assert 404 == ask.post("jobs/none/runs", operator).status_code
    assert len(lines(desk)) == 1


def asked_for(desk: Desk) -> list[str]:
    return [one.status for one in ledger_views.runs(desk.engine, "instant", 10)]


def test_what_is_recorded_asks_for_a_provisional_forecast(
    ask: Asker, desk: Desk, recorder: str
) -> None:
    assert ask.post(READINGS, recorder, GOOD).status_code == 201
    assert asked_for(desk) == ["due"]
    assert ask.post(READINGS, recorder, GOOD).status_code == 200
    assert ask.post(READINGS, recorder, GOOD | {"value": 22.75}).status_code == 201
    assert asked_for(desk) == ["due"]  # the one that waits will look at both


def test_without_jobs_a_reading_is_recorded_all_the_same(
    desk: Desk, recorder: str, tmp_path: Path
) -> None:
    with asyncio.Runner() as runner:
        ask = Asker(make_app(desk, tmp_path, jobs=False), runner)
        assert ask.post(READINGS, recorder, GOOD).status_code == 201
    assert asked_for(desk) == []
