"""Predictions of readings to come, and their scores: added, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, and_, exists, func, insert, select

from forecaster.store.engine import next_number, reading, writing
from forecaster.store.instants import to_text
from forecaster.store.schema import readings
from forecaster.store.schema_scores import predictions as table
from forecaster.store.schema_scores import scores

LIVE, HINDCAST = "live", "hindcast"
KINDS = (LIVE, HINDCAST)
FIRST = 1  # the release by which a prediction is judged


class Prediction(NamedTuple):
    """What one forecast says of one reading to come; ``body`` is JSON, the distributions."""

    indicator: str
    period: str
    period_end: date
    ahead: int
    due: date
    body: Mapping[str, Any]


class Stored(NamedTuple):
    """A prediction with its number and whence it is."""

    id: int
    forecast_id: str
    kind: str
    made_at: datetime
    created_at: datetime
    indicator: str
    period: str
    period_end: date
    ahead: int
    due: date
    body: str


class Vintage(NamedTuple):
    """One vintage of a reading, as far as scoring needs it; moments are text."""

    indicator: str
    period: str
    value: float
    published_at: str | None
    known_at: str
    recorded_at: str
    vintage: int


class Score(NamedTuple):
    """How a prediction fared by one vintage of what came; as the columns of the table."""

    prediction: int
    release: int
    vintage: int
    period_read: str
    value: float
    known_at: str
    known_for_sure: bool
    crps: float
    log_score: float
    pit: float
    no_change_crps: float
    no_change_log: float
    trend_crps: float
    trend_log: float
    seasonal_crps: float | None
    seasonal_log: float | None


class Fared(NamedTuple):
    """A prediction and its score by the first release, without the distributions."""

    prediction: int
    forecast_id: str
    made_at: datetime
    indicator: str
    period: str
    period_end: date
    ahead: int
    value: float
    known_at: str
    known_for_sure: bool
    crps: float
    log_score: float
    pit: float
    no_change_crps: float
    no_change_log: float
    trend_crps: float
    trend_log: float
    seasonal_crps: float | None
    seasonal_log: float | None


_STORED = [table.c[name] for name in Stored._fields]
_VINTAGE = [readings.c[name] for name in Vintage._fields]
_FARED = [
    table.c.id.label("prediction"),
    *(table.c[name] if name in table.c else scores.c[name] for name in Fared._fields[1:]),
]


def insert_within(  # noqa: PLR0913 - a forecast's name, kind and two moments
    connection: Connection,
    found: Sequence[Prediction],
    *,
    forecast_id: str,
    kind: str,
    made_at: datetime,
    created_at: datetime,
) -> None:
    """Add what a forecast predicts within the caller's transaction.

    Raises
    ------
    ValueError
        If the kind is neither live nor hindcast, or a number is not finite.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    if not found:
        return
    number = next_number(connection, table)
    same = {
        "forecast_id": forecast_id,
        "kind": kind,
        "made_at": made_at,
        "created_at": created_at,
    }
    rows = [
        {
            **same,
            "id": number + k,
            "indicator": one.indicator,
            "period": one.period,
            "period_end": one.period_end,
            "ahead": one.ahead,
            "due": one.due,
            "body": json.dumps(one.body, allow_nan=False, separators=(",", ":")),
        }
        for k, one in enumerate(found)
    ]
    connection.execute(insert(table), rows)


def of_forecasts(engine: Engine, forecast_ids: Iterable[str] | None = None) -> list[Stored]:
    """What these forecasts predict, or all of them."""
    statement = select(*_STORED).order_by(table.c.id)
    if forecast_ids is not None:
        statement = statement.where(table.c.forecast_id.in_(list(forecast_ids)))
    with reading(engine) as connection:
        return [Stored(*row) for row in connection.execute(statement)]


def of_indicator(engine: Engine, forecast_id: str, indicator: str) -> list[Stored]:
    """What one forecast predicts of one indicator, the nearest first."""
    statement = (
        select(*_STORED)
        .where(table.c.forecast_id == forecast_id, table.c.indicator == indicator)
        .order_by(table.c.due)
    )
    with reading(engine) as connection:
        return [Stored(*row) for row in connection.execute(statement)]


def asked_for(
    engine: Engine, now: datetime, forecast_ids: Iterable[str] | None = None
) -> list[Stored]:
    """Predictions to look at again: of indicators that brought something which no score has seen.

    Of those that are not of these forecasts, where ids are given, none.
    """
    unscored = ~exists(select(scores.c.id).where(scores.c.prediction == table.c.id))
    newest = (
        select(func.max(scores.c.scored_at))
        .where(scores.c.prediction == table.c.id)
        .scalar_subquery()
    )
    later = exists(
        select(readings.c.id).where(
            readings.c.indicator == table.c.indicator,
            readings.c.vintage > 1,
            readings.c.recorded_at > newest,
        )
    )
    read = exists(
        select(readings.c.id).where(
            readings.c.indicator == table.c.indicator,
            readings.c.known_at <= to_text(now),
            readings.c.period_end >= func.substr(table.c.period, 1, 4),
        )
    )
    statement = select(*_STORED).where((unscored & read) | (~unscored & later))
    if forecast_ids is not None:
        statement = statement.where(table.c.forecast_id.in_(list(forecast_ids)))
    with reading(engine) as connection:
        return [Stored(*row) for row in connection.execute(statement.order_by(table.c.id))]


