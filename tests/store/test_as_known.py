"""What was known then stays what was known then, whatever is stored later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from forecaster.store import readings
from forecaster.store.readings import NewReading, StoredReading
from forecaster.store.records import Origin
from tests.store.support import NOW, day, new

DAYS = (0, 5, 9)
ORIGINS: tuple[Origin, ...] = ("embedded", "fetched", "by_hand")
Drawn = list[list[tuple[str, float, int, Origin]]]
BATCHES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["2025", "2025-11", "2025-12", "2025-12-31"]),
            st.sampled_from([0.0, 1.0, 2.0]),
            st.integers(0, 12),
            st.sampled_from(ORIGINS),
        ),
        max_size=5,
    ),
    min_size=1,
    max_size=6,
)
# Each example takes an indicator of its own, so that one database serves all.
indicators = (f"indicator_{number}" for number in count())
several_examples = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def batches_of(indicator: str, drawn: Drawn) -> list[list[NewReading]]:
    return [
        [
            new(value, known, indicator=indicator, period=period, origin=origin)
            for period, value, known, origin in batch
        ]
        for batch in drawn
    ]


def expected(
    stored: Iterable[StoredReading], at_day: int, recorded_by: int
) -> dict[str, StoredReading]:
    """The definition, in words of Python."""
    found: dict[str, StoredReading] = {}
    for one in sorted(stored, key=lambda one: (one.known_at, one.vintage)):
        if one.known_at <= day(at_day) and one.recorded_at <= NOW + timedelta(recorded_by):
            found[one.period] = one
    return found


@several_examples
@given(BATCHES)
def test_nothing_stored_later_changes_an_earlier_view(engine: Engine, drawn: Drawn) -> None:
    indicator = next(indicators)

    def view(at_day: int, recorded_by: int) -> list[StoredReading]:
        by = NOW + timedelta(recorded_by)
        return readings.as_known(engine, day(at_day), indicator=indicator, recorded_by=by)

    before: dict[tuple[int, int], list[StoredReading]] = {}
    for step, batch in enumerate(batches_of(indicator, drawn)):
        at_once = {at: readings.as_known(engine, day(at), indicator=indicator) for at in DAYS}
        readings.add(engine, batch, now=NOW + timedelta(step))
        for at, was in at_once.items():
            before[at, step] = view(at, step)
            if all(one.known_at > day(at) for one in batch):
                assert was == before[at, step]

    stored = readings.vintages(engine, indicator)
    for (at, step), was in before.items():
        assert was == view(at, step)
        assert {one.period: one for one in was} == expected(stored, at, step)
        assert [one.period for one in was] == list(dict.fromkeys(one.period for one in was))


@several_examples
@given(BATCHES)
def test_the_same_batches_again_add_nothing_to_a_history(engine: Engine, drawn: Drawn) -> None:
    indicator = next(indicators)
    history = [
        one._replace(origin="embedded") for batch in batches_of(indicator, drawn) for one in batch
    ]
    first = readings.add(engine, history, now=NOW)
    stored = readings.vintages(engine, indicator)
    again = readings.add(engine, history, now=NOW)
    assert (0, first.added + first.duplicates) == again
    assert stored == readings.vintages(engine, indicator)
    for period in {one.period for one in stored}:
        moments = [(one.vintage, one.known_at) for one in stored if one.period == period]
        assert sorted(moments, key=lambda one: (one[1], one[0])) == moments
