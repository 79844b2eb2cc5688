"""What was said through time: forecasts in rows small enough for ten thousand of them.

Everything here is as this installation knew it at a moment: a forecast that was stored later, or
is of a later time, did not exist then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Engine, and_, func, select, tuple_

from forecaster.belief import Forecast, Kind
from forecaster.store.engine import reading
from forecaster.store.forecasts import STANDS, Summary
from forecaster.store.instants import to_text
from forecaster.store.schema import forecasts as table
from forecaster.store.schema import readings

_SUMMARY = [table.c[name] for name in Summary._fields]
_HEADLINE = (table.c.headline_mean, table.c.headline_lower, table.c.headline_upper)
_KEY = (table.c.as_of, table.c.created_at, table.c.id)


class Point(NamedTuple):
    """The headline of one forecast, a fraction with its 90 % interval."""

    forecast_id: str
    kind: Kind
    as_of: datetime
    mean: float
    lower: float
    upper: float


class Entry(NamedTuple):
    """One forecast, whole, of whatever kind."""

    row: Summary
    document: Forecast


class Recorded(NamedTuple):
    """How many readings were stored on one day (UTC), and the last of them."""

    day: date
    amount: int
    indicator: str
    period: str


def points(
    engine: Engine,
    at: datetime,
    *,
    kinds: Sequence[Kind] = STANDS,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[Point]:
    """The headlines of these kinds that were known at a time, oldest first.

    ``since`` leaves out what is of an earlier time, ``limit`` all after the first so many.
    """
    columns = (*(table.c[name] for name in Point._fields[:3]), *_HEADLINE)
    statement = select(*columns).where(table.c.kind.in_(kinds), _known(at))
    if since is not None:
        statement = statement.where(table.c.as_of >= since)
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(*_KEY).limit(limit))
        return [Point(*row) for row in rows]


def counts(engine: Engine, at: datetime) -> dict[Kind, int]:
    """How many forecasts of each kind were known at a time; kinds without any are left out."""
    statement = select(table.c.kind, func.count()).where(_known(at)).group_by(table.c.kind)
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return {kind: amount for kind, amount in rows}  # noqa: C416 - rows of two types


def newest(
    engine: Engine,
    at: datetime,
    *,
    kinds: Sequence[Kind] = STANDS,
    limit: int,
    offset: int = 0,
) -> list[Summary]:
    """Forecasts of these kinds that were known at a time, newest first, a page of them."""
    statement = (
        select(*_SUMMARY)
        .where(table.c.kind.in_(kinds), _known(at))
        .order_by(*(one.desc() for one in _KEY))
        .limit(limit)
        .offset(offset)
    )
    with reading(engine) as connection:
        return [Summary(*row) for row in connection.execute(statement)]


def entry(engine: Engine, forecast_id: str, at: datetime) -> Entry | None:
    """The forecast of that id, of any kind; None if none was known at that time."""
    statement = select(*_SUMMARY, table.c.document).where(
        table.c.forecast_id == forecast_id, _known(at)
    )
    with reading(engine) as connection:
        found = connection.execute(statement).one_or_none()
    if found is None:
        return None
    return Entry(Summary(*found[:-1]), cast("Forecast", json.loads(found[-1])))


def beside(
    engine: Engine, forecast_id: str, at: datetime, *, kinds: Sequence[Kind] = STANDS
) -> tuple[Summary | None, Summary | None]:
    """The forecasts of these kinds before and after one, as known at a time."""
    here = select(*_KEY).where(table.c.forecast_id == forecast_id)
    others = select(*_SUMMARY).where(table.c.kind.in_(kinds), _known(at)).limit(1)
    with reading(engine) as connection:
        key = connection.execute(here).one_or_none()
        if key is None:
            return None, None
        moment = tuple_(*key, types=[one.type for one in _KEY])
        before = connection.execute(
            others.where(tuple_(*_KEY) < moment).order_by(*(one.desc() for one in _KEY))
        ).one_or_none()
        after = connection.execute(
            others.where(tuple_(*_KEY) > moment).order_by(*_KEY)
        ).one_or_none()
    return None if before is None else Summary(*before), None if after is None else Summary(*after)


def like(engine: Engine, text: str, at: datetime) -> list[str]:
    """The ids next to a text in the order of ids, which begin with the time of their making."""
    ids = select(table.c.forecast_id).where(_known(at)).limit(1)
    below = ids.where(table.c.forecast_id < text).order_by(table.c.forecast_id.desc())
    above = ids.where(table.c.forecast_id > text).order_by(table.c.forecast_id)
    with reading(engine) as connection:
        found = [connection.execute(one).scalar() for one in (below, above)]
    return [one for one in found if one is not None]


def recorded(engine: Engine, at: datetime, *, since: datetime | None = None) -> list[Recorded]:
    """The readings that were stored since the first forecast, by day, oldest first.

    What the first forecast had seen is no event; where there is no forecast, nothing is. ``since``
    leaves out what was stored before the forecast that stood then.
    """
    known = select(table.c.last_reading).where(_known(at)).limit(1)
    first = known.where(table.c.kind.in_(STANDS)).order_by(*_KEY)
    newest_first = (one.desc() for one in _KEY)
    # Rows are numbered as they come: the number spares a look at all that came before.
    day, last = func.substr(readings.c.recorded_at, 1, 10), func.max(readings.c.id)
    with reading(engine) as connection:
        begun = connection.execute(first).one_or_none()
        if since is not None:
            stood = known.where(table.c.kind.in_(STANDS), table.c.as_of < since)
            begun = connection.execute(stood.order_by(*newest_first)).one_or_none() or begun
        if begun is None:
            return []
        days = (
            select(day.label("day"), func.count().label("amount"), last.label("last"))
            .where(readings.c.id > begun[0], readings.c.recorded_at <= to_text(at))
            .group_by(day)
            .subquery()
        )
        rows = connection.execute(
            select(days.c.day, days.c.amount, readings.c.indicator, readings.c.period)
            .join(readings, readings.c.id == days.c.last)
            .order_by(days.c.day)
        ).all()
    return [Recorded(date.fromisoformat(when), *rest) for when, *rest in rows]


def _known(at: datetime) -> ColumnElement[bool]:
    return and_(table.c.as_of <= at, table.c.created_at <= at)
