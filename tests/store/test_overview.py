"""The short account of each indicator says what all of its readings say, counted one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import Engine

from forecaster.store import overview, readings, withdrawals
from forecaster.store.engine import writing
from forecaster.store.overview import Known
from forecaster.store.records import StoredReading
from forecaster.store.withdrawals import TakenBack
from indicators.period import Period
from tests.store.support import NOW, day, new

NAMES = ("trade_total", "leader_meetings", "joint_exercises")
# Year, month and day that end together, and others.
PERIODS = ("2024", "2024-12", "2024-12-31", "2024-06", "2025-01", "2025-01-31", "2025-01-07")


def one_by_one(engine: Engine, at: datetime) -> dict[str, Known]:
    """The slow way: fetch every reading, then count."""
    found: defaultdict[str, list[StoredReading]] = defaultdict(list)
    for one in readings.as_known(engine, at):
        found[one.indicator].append(one)
    return {
        name: Known(len(ours), max(ours, key=lambda one: (one.period_end, one.known_at)))
        for name, ours in found.items()
    }


@pytest.mark.parametrize("seed", range(6))
def test_it_says_what_the_readings_say(engine: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - which cases are tried, no secret
    with_gaps = seed % 2 == 1
    for _ in range(12):
        batch = [
            new(
                random.randrange(4),
                random.randrange(8),
                indicator=random.choice(NAMES),
                period=random.choice(PERIODS),
            )
            for _ in range(5)
        ]
        readings.add(engine, batch, now=NOW)
        if with_gaps and random.random() < 0.6:
            gone = TakenBack(
                random.choice(NAMES),
                Period.parse(random.choice(PERIODS)),
                day(random.randrange(8)),
                "https://example.org/release",
            )
            with writing(engine) as connection:
                withdrawals.add_within(connection, gone, now=NOW)
    for number in range(-1, 9):
        assert one_by_one(engine, day(number)) == overview.known(engine, day(number))


def test_nothing_is_known_of_an_empty_store(engine: Engine) -> None:
    assert overview.known(engine, NOW) == {}


def test_what_was_taken_back_is_not_the_last(engine: Engine) -> None:
    readings.add(engine, [new(1, period="2025-01"), new(2, period="2025-02")], now=NOW)
    with writing(engine) as connection:
        withdrawals.add_within(
            connection,
            TakenBack("trade_total", Period.parse("2025-02"), day(3), "https://example.org/"),
            now=NOW,
        )
    assert overview.known(engine, day(2))["trade_total"].last.period == "2025-02"
    after = overview.known(engine, day(3))["trade_total"]
    assert (after.periods, after.last.period) == (1, "2025-01")