def vintages_of(engine: Engine, indicators: Iterable[str], now: datetime) -> list[Vintage]:
    """Every vintage of these indicators that is known by now, as it became known."""
    statement = (
        select(*_VINTAGE)
        .where(
            readings.c.indicator.in_(sorted(set(indicators))),
            readings.c.known_at <= to_text(now),
        )
        .order_by(readings.c.known_at, readings.c.period_start, readings.c.vintage)
    )
    with reading(engine) as connection:
        return [Vintage(*row) for row in connection.execute(statement)]


def add_scores(engine: Engine, found: Sequence[Score], now: datetime) -> int:
    """Store scores; those that are stored already are left as they are. How many were new."""
    if not found:
        return 0
    with writing(engine) as connection:
        asked = {one.prediction for one in found}
        stored = {
            (row.prediction, row.release)
            for row in connection.execute(select(scores.c.prediction, scores.c.release))
            if row.prediction in asked
        }
        number = next_number(connection, scores)
        new = [one for one in found if (one.prediction, one.release) not in stored]
        rows = [{**one._asdict(), "id": number + k, "scored_at": now} for k, one in enumerate(new)]
        if rows:
            connection.execute(insert(scores), rows)
    return len(rows)


def fared(
    engine: Engine,
    kind: str,
    *,
    at: datetime | None = None,
    forecast_ids: Iterable[str] | None = None,
) -> list[Fared]:
    """Predictions of a kind with their first scores, as known at a time, in the order made."""
    statement = select(*_FARED).join_from(
        table,
        scores,
        and_(scores.c.prediction == table.c.id, scores.c.release == FIRST),
    )
    statement = statement.where(table.c.kind == kind)
    if at is not None:
        statement = statement.where(scores.c.known_at <= to_text(at), table.c.made_at <= at)
    if forecast_ids is not None:
        statement = statement.where(table.c.forecast_id.in_(list(forecast_ids)))
    with reading(engine) as connection:
        rows: Sequence[Row[Any]] = connection.execute(statement.order_by(table.c.id)).all()
        return [Fared(*tuple(row)) for row in rows]


def bodies(engine: Engine, ids: Iterable[int]) -> dict[int, Stored]:
    """Some predictions whole, by number."""
    statement = select(*_STORED).where(table.c.id.in_(list(ids)))
    with reading(engine) as connection:
        return {row[0]: Stored(*row) for row in connection.execute(statement)}


def due_next(engine: Engine, kind: str, at: datetime, *, limit: int) -> list[Stored]:
    """What the newest forecast of a kind predicts of readings that fall due next."""
    made = and_(table.c.kind == kind, table.c.made_at <= at)
    newest = (
        select(table.c.forecast_id)
        .where(made)
        .order_by(table.c.made_at.desc(), table.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(*_STORED)
        .where(table.c.forecast_id == newest, table.c.due >= at.date())
        .order_by(table.c.due, table.c.indicator, table.c.period)
        .limit(limit)
    )
    with reading(engine) as connection:
        return [Stored(*row) for row in connection.execute(statement)]


class Waiting(NamedTuple):
    """Predictions that nothing was held against yet."""

    made: int
    scored: int
    overdue: int
    next_due: date | None
    next_indicator: str | None


def waiting(engine: Engine, kind: str, at: datetime) -> Waiting:
    """How many predictions of a kind there are, how many are scored, and what is due next."""
    day = at.date()
    unscored = ~exists(
        select(scores.c.id).where(
            scores.c.prediction == table.c.id, scores.c.known_at <= to_text(at)
        )
    )
    made = and_(table.c.kind == kind, table.c.made_at <= at)
    count = select(func.count()).select_from(table)
    ahead = (
        select(table.c.due, table.c.indicator)
        .where(made, unscored, table.c.due >= day)
        .order_by(table.c.due, table.c.indicator)
        .limit(1)
    )
    with reading(engine) as connection:
        total = connection.execute(count.where(made)).scalar_one()
        left = connection.execute(count.where(made, unscored)).scalar_one()
        late = connection.execute(count.where(made, unscored, table.c.due < day)).scalar_one()
        first = connection.execute(ahead).one_or_none()
    due, indicator = (None, None) if first is None else tuple(first)
    return Waiting(total, total - left, late, due, indicator)
