"""Readings with all their vintages: added, never changed, and read as known at any time.

Two times are kept apart. ``known_at`` is when the world could know a value, ``recorded_at`` when
this installation stored it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, insert, select

from forecaster.store import chain
from forecaster.store.engine import reading, writing
from forecaster.store.quarantine import quarantine, quarantined
from forecaster.store.records import Added, NewReading, Quarantined, StoredReading, checked
from forecaster.store.schema import readings as table

__all__ = [
    "Added",
    "NewReading",
    "Quarantined",
    "StoredReading",
    "add",
    "as_known",
    "quarantine",
    "quarantined",
    "vintages",
]


class _Known(NamedTuple):
    """What is compared of a vintage that exists."""

    known_at: datetime
    vintage: int
    value: float


_COLUMNS = [table.c[name] for name in StoredReading._fields]
_ORDER = (table.c.indicator, table.c.period_start, table.c.period_end)


def add(engine: Engine, readings: Iterable[NewReading], *, now: datetime) -> Added:
    """Store readings, all or none; ``now`` becomes their ``recorded_at``.

    They are taken in the order of ``known_at``. A reading is a duplicate when the same value was
    already known at its time, or is stored as known later. Any other value for a period that has
    one becomes the next vintage, and the earlier ones stay.

    Raises
    ------
    ValueError
        If a value is not finite, a moment has no time zone, or indicator or source is empty.
    StoreError
        If the database cannot be written; then nothing was stored.
    """
    batch = sorted(readings, key=lambda one: checked(one).known_at)
    if not batch:
        return Added(0, 0)
    several = Counter(_moment(one) for one in batch)
    with writing(engine) as connection:
        known = _existing(connection, batch)
        last = chain.last(connection)
        rows: list[dict[str, Any]] = []
        for one in batch:
            vintages = known[one.indicator, one.period.text]
            as_a_set = one.origin == "embedded" or several[_moment(one)] > 1
            if _is_duplicate(one, vintages, as_a_set):
                continue
            vintage = 1 + max((old.vintage for old in vintages), default=0)
            vintages.append(_Known(one.known_at, vintage, one.value))
            row = _row(one, vintage, now)
            last = chain.append(last, row)
            rows.append(row)
        if rows:
            connection.execute(insert(table), rows)
    return Added(len(rows), len(batch) - len(rows))


def as_known(
    engine: Engine,
    at: datetime,
    *,
    indicator: str | None = None,
    recorded_by: datetime | None = None,
) -> list[StoredReading]:
    """The newest vintage of each period that was known at a time.

    Parameters
    ----------
    engine : Engine
        From ``open_engine``.
    at : datetime
        Only values with ``known_at`` up to this moment count; of two, the later known wins.
    indicator : str, optional
        Only this one.
    recorded_by : datetime, optional
        Only what this installation had stored by then: what it could have said at that time.

    Returns
    -------
    list of StoredReading
        Ordered by indicator and period.
    """
    conditions = [table.c.known_at <= at]
    if indicator is not None:
        conditions.append(table.c.indicator == indicator)
    if recorded_by is not None:
        conditions.append(table.c.recorded_at <= recorded_by)
    place = func.row_number().over(
        partition_by=_ORDER, order_by=(table.c.known_at.desc(), table.c.vintage.desc())
    )
    ranked = select(*_COLUMNS, place.label("place")).where(and_(*conditions)).subquery()
    wanted = [ranked.c[name] for name in StoredReading._fields]
    statement = (
        select(*wanted)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.indicator, ranked.c.period_start, ranked.c.period_end)
    )
    with reading(engine) as connection:
        return [StoredReading(*row) for row in connection.execute(statement)]


def vintages(engine: Engine, indicator: str) -> list[StoredReading]:
    """Every vintage of one indicator, ordered by period and vintage."""
    statement = (
        select(*_COLUMNS).where(table.c.indicator == indicator).order_by(*_ORDER, table.c.vintage)
    )
    with reading(engine) as connection:
        return [StoredReading(*row) for row in connection.execute(statement)]


def _moment(one: NewReading) -> tuple[str, str, datetime]:
    return one.indicator, one.period.text, one.known_at


def _is_duplicate(one: NewReading, vintages: Sequence[_Known], as_a_set: bool) -> bool:
    """Whether the value was known at that time already, or is stored as known later.

    ``as_a_set``: several values of one moment came together, as in a history file; then one that
    is stored with the same moment stays a duplicate although another of them stands.
    """
    standing = max((old for old in vintages if old.known_at <= one.known_at), default=None)
    if standing is not None and standing.value == one.value:
        return True
    if any(old.value == one.value for old in vintages if old.known_at > one.known_at):
        return True
    return as_a_set and any(old[::2] == (one.known_at, one.value) for old in vintages)


def _existing(
    connection: Connection, batch: Sequence[NewReading]
) -> defaultdict[tuple[str, str], list[_Known]]:
    """The vintages of the batch's indicators, within the days that the batch spans."""
    spans: dict[str, tuple[date, date]] = {}
    for one in batch:
        start = one.period.start
        first, last = spans.get(one.indicator, (start, start))
        spans[one.indicator] = min(first, start), max(last, start)
    known: defaultdict[tuple[str, str], list[_Known]] = defaultdict(list)
    columns = (table.c.period, table.c.known_at, table.c.vintage, table.c.value)
    for indicator, (first, last) in spans.items():
        statement = select(*columns).where(
            table.c.indicator == indicator, table.c.period_start.between(first, last)
        )
        for period, *rest in connection.execute(statement):
            known[indicator, period].append(_Known(*rest))
    return known


def _row(one: NewReading, vintage: int, now: datetime) -> dict[str, Any]:
    return {
        "indicator": one.indicator,
        "period": one.period.text,
        "period_start": one.period.start,
        "period_end": one.period.end,
        "value": float(one.value),
        "published_at": one.published_at,
        "known_at": one.known_at,
        "recorded_at": now,
        "vintage": vintage,
        "source": one.source,
        "origin": one.origin,
        "note": one.note,
        "reason": one.reason,
    }
