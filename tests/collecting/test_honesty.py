"""What is fetched later never changes what was known, or said, before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from forecaster.collecting import _new
from forecaster.store import readings, schema, visits
from forecaster.store.engine import open_engine, writing
from forecaster.store.migrate import upgrade
from forecaster.store.visits import Brought
from forecaster.store.withdrawals import TakenBack
from indicators import Period, Reading

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [Period.parse(f"2025-{month:02}") for month in range(9, 13)]
HOURS = st.integers(1, 600)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[datetime, list[Reading], list[Period]]]:
    """Visits in the order of time, each with readings and with values taken back."""
    now, found = FIRST, []
    for _ in range(draw(st.integers(1, 5))):
        now += timedelta(hours=draw(HOURS))
        brought = []
        for period in draw(st.lists(st.sampled_from(MONTHS), unique=True, max_size=3)):
            value = draw(st.sampled_from([1.0, 2.0, 3.0]))
            hours = draw(st.none() | HOURS)
            published = None if hours is None else now - timedelta(hours=hours)
            brought.append(Reading("trade_total", period, value, published, "s"))
        left = [one for one in MONTHS if one not in [r.period for r in brought]]
        gone = draw(st.lists(st.sampled_from(left), unique=True, max_size=1))
        found.append((now, brought, gone))
    return found


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("honesty") / f"{uuid4().hex}.sqlite"
    found = open_engine(f"sqlite:///{file}")
    upgrade(found)
    yield found
    found.dispose()


def emptied(engine: Engine) -> None:
    """Take the rows out behind the guards' back; a new file for each example takes too long."""
    with writing(engine) as connection:
        for table in (schema.readings, schema.withdrawals):
            guard = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"),
                {"name": f"{table.name}_no_delete"},
            ).scalar_one()
            connection.execute(text(f"DROP TRIGGER {table.name}_no_delete"))
            connection.execute(table.delete())
            connection.execute(text(guard))


def seen(engine: Engine, at: datetime, *, by: datetime | None = None) -> list[object]:
    return list(readings.as_known(engine, at, recorded_by=by))


@settings(max_examples=40)
@given(histories())
def test_later_visits_change_nothing_that_was_said(
    engine: Engine, history: list[tuple[datetime, list[Reading], list[Period]]]
) -> None:
    emptied(engine)
    said: list[tuple[datetime, list[object]]] = []
    for now, brought, gone in history:
        before = [(at, seen(engine, at)) for at, _ in said]
        visits.store(
            engine,
            Brought(
                "gazette",
                ["trade_total"],
                "value",
                {},
                readings=[_new(one, now) for one in brought],
                withdrawn=[TakenBack("trade_total", one, now, "s") for one in gone],
            ),
            now=now,
        )
        said.append((now, seen(engine, now)))
        # What this installation said at any time, it still says that it said.
        assert said == [(at, seen(engine, at, by=at)) for at, _ in said]
        # What has no date of publication is known from the first sight on, not before.
        if all(one.published_at is None for one in brought):
            assert before == [(at, seen(engine, at)) for at, _ in before]
    for stored in readings.vintages(engine, "trade_total"):
        assert stored.known_at == (stored.published_at or stored.recorded_at)
        assert stored.known_at <= stored.recorded_at


def test_the_engine_of_these_tests_is_a_file(engine: Engine) -> None:
    assert Path(str(engine.url.database)).is_file()
