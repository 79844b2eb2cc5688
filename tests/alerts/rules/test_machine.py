"""When an alert opens, is told again, and is resolved: single cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from forecaster.alerts import machine
from forecaster.alerts.machine import Message, Silence, State
from forecaster.alerts.rules import Moved
from tests.alerts.rules.support import START, after, rule, seen

DAY = timedelta(days=1)


def play(
    stated: Any,
    values: Sequence[float],
    *,
    every: timedelta = DAY,
    error: float = 0.001,
    silences: Sequence[Silence] = (),
) -> list[Message]:
    """One value after the other, the first of which is known already."""
    state = machine.begin(stated, seen(values[0], error=error), START)
    said: list[Message] = []
    for number, value in enumerate(values[1:], 1):
        now = START + number * every
        state, more = machine.observe(stated, state, seen(value, now, error), now, silences)
        said += more
    return said


def told(messages: Sequence[Message]) -> list[tuple[str, int]]:
    """What was told on which day."""
    return [(one.kind, (one.at - START).days) for one in messages]


@pytest.mark.parametrize(
    ("stated", "values", "expected"),
    [
        ({"points": 3.0}, [0.10, 0.12, 0.13, 0.131], [("fired", 2)]),
        ({"points": 3.0}, [0.10, 0.12, 0.11, 0.12, 0.11], []),
        # Measured from the last alert, not from the first value.
        ({"points": 3.0}, [0.10, 0.14, 0.16, 0.18], [("fired", 1), ("again", 3)]),
        # Back to half of the least move from where it began.
        ({"points": 3.0}, [0.10, 0.14, 0.12, 0.115], [("fired", 1), ("resolved", 3)]),
        ({"points": 3.0, "back": 0.1}, [0.10, 0.14, 0.12, 0.115], [("fired", 1)]),
        ({"points": 3.0, "direction": "up"}, [0.10, 0.05, 0.02, 0.10], []),
        ({"points": 3.0, "direction": "down"}, [0.10, 0.05], [("fired", 1)]),
        ({"points": 3.0, "running": 3}, [0.1, 0.14, 0.14, 0.1, 0.14, 0.14, 0.14], [("fired", 6)]),
        ({"points": 3.0, "running": 2}, [0.10, 0.14, 0.06, 0.14, 0.14], [("fired", 4)]),
        ({"bits": 0.1}, [0.02, 0.06, 0.072], [("fired", 2)]),
        ({"bits": 0.1}, [0.50, 0.56, 0.62], []),
    ],
)
def test_a_move(stated: Any, values: list[float], expected: list[tuple[str, int]]) -> None:
    assert expected == told(play(rule(**stated), values))


@pytest.mark.parametrize(
    ("stated", "values", "expected"),
    [
        ({"above": 20.0}, [0.19, 0.21], [("fired", 1)]),
        ({"above": 20.0}, [0.25, 0.26, 0.24], []),  # it was there when somebody began to listen
        ({"above": 20.0}, [0.25, 0.15, 0.25], [("fired", 2)]),
        (  # flapping within the hysteresis is one alert
            {"above": 20.0},
            [0.19, 0.21, 0.19, 0.21, 0.185, 0.21, 0.175, 0.21],
            [("fired", 1), ("resolved", 6), ("fired", 7)],
        ),
        (
            {"below": 5.0, "hysteresis": 1.0},
            [0.06, 0.04, 0.055, 0.061],
            [("fired", 1), ("resolved", 3)],
        ),
        ({"above": 20.0, "running": 2}, [0.19, 0.21, 0.19, 0.21, 0.22], [("fired", 4)]),
    ],
)
def test_a_threshold(stated: Any, values: list[float], expected: list[tuple[str, int]]) -> None:
    assert expected == told(play(rule("crossed", **stated), values))


def test_a_move_below_the_error_of_the_simulation_is_not_told() -> None:
    stated = rule(points=3.0, error_multiple=2.0)
    # 4 points; twice the error of the difference is 2 * sqrt(2) * 1.5 = 4.2 points.
    assert [] == play(stated, [0.10, 0.14], error=0.015)
    assert [("fired", 1)] == told(play(stated, [0.10, 0.14], error=0.014))


def test_a_crossing_by_less_than_the_error_waits_until_it_is_more() -> None:
    stated = rule("crossed", above=20.0)
    assert [("fired", 3)] == told(play(stated, [0.195, 0.205, 0.208, 0.225], error=0.01))


def test_a_second_alert_waits_for_the_interval_and_is_told_when_it_ends() -> None:
    stated = rule(points=3.0, min_interval="72h")
    said = play(stated, [0.10, 0.14, 0.18, 0.18, 0.18, 0.18])
    assert [("fired", 1), ("again", 4)] == told(said)
    assert (said[1].previous.value, said[1].current.value) == (0.14, 0.18)


def test_what_reverts_before_the_interval_ends_is_resolved_at_once() -> None:
    stated = rule("crossed", above=20.0, min_interval="240h")
    said = play(stated, [0.1, 0.25, 0.1, 0.25, 0.1, 0.25, 0.25])
    assert [("fired", 1), ("resolved", 2)] == told(said)


def test_a_window_forgets_what_lies_before_it() -> None:
    creeping = [0.10 + 0.01 * day for day in range(12)]
    assert [("fired", 3), ("again", 6), ("again", 9)] == told(play(rule(points=2.5), creeping))
    assert [] == play(rule(points=2.5, within="48h", back=0.1), creeping)
    quick = [0.10, 0.10, 0.10, 0.115, 0.13]
    assert [("fired", 4)] == told(play(rule(points=2.5, within="48h"), quick))


def test_a_move_that_stays_is_settled_after_a_time() -> None:
    said = play(rule(points=3.0, settles="4d"), [0.10, *[0.14] * 8])
    assert [("fired", 1, ""), ("resolved", 5, "settled")] == [
        (one.kind, (one.at - START).days, one.reason) for one in said
    ]


def test_a_silence_delays_what_still_holds_and_drops_what_does_not() -> None:
    silence = [Silence(after(hours=12), after(days=4, hours=12))]
    stated = rule("crossed", above=20.0)
    assert [("fired", 4)] == told(
        play(stated, [0.1, 0.25, 0.25, 0.25, 0.25, 0.25], silences=silence)
    )
    assert [] == play(stated, [0.1, 0.25, 0.25, 0.25, 0.1, 0.1], silences=silence)


def test_the_end_of_an_alert_waits_for_the_end_of_a_silence_too() -> None:
    silence = [Silence(after(days=1, hours=12), after(days=4, hours=12))]
    said = play(rule("crossed", above=20.0), [0.1, 0.25, 0.1, 0.1, 0.1, 0.1], silences=silence)
    assert [("fired", 1), ("resolved", 4)] == told(said)
    assert after(days=4, hours=12) == said[1].at


def test_the_last_silence_takes_the_place_of_an_earlier_one() -> None:
    asked = [Silence(after(), after(days=9)), Silence(after(days=1), after(days=1))]
    assert machine.silenced(asked, after(hours=23))
    assert not machine.silenced(asked, after(days=1))


def test_quiet_hours_delay_what_was_decided_and_change_no_decision() -> None:
    hours = {"start": "05:00", "end": "09:00", "zone": "UTC"}
    loud = play(rule(points=3.0), [0.10, 0.14, 0.10])
    quiet = play(rule(points=3.0, quiet=hours), [0.10, 0.14, 0.10])
    assert told(loud) == told(quiet) == [("fired", 1), ("resolved", 2)]
    assert [timedelta(hours=3)] * 2 == [one.deliver_at - one.at for one in quiet]
    assert [timedelta(0)] * 2 == [one.deliver_at - one.at for one in loud]


def start(stated: Any, *values: float) -> State:
    state = machine.begin(stated, seen(values[0]), START)
    for number, value in enumerate(values[1:], 1):
        now = START + number * DAY
        state, _ = machine.observe(stated, state, seen(value, now), now)
    return state


def test_an_acknowledged_forecast_is_what_moves_are_measured_from() -> None:
    stated = rule(points=3.0)
    state = start(stated, 0.10, 0.12)
    state, said = machine.acknowledge(stated, state, state.current, after(days=1, hours=1))
    assert said == ()
    state, said = machine.observe(stated, state, seen(0.14, after(days=2)), after(days=2))
    assert said == ()  # 2 points since it was acknowledged
    state, said = machine.observe(stated, state, seen(0.15, after(days=3)), after(days=3))
    assert [("fired", 0.12)] == [(one.kind, one.previous.value) for one in said]


def test_acknowledging_ends_an_open_alert_and_an_older_forecast_changes_nothing() -> None:
    stated = rule(points=3.0)
    first = seen(0.10)
    state = start(stated, 0.10, 0.14)
    same, said = machine.acknowledge(stated, state, first, after(days=1, hours=1))
    assert (said, same.origin, same.reference) == ((), state.origin, state.reference)
    ended, said = machine.acknowledge(stated, state, state.current, after(days=1, hours=1))
    assert [("resolved", "acknowledged")] == [(one.kind, one.reason) for one in said]
    assert ended.origin is None


def test_acknowledging_does_not_end_what_still_holds() -> None:
    stated = rule("crossed", above=20.0)
    state = start(stated, 0.10, 0.25)
    same, said = machine.acknowledge(stated, state, state.current, after(days=2))
    assert (said, same.origin) == ((), state.origin)


def test_an_alert_ends_with_its_rule() -> None:
    state = start(rule(points=3.0), 0.10, 0.14)
    ended, said = machine.withdraw(state, after(days=2))
    assert [("resolved", "withdrawn")] == [(one.kind, one.reason) for one in said]
    assert machine.withdraw(ended, after(days=3)) == (ended, ())


def test_a_clock_that_steps_back_does_not_keep_the_next_alert_for_ever() -> None:
    stated = rule(points=3.0, min_interval="24h")
    assert isinstance(stated, Moved)
    state = machine.begin(stated, seen(0.10), START)
    wrong: datetime = after(days=3650)
    state, said = machine.observe(stated, state, seen(0.14, after(days=1)), wrong)
    assert [one.kind for one in said] == ["fired"]
    state, said = machine.observe(stated, state, seen(0.18, after(days=2)), after(days=2))
    assert said == ()  # one interval, from the time that the clock says now
    state, said = machine.advance(stated, state, after(days=3))
    assert [("again", after(days=3))] == [(one.kind, one.at) for one in said]
