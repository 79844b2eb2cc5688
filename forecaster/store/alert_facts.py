"""What the rules look at beside the forecasts, within a transaction."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import Connection, and_, exists, func, select

from forecaster.belief import Forecast
from forecaster.store import schema
from forecaster.store.forecasts import STANDS
from forecaster.store.instants import to_text

_ONE = schema.readings
_GONE = schema.withdrawals
_FORECASTS = schema.forecasts
_NEWEST = (_FORECASTS.c.as_of.desc(), _FORECASTS.c.created_at.desc(), _FORECASTS.c.id.desc())


class Change(NamedTuple):
    """A vintage that differs from the one before it."""

    id: int
    indicator: str
    period: str
    before: float
    after: float
    known_at: str


class Resolved(NamedTuple):
    """A scenario that came into force, as recorded."""

    id: int
    scenario: str
    date: date
    source: str


class Visit(NamedTuple):
    """How the last visit to a source went, and how many failed in a row."""

    source: str
    indicators: tuple[str, ...]
    result: str
    error: str
    failures: int
    visited_at: datetime


def standing(connection: Connection) -> Forecast | None:
    """The forecast that stands."""
    statement = select(_FORECASTS.c.document).where(_FORECASTS.c.kind.in_(STANDS))
    text = connection.execute(statement.order_by(*_NEWEST).limit(1)).scalar()
    return None if text is None else cast("Forecast", json.loads(text))


def document(connection: Connection, forecast_id: str) -> Forecast | None:
    """The published or provisional forecast of an id."""
    statement = select(_FORECASTS.c.document).where(
        _FORECASTS.c.forecast_id == forecast_id, _FORECASTS.c.kind.in_(STANDS)
    )
    text = connection.execute(statement).scalar()
    return None if text is None else cast("Forecast", json.loads(text))


def refused(connection: Connection) -> list[tuple[str, datetime]]:
    """The fits that the gate refused since the last one that it let pass, oldest first."""
    passed = select(func.coalesce(func.max(_FORECASTS.c.id), 0)).where(
        _FORECASTS.c.kind.in_(STANDS)
    )
    statement = (
        select(_FORECASTS.c.document)
        .where(_FORECASTS.c.kind == "rejected", _FORECASTS.c.id > passed.scalar_subquery())
        .order_by(_FORECASTS.c.id)
    )
    found = [json.loads(text) for text in connection.execute(statement).scalars()]
    # A hindcast that was turned away says nothing of today.
    return [
        (one["forecast_id"], datetime.fromisoformat(one["created_at"]))
        for one in found
        if one["status"] != "hindcast"
    ]


def last_periods(connection: Connection, at: datetime) -> dict[str, date]:
    """The end of the last period that each indicator has a value for, as known at a time."""
    moment = to_text(at)
    gone = exists().where(
        and_(
            _GONE.c.indicator == _ONE.c.indicator,
            _GONE.c.period_start == _ONE.c.period_start,
            _GONE.c.period_end == _ONE.c.period_end,
            _GONE.c.known_at >= _ONE.c.known_at,
            _GONE.c.known_at <= moment,
        )
    )
    statement = (
        select(_ONE.c.indicator, func.max(_ONE.c.period_end))
        .where(_ONE.c.known_at <= moment, ~gone)
        .group_by(_ONE.c.indicator)
    )
    return {name: date.fromisoformat(end) for name, end in connection.execute(statement)}


def visits(connection: Connection) -> list[Visit]:
    """How the last visit to each source went."""
    names = ("source", "indicators", "result", "error", "failures", "visited_at")
    columns = [schema.source_memory.c[name] for name in names]
    rows = connection.execute(select(*columns).order_by(schema.source_memory.c.source))
    return [Visit(row[0], tuple(json.loads(row[1])), *row[2:]) for row in rows]


def last_reading(connection: Connection) -> int:
    """The number of the newest reading, 0 before the first."""
    return connection.execute(select(func.max(_ONE.c.id))).scalar() or 0


def last_resolution(connection: Connection) -> int:
    """The number of the newest resolution, 0 before the first."""
    return connection.execute(select(func.max(schema.resolutions.c.id))).scalar() or 0


def changes(connection: Connection, after: int, last: int) -> list[Change]:
    """The vintages of some numbers, the last one included, that differ from the one before them."""
    old = _ONE.alias("old")
    statement = (
        select(
            _ONE.c.id,
            _ONE.c.indicator,
            _ONE.c.period,
            old.c.value,
            _ONE.c.value,
            _ONE.c.known_at,
        )
        .join(
            old,
            and_(
                old.c.indicator == _ONE.c.indicator,
                old.c.period == _ONE.c.period,
                old.c.vintage == _ONE.c.vintage - 1,
            ),
        )
        .where(
            _ONE.c.id > after,
            _ONE.c.id <= last,
            _ONE.c.vintage > 1,
            _ONE.c.value != old.c.value,
        )
        .order_by(_ONE.c.id)
    )
    return [Change(*row) for row in connection.execute(statement)]


def resolutions(connection: Connection, after: int, last: int) -> list[Resolved]:
    """The resolutions of some numbers, the last one included."""
    names = ("id", "scenario", "date", "source")
    table = schema.resolutions
    statement = select(*(table.c[name] for name in names)).where(
        table.c.id > after, table.c.id <= last
    )
    return [Resolved(*row) for row in connection.execute(statement.order_by(table.c.id))]
