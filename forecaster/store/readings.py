"""Readings with all their vintages: added, never changed, and read as known at any time.

Two times are kept apart. ``known_at`` is when the world could know a value, ``recorded_at`` when
this installation stored it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    exists,
    insert,
    or_,
    select,
    text,
    tuple_,
)

from forecaster.store import audit, chain, schema, withdrawals
from forecaster.store.audit import Entry
from forecaster.store.engine import reading, writing
from forecaster.store.instants import from_text, to_text
from forecaster.store.quarantine import quarantine, quarantined
from forecaster.store.records import (
    Added,
    NewReading,
    Quarantined,
    StoredReading,
    Written,
    checked,
)
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


class _Vintage(NamedTuple):
    """What is compared of a vintage that exists; the moment as text."""

    known_at: str
    vintage: int
    value: float


COLUMNS = [table.c[name] for name in StoredReading._fields]
ORDER = (table.c.indicator, table.c.period_start, table.c.period_end)
_NEWER = table.alias("newer")
_GONE = schema.withdrawals
_Key = tuple[str, str]


def add(
    engine: Engine, readings: Iterable[NewReading], *, now: datetime, entry: Entry | None = None
) -> Added:
    """Store readings, all or none; ``now`` becomes their ``recorded_at``.

    They are taken in the order of ``known_at``. A reading is a duplicate when the same value was
    already known at its time, or is stored as known later. Any other value for a period that has
    one becomes the next vintage, and the earlier ones stay. ``entry`` is written to the audit log
    with them, if there is anything new.

    Raises
    ------
    ValueError
        If a value is not finite, a moment has no time zone, or indicator or source is empty.
    StoreError
        If the database cannot be written; then nothing was stored.
    """
    batch = list(readings)
    if not batch:
        return Added(0, 0)  # without waiting for other writers
    with writing(engine) as connection:
        written = add_within(connection, batch, now=now)
        if written.added:
            audit.note_within(connection, entry, now=now)
    return Added(written.added, written.duplicates)


def add_within(connection: Connection, readings: Iterable[NewReading], *, now: datetime) -> Written:
    """The same as part of a larger write transaction."""
    recorded_at = to_text(now)
    batch = sorted((_row(checked(one), recorded_at) for one in readings), key=_known_at)
    if not batch:
        return Written(0, 0, 0)
    known, gone = _existing(connection, batch), withdrawals.moments(connection)
    new = _new_rows(batch, known, gone)
    end = chain.last(connection)
    for row in new:
        end = chain.append(end, row)
    if new:
        _insert(connection, new)
    revised = sum(row["vintage"] > 1 for row in new)
    return Written(len(new), len(batch) - len(new), revised)


def as_known(
    engine: Engine,
    at: datetime,
    *,
    indicator: str | None = None,
    recorded_by: datetime | None = None,
) -> list[StoredReading]:
    """The newest vintage of each period that was known at a time.

    A period whose value the publisher has taken back by then, and not given again, has none.

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
    condition = and_(stands(at, recorded_by), ~replaced(at, recorded_by))
    statement = select(*COLUMNS).where(condition).order_by(*ORDER)
    if indicator is not None:
        statement = statement.where(table.c.indicator == indicator)
    with reading(engine) as connection:
        return [stored(row) for row in connection.execute(statement).all()]


def stands(at: datetime, recorded_by: datetime | None = None) -> ColumnElement[bool]:
    """Whether a row was known at a time, and not taken back by then."""
    taken_back = exists().where(
        _GONE.c.indicator == table.c.indicator,
        _GONE.c.period_start == table.c.period_start,
        _GONE.c.period_end == table.c.period_end,
        _GONE.c.known_at >= table.c.known_at,
        _counts(_GONE.c, at, recorded_by),
    )
    # Mostly nothing was ever taken back: asked once, not for each row.
    return and_(_counts(table.c, at, recorded_by), or_(~exists(select(_GONE.c.id)), ~taken_back))


def replaced(at: datetime, recorded_by: datetime | None = None) -> ColumnElement[bool]:
    """Whether a later vintage of a row's period was known at a time."""
    # One step in the index per row; a window function would sort all rows first.
    return exists().where(
        _NEWER.c.indicator == table.c.indicator,
        _NEWER.c.period_start == table.c.period_start,
        _NEWER.c.period_end == table.c.period_end,
        tuple_(_NEWER.c.known_at, _NEWER.c.vintage) > tuple_(table.c.known_at, table.c.vintage),
        _counts(_NEWER.c, at, recorded_by),
    )


def _counts(columns: Any, at: datetime, recorded_by: datetime | None) -> ColumnElement[bool]:
    conditions = [columns.known_at <= to_text(at)]
    if recorded_by is not None:
        conditions.append(columns.recorded_at <= to_text(recorded_by))
    return and_(*conditions)


