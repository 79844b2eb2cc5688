"""Vintages, duplicates and what was known when."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from forecaster.errors import StoreError
from forecaster.store import readings
from forecaster.store.readings import Added, NewReading
from tests.store.support import NOW, day, many, new


def values(engine: Engine, at: datetime, recorded_by: datetime | None = None) -> list[float]:
    return [one.value for one in readings.as_known(engine, at, recorded_by=recorded_by)]


def test_what_goes_in_comes_out(engine: Engine) -> None:
    one = new(245.1, 14)._replace(published_at=day(13), note="“ü” 中", reason="checked by hand")
    assert Added(1, 0) == readings.add(engine, [one], now=NOW)
    (stored,) = readings.as_known(engine, NOW)
    assert stored == readings.StoredReading(
        indicator="trade_total",
        period="2025-12",
        period_start=date(2025, 12, 1),
        period_end=date(2025, 12, 31),
        value=245.1,
        published_at=day(13),
        known_at=day(14),
        recorded_at=NOW,
        vintage=1,
        source="https://example.org/release",
        origin="fetched",
        note="“ü” 中",
        reason="checked by hand",
    )


@pytest.mark.parametrize("value", [0.1 + 0.2, 5e-324, -1.7976931348623157e308, 2**53 + 2.0, -0.0])
def test_values_keep_every_digit(engine: Engine, value: float) -> None:
    readings.add(engine, [new(value)], now=NOW)
    assert [value] == values(engine, NOW)


def test_a_moment_is_the_same_in_every_zone(engine: Engine) -> None:
    moscow = datetime.fromisoformat("2026-01-15T02:30:00+03:00")
    readings.add(engine, [new(1.0)._replace(known_at=moscow)], now=NOW)
    assert [] == values(engine, datetime.fromisoformat("2026-01-14T23:29:59+00:00"))
    assert [1.0] == values(engine, datetime.fromisoformat("2026-01-14T23:30:00+00:00"))


def test_the_newest_value_known_at_a_time_counts(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10), new(2.0, 20), new(3.0, 30)], now=NOW)
    views = [values(engine, day(known)) for known in (9, 10, 19, 20, 29, 30, 99)]
    assert [[], [1.0], [1.0], [2.0], [2.0], [3.0], [3.0]] == views


def test_of_two_values_known_at_once_the_later_vintage_counts(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10)], now=NOW)
    readings.add(engine, [new(2.0, 10)], now=NOW)
    assert [2.0] == values(engine, day(10))


def test_what_was_stored_later_is_not_what_we_could_say_then(engine: Engine) -> None:
    readings.add(engine, [new(1.0, 10)], now=day(40))
    readings.add(engine, [new(2.0, 20)], now=day(60))
    assert [2.0] == values(engine, day(30))
    assert [1.0] == values(engine, day(30), recorded_by=day(50))
    assert [] == values(engine, day(30), recorded_by=day(39))


def test_the_order_is_by_indicator_and_period(engine: Engine) -> None:
    periods = ("2026-02", "2025", "2026-01-07", "2026", "2026-01")
    batch = [new(1.0, indicator=i, period=p) for i in ("b_two", "a_one") for p in periods]
    readings.add(engine, batch, now=NOW)
    found = [(one.indicator, one.period) for one in readings.as_known(engine, NOW)]
    ordered = ["2025", "2026-01", "2026", "2026-01-07", "2026-02"]
    assert [(i, p) for i in ("a_one", "b_two") for p in ordered] == found
    alone = readings.as_known(engine, NOW, indicator="b_two")
    assert ordered == [one.period for one in alone]


def test_a_history_is_stored_once(engine: Engine) -> None:
    history = [
        new(3.0, 30, origin="embedded"),
        new(1.0, 10, origin="embedded"),
        new(1.5, 10, origin="embedded"),  # two sources of one day disagree
        new(2.0, 20, origin="embedded"),
        new(1.0, 40, origin="embedded"),  # and back
    ]
    assert Added(5, 0) == readings.add(engine, history, now=NOW)
    assert Added(0, 5) == readings.add(engine, history, now=NOW)
    found = [(one.vintage, one.value) for one in readings.vintages(engine, "trade_total")]
    assert [(1, 1.0), (2, 1.5), (3, 2.0), (4, 3.0), (5, 1.0)] == found


def test_a_feed_that_states_a_period_twice_does_not_grow_each_day(engine: Engine) -> None:
    feed = [new(1.0, 10), new(1.5, 10)]
    assert Added(2, 0) == readings.add(engine, feed, now=NOW)
    assert Added(0, 2) == readings.add(engine, feed, now=NOW)


@pytest.mark.parametrize(
    ("stored", "one", "added"),
    [
        pytest.param([(1.0, 10)], (1.0, 10), 0, id="the same again"),
        pytest.param([(1.0, 10)], (1.0, 20), 0, id="the same, seen later"),
        pytest.param([(1.0, 10)], (1.0, 5), 0, id="the same, said to be known earlier"),
        pytest.param([(1.0, 10)], (2.0, 20), 1, id="revised"),
        pytest.param([(1.0, 10)], (2.0, 10), 1, id="corrected at once"),
        pytest.param([(1.0, 10), (2.0, 20)], (1.0, 30), 1, id="revised and back"),
        pytest.param([(1.0, 10), (2.0, 20)], (1.0, 15), 0, id="the first, seen between"),
        pytest.param([(1.0, 10), (2.0, 20)], (2.0, 5), 0, id="the second, before the first"),
        pytest.param([(1.0, 10), (2.0, 10)], (1.0, 10), 1, id="corrected by hand and back"),
        pytest.param([(1.0, 10)], (0.0, 20), 1, id="zero is a value"),
    ],
)
def test_duplicates(
    engine: Engine, stored: list[tuple[float, int]], one: tuple[float, int], added: int
) -> None:
    for before in stored:
        readings.add(engine, [new(*before, origin="by_hand")], now=NOW)
    got = readings.add(engine, [new(*one, origin="by_hand")], now=NOW)
    assert Added(added, 1 - added) == got
    kept = readings.vintages(engine, "trade_total")
    assert list(range(1, len(stored) + added + 1)) == [reading.vintage for reading in kept]


def test_the_source_does_not_make_a_reading_new(engine: Engine) -> None:
    readings.add(engine, [new(1.0)], now=NOW)
    again = new(1.0)._replace(source="https://example.net/copy", note="another page")
    assert Added(0, 1) == readings.add(engine, [again], now=NOW)


def test_a_generator_and_nothing_are_welcome(engine: Engine) -> None:
    assert Added(0, 0) == readings.add(engine, [], now=NOW)
    assert Added(3, 0) == readings.add(engine, (one for one in many(3)), now=NOW)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (new(float("nan")), "not a finite number"),
        (new(float("inf")), "not a finite number"),
        (new(1.0)._replace(source=""), "source must be given"),
        (new(1.0)._replace(note="a\0b"), "a null character"),
        (new(1.0)._replace(origin="guessed"), "origin 'guessed' is none of"),  # type: ignore[arg-type]
        (new(1.0)._replace(known_at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001
        (new(1.0)._replace(published_at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001
    ],
)
def test_misuse_stores_nothing_of_the_batch(
    engine: Engine, wrong: NewReading, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        readings.add(engine, [*many(3), wrong], now=NOW)
    assert [] == values(engine, NOW)


def test_a_failure_in_the_middle_stores_nothing_of_the_batch(sqlite: Engine) -> None:
    """The 50th row of 100 meets a rule of the database."""
    path = str(sqlite.url.database)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON readings WHEN NEW.id = 50 "
            "BEGIN SELECT RAISE(ABORT, 'no more'); END"
        )
    with pytest.raises(StoreError, match="no more"):
        readings.add(sqlite, many(100), now=NOW)
    assert [] == values(sqlite, NOW)


def test_quarantine_keeps_what_cannot_be_right(engine: Engine) -> None:
    odd = new(float("nan"))
    number = readings.quarantine(engine, odd, "nan is not a finite number", now=NOW)
    assert number == readings.quarantine(engine, odd, "the next day", now=day(400))
    readings.quarantine(engine, new(9e9, indicator="other"), "outside 0 to 500", now=NOW)
    one, other = readings.quarantined(engine)
    assert one.value != one.value
    assert ("trade_total", "2025-12", "nan is not a finite number", NOW) == (
        one.indicator,
        one.period,
        one.why,
        one.recorded_at,
    )
    assert [other] == readings.quarantined(engine, "other")
    assert [] == values(engine, NOW)


def test_an_accepted_reading_leaves_its_mark_in_the_quarantine(engine: Engine) -> None:
    odd = new(900.0)
    readings.quarantine(engine, odd, "outside 0 to 500", now=NOW)
    assert [False] == [one.accepted for one in readings.quarantined(engine)]
    readings.add(engine, [odd._replace(reason="checked")], now=NOW)
    assert [True] == [one.accepted for one in readings.quarantined(engine)]
