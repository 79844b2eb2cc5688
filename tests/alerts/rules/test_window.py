"""The quick way to look through a window tells the same as the plain one."""

from __future__ import annotations

from datetime import timedelta
from math import hypot
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forecaster.alerts import machine
from forecaster.alerts.machine import Observation
from tests.alerts.rules.support import START, rule, seen

VALUES = st.floats(0.0, 1.0) | st.sampled_from([0.0, 0.1, 0.13, 0.5, 1.0])
WINDOW = timedelta(days=2)
MEASURES = st.sampled_from([{"points": 3.0}, {"bits": 0.02}, {"points": 0.1}, {"bits": 1e-6}])
STORIES = st.lists(
    st.tuples(st.integers(0, 20), VALUES, st.sampled_from([0.0, 0.001, 0.02])),
    min_size=2,
    max_size=30,
)


@given(MEASURES, st.sampled_from(["up", "down", "either"]), STORIES)
def test_the_farthest_in_a_window(
    measure: dict[str, float], direction: str, story: list[tuple[int, float, float]]
) -> None:
    stated = rule("moved", **measure, within="2d", direction=direction)
    now, known = START, []
    for hours, value, error in story:
        now += timedelta(hours=hours)
        known.append(seen(value, now, error))
    state = machine.State(now, known[-1], known[0], recent=tuple(known))
    assert _plainly(stated, known) == machine._moved(stated, state, now)


def _plainly(stated: Any, known: list[Observation]) -> tuple[int, Observation]:
    after, start = known[-1], known[-1].seen - WINDOW
    window = [one for one in known if one.seen <= start][-1:]
    window += [one for one in known if one.seen > start]
    far = []
    for one in window:
        rose = after.value > one.value
        noise = hypot(one.error, after.error)
        far += [one] * (
            machine.size(stated, one, after) >= stated.least
            and (stated.direction == "either" or rose == (stated.direction == "up"))
            and abs(after.value - one.value) > 2.0 * noise
        )
    if not far:
        return 0, known[0]
    before = max(far, key=lambda one: machine.size(stated, one, after))
    return (1 if after.value > before.value else -1), before