def vintages(engine: Engine, indicator: str) -> list[StoredReading]:
    """Every vintage of one indicator, ordered by period and vintage."""
    statement = (
        select(*COLUMNS).where(table.c.indicator == indicator).order_by(*ORDER, table.c.vintage)
    )
    with reading(engine) as connection:
        return [stored(row) for row in connection.execute(statement).all()]


class Course(NamedTuple):
    """The vintages of one indicator that were known at a time, and those of them that count."""

    vintages: list[StoredReading]
    standing: list[StoredReading]


def course(engine: Engine, indicator: str, at: datetime) -> Course:
    """Both in the order of periods and vintages, from one look at the table."""
    counts = and_(stands(at), ~replaced(at))
    statement = (
        select(counts, *COLUMNS)
        .where(table.c.indicator == indicator, table.c.known_at <= to_text(at))
        .order_by(*ORDER, table.c.vintage)
    )
    found = Course([], [])
    with reading(engine) as connection:
        for stands_now, *row in connection.execute(statement):
            one = stored(row)
            found.vintages.append(one)
            if stands_now:
                found.standing.append(one)
    return found


def _new_rows(
    batch: Sequence[dict[str, Any]],
    known: defaultdict[_Key, list[_Vintage]],
    gone: Mapping[_Key, Sequence[str]],
) -> list[dict[str, Any]]:
    """Those of the batch that say something new, with their vintage."""
    values: defaultdict[tuple[str, str, str], set[float]] = defaultdict(set)
    for row in batch:
        values[row["indicator"], row["period"], row["known_at"]].add(row["value"])
    new = []
    for row in batch:
        key = row["indicator"], row["period"]
        disputed = len(values[*key, row["known_at"]]) > 1
        if _is_duplicate(row, known[key], gone.get(key, ()), disputed=disputed):
            continue
        row["vintage"] = 1 + max((old.vintage for old in known[key]), default=0)
        known[key].append(_Vintage(row["known_at"], row["vintage"], row["value"]))
        new.append(row)
    return new


def _is_duplicate(
    row: dict[str, Any], vintages: Sequence[_Vintage], gone: Sequence[str], *, disputed: bool
) -> bool:
    """Whether the value was known at that time already, or is stored as known later.

    A value that was taken back (``gone``, the moments) and is given again is news.

    Of a history, and where one batch holds several values of one moment (``disputed``), a row
    that is stored with the same moment is a duplicate although another value may stand: else
    each repetition of the batch would add to it.
    """
    moment, value = row["known_at"], row["value"]
    if disputed or row["origin"] == "embedded":
        if any((old.known_at, old.value) == (moment, value) for old in vintages):
            return True
        if disputed:
            return False
    standing = max((old for old in vintages if old.known_at <= moment), default=None)
    if standing is not None and standing.value == value:
        return not any(standing.known_at <= when <= moment for when in gone)
    return any(old.value == value for old in vintages if old.known_at > moment)


def _existing(
    connection: Connection, batch: Sequence[dict[str, Any]]
) -> defaultdict[_Key, list[_Vintage]]:
    """The vintages of the batch's indicators, within the days that the batch spans."""
    spans: dict[str, tuple[str, str]] = {}
    for row in batch:
        start = row["period_start"]
        first, last = spans.get(row["indicator"], (start, start))
        spans[row["indicator"]] = min(first, start), max(last, start)
    known: defaultdict[_Key, list[_Vintage]] = defaultdict(list)
    columns = (table.c.period, table.c.known_at, table.c.vintage, table.c.value)
    for indicator, (first, last) in spans.items():
        statement = select(*columns).where(
            table.c.indicator == indicator, table.c.period_start.between(first, last)
        )
        for period, *rest in connection.execute(statement).all():
            known[indicator, period].append(_Vintage(*rest))
    return known


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
        return
    # One statement for all: one for each row takes a minute for 100 000.
    connection.execute(
        text(
            "INSERT INTO readings SELECT * FROM "
            "json_populate_recordset(CAST(NULL AS readings), CAST(:rows AS json))"
        ),
        {"rows": json.dumps(rows)},
    )


def _known_at(row: dict[str, Any]) -> str:
    moment: str = row["known_at"]
    return moment


def _row(one: NewReading, recorded_at: str) -> dict[str, Any]:
    return {
        "indicator": one.indicator,
        "period": one.period.text,
        "period_start": one.period.start.isoformat(),
        "period_end": one.period.end.isoformat(),
        "value": float(one.value),
        "published_at": None if one.published_at is None else to_text(one.published_at),
        "known_at": to_text(one.known_at),
        "recorded_at": recorded_at,
        "source": one.source,
        "origin": one.origin,
        "note": one.note,
        "reason": one.reason,
    }


def stored(row: Sequence[Any]) -> StoredReading:
    """A row of ``COLUMNS`` as a reading."""
    return StoredReading(
        row[0],
        row[1],
        date.fromisoformat(row[2]),
        date.fromisoformat(row[3]),
        row[4],
        None if row[5] is None else from_text(row[5]),
        from_text(row[6]),
        from_text(row[7]),
        *row[8:],
    )
