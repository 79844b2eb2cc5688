"""Nothing stored can be changed; the chain shows it where someone went around the triggers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from forecaster.errors import StoreError
from forecaster.store import (
    alerts,
    chain,
    forecasts,
    judgements,
    predictions,
    questions,
    readings,
    resolutions,
    visits,
)
from forecaster.store.alerts import Acknowledged, Silenced
from forecaster.store.archive import RawArchive
from forecaster.store.engine import reading, writing
from forecaster.store.quarantine import Judgement
from forecaster.store.questions import Answer, New
from forecaster.store.visits import Brought
from forecaster.store.withdrawals import TakenBack
from indicators.archive import Fetch
from indicators.period import Period
from tests import synthetic
from tests.predicted import keep, measured, score
from tests.store.support import NOW, Somebody, day, many, new


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    """One row in each table that is append-only."""
    readings.add(engine, [new(1.0)], now=NOW)
    readings.quarantine(engine, new(2.0), "too large", now=NOW)
    resolutions.add(engine, "balancing", NOW.date(), "https://example.org", NOW)
    publish(engine)
    number = readings.quarantine(engine, new(2.0), "too large", now=NOW)
    wrong = Judgement("rejected", "a slip", "an analyst")
    judgements.judge_quarantined(engine, number, wrong, now=NOW)
    RawArchive(engine, tmp_path).keep(Fetch("gacc", "q", "GET", "http://x", NOW, 1))
    gone = TakenBack("trade_total", Period.parse("2025-12"), NOW, "http://x")
    visits.store(engine, Brought("gacc", [], "value", {}, withdrawn=[gone]), now=NOW)
    alerts.silence(engine, Silenced("headline", NOW, day(400), "", "somebody"), entry=None, now=NOW)
    with writing(engine) as connection:
        alerts.acknowledge(connection, Acknowledged(None, None, "synthetic", NOW, "somebody"))
    keep(engine, measured(), made_at=NOW)
    (row,) = predictions.of_forecasts(engine)
    predictions.add_scores(engine, [score(row.id)], NOW)
    analyst = Somebody("an analyst", "token")
    # With a line in the audit log.
    questions.ask(engine, New("synthetic", "d" * 64, [{"id": "mine"}]), analyst, most=1, now=NOW)
    questions.answer(engine, 1, Answer({}, None), now=NOW)
    return engine


def publish(engine: Engine) -> None:
    with writing(engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path=None,
            posterior_sha256=None,
        )


def problems(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return chain.problems(connection)


REFUSED = {
    "sqlite": (
        "UPDATE {0} SET id = id",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
    ),
    "postgresql": ("UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0}"),
}


ADDED_TO = (
    *("readings", "quarantine", "forecasts", "resolutions"),
    *("quarantine_decisions", "fetches", "withdrawals", "audit"),
    *("silences", "acknowledgements"),
    *("predictions", "scores", "questions", "answers"),
)


@pytest.mark.parametrize("table", ADDED_TO)
def test_rows_can_only_be_added(filled: Engine, table: str) -> None:
    for action in REFUSED[filled.dialect.name]:
        with (
            pytest.raises(StoreError, match=f"{table} is append-only: add a new row instead"),
            writing(filled) as connection,
        ):
            connection.execute(text(action.format(table)))
        with reading(filled) as connection:
            assert 1 == connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608


def test_the_chain_of_what_was_stored_is_whole(engine: Engine) -> None:
    readings.add(engine, many(20, vintages=3), now=NOW)
    publish(engine)
    readings.add(engine, [new(0.1 + 0.2, indicator="other")], now=NOW)
    assert [] == problems(engine)


def tamper(engine: Engine, *statements: str) -> None:
    """Do what the triggers forbid, as someone with the file in hand could."""
    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        for table in ("readings", "forecasts"):
            connection.execute(f"DROP TRIGGER {table}_no_update")
            connection.execute(f"DROP TRIGGER {table}_no_delete")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE readings SET value = 6.5 WHERE id = 7",
            "reading 7 (trade_total 1990-01-07, vintage 1) was changed after it was stored",
        ),
        (
            "UPDATE readings SET known_at = '2020-01-01T00:00:00.000000Z' WHERE id = 7",
            "reading 7 (trade_total 1990-01-07, vintage 1) was changed after it was stored",
        ),
        ("DELETE FROM readings WHERE id IN (7, 8)", "readings 7 to 8 are missing"),
        (
            "DELETE FROM readings WHERE id > 15",
            "forecast synthetic-2026-11-22 saw 20 readings; they are lost or were replaced",
        ),
    ],
)
def test_the_chain_shows_what_was_done_behind_its_back(
    sqlite: Engine, statement: str, told: str
) -> None:
    readings.add(sqlite, many(20), now=NOW)
    publish(sqlite)
    tamper(sqlite, statement)
    assert [told] == problems(sqlite)


def test_one_vintage_cannot_be_stored_twice(engine: Engine) -> None:
    readings.add(engine, [new(1.0)], now=NOW)
    copy = text(
        "INSERT INTO readings SELECT 2, indicator, period, period_start, period_end, value, "
        "published_at, known_at, recorded_at, vintage, source, origin, note, reason, chain "
        "FROM readings"
    )
    with pytest.raises(StoreError, match="refused") as caught, writing(engine) as connection:
        connection.execute(copy)
    assert isinstance(caught.value.__cause__, IntegrityError)
