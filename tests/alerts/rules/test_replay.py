"""``try`` says what the machine did, or would have done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecaster import alerting
from forecaster.alerts import machine, replay, rules, telling
from forecaster.errors import NothingKnown, UnknownName, UsageError
from forecaster.wiring import Desk
from tests.alerts.rules.support import START, Room, document
from tests.alerts.rules.test_machine_stateful import RULES, STATES, VALUES
from tests.commands.conftest import Run

STORIES = st.lists(
    st.tuples(st.integers(1, 4 * 24 * 60), VALUES, st.sampled_from([0.0, 0.002, 0.02])),
    min_size=1,
    max_size=25,
)


@given(
    RULES.filter(lambda one: hasattr(one, "quantity")),
    STORIES,
    st.lists(st.integers(1, 60 * 24 * 60), max_size=20),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_how_often_somebody_looks_changes_no_decision(
    stated: Any, story: list[tuple[int, float, float]], looks: list[int]
) -> None:
    """Live: looked at any time between, started anew after each step. Replay: forecasts only."""
    made, now = [], START
    for number, (minutes, mean, error) in enumerate(story):
        now += timedelta(minutes=minutes)
        made.append((now, document(f"f{number}", now, mean, error)))
    past = [telling.observation(stated, one, at) for at, one in made]
    replayed = replay.run(stated, [("published", one) for one in past if one is not None])
    ticks = [(START + timedelta(minutes=one), None) for one in looks]
    live: list[machine.Message] = []
    state: machine.State | None = None
    for at, found in sorted([*made, *ticks], key=lambda one: one[0]):
        if at > made[-1][0]:
            break
        if found is not None:
            seen = telling.observation(stated, found, at)
            assert seen is not None
            state = machine.begin(stated, seen, at) if state is None else state
            state, said = machine.observe(stated, state, seen, at)
        elif state is not None:
            state, said = machine.advance(stated, state, at)
        else:
            continue
        state = STATES.validate_json(STATES.dump_json(state))
        live += said
    assert replayed.messages == live


def test_what_was_told_live_is_what_try_shows(desk: Desk) -> None:
    names = ("headline", "headline_drift", "likely")
    room = Room(desk, {}, "one")
    room.setup = telling.Setup({name: one for name, one in rules.read().items() if name in names})
    means = [0.10, 0.11, 0.14, 0.18, 0.21, 0.22, 0.22, 0.15, 0.12, 0.11, 0.2, 0.25, 0.24, 0.1]
    for day, mean in enumerate(means):
        room.publish(mean, days=day, hours=day % 3)
        room.look(days=day, hours=12)
    for name in names:
        found = alerting.tried(room.desk, name)
        told = [(one.event, one.details["summary"]) for one in room.decided(rule=name)]
        assert told == [(one["event"], one["summary"]) for one in found["messages"]]
        assert told == [
            (one.event, one.details["summary"]) for one in room.decided("one", rule=name)
        ]
        assert told != []
        assert {"published": len(means), "provisional": 0, "hindcast": 0} == (
            found["history"]["forecasts"]
        )


def test_hindcasts_stand_for_the_time_before_the_first_forecast(desk: Desk) -> None:
    room = Room(desk, {})
    room.publish(0.10, kind="hindcast", days=-30)
    room.publish(0.20, kind="hindcast", days=-10)
    room.publish(0.90, kind="hindcast", days=1)  # a forecast stood by then
    room.publish(0.21, days=0)
    room.publish(0.22, days=2)
    found = alerting.tried(room.desk, "headline")
    assert {"published": 2, "provisional": 0, "hindcast": 2} == found["history"]["forecasts"]
    assert [("fired", 0.20)] == [
        (one["event"], one["current"]["mean"]) for one in found["messages"]
    ]
    assert (3, pytest.approx(10.0)) == (found["moves"]["count"], found["moves"]["largest"])


def test_another_value_is_tried_without_touching_the_file(desk: Desk) -> None:
    room = Room(desk, {})
    for day, mean in enumerate([0.10, 0.12, 0.10, 0.12]):
        room.publish(mean, days=day)
    assert 0 == alerting.tried(room.desk, "headline")["counts"]["fired"]
    changed = alerting.tried(room.desk, "headline", ["points = 1.5"])
    assert (2, 1.5) == (changed["counts"]["fired"], changed["rule"]["points"])
    with pytest.raises(UsageError, match="pints: unknown key; nearest: points"):
        alerting.tried(room.desk, "headline", ["pints = 1.5"])
    with pytest.raises(UsageError, match="write a line of the file"):
        alerting.tried(room.desk, "headline", ["points 1.5"])


def test_what_cannot_be_replayed_is_said(desk: Desk) -> None:
    with pytest.raises(NothingKnown, match="no forecast to replay"):
        alerting.tried(desk, "headline")
    with pytest.raises(UsageError, match="of which no history is kept"):
        alerting.tried(desk, "stale")
    with pytest.raises(UnknownName, match="nearest: headline"):
        alerting.tried(desk, "headlin")


def test_the_commands_say_it(desk: Desk, run: Run) -> None:
    room = Room(desk, {})
    for day, mean in enumerate([0.10, 0.15, 0.10]):
        room.publish(mean, days=day)
    done = run("alerts", "try", "--rule", "headline")
    assert "It would have told 1 alert, no further moves, 1 resolved." in done.output
    found = json.loads(run("alerts", "try", "--rule", "headline", "--json").output)
    assert ["fired", "resolved"] == [one["event"] for one in found["messages"]]
    assert "is silent until" in run("alerts", "silence", "stale", "--until", "2099-01-01").output
    assert "moves are measured from" in run("alerts", "ack", "--rule", "headline").output
    listed = json.loads(run("alerts", "list", "--json").output)
    assert ["stale"] == [one["rule"] for one in listed["silences"]]
    assert list(rules.read()) == [one["name"] for one in listed["rules"]]
    assert "silent until" in run("alerts", "list").output
    assert isinstance(run("alerts", "silence", "stale", "--until", "soon").exception, UsageError)
    assert isinstance(run("alerts", "silence", "x", "--until", "2099-01-01").exception, UnknownName)
    assert isinstance(run("alerts", "ack", "--forecast", "nobody").exception, UnknownName)
    assert 0 == run("alerts", "silence", "stale", "--until", "2020-01-01").exit_code
    assert [] == json.loads(run("alerts", "list", "--json").output)["silences"]
    past = run("alerts", "silence", "stale", "--until", "2020-01-01").exception
    assert "has passed" in str(past)
