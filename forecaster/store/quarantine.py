"""Readings that cannot be right: kept apart with the reason, never used."""

from __future__ import annotations

from datetime import datetime
from math import isnan, nan
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, and_, exists, insert, select

from forecaster.store import audit
from forecaster.store.audit import Entry
from forecaster.store.engine import next_number, writing
from forecaster.store.engine import reading as reading_from
from forecaster.store.records import NewReading, Quarantined, checked
from forecaster.store.schema import quarantine as table
from forecaster.store.schema import quarantine_decisions as decisions
from forecaster.store.schema import readings

_COLUMNS = [table.c[name] for name in Quarantined._fields[:-2]]
_ACCEPTED = exists().where(
    readings.c.indicator == table.c.indicator,
    readings.c.period == table.c.period,
    readings.c.value == table.c.value,
)


def quarantine(
    engine: Engine, reading: NewReading, why: str, *, now: datetime, entry: Entry | None = None
) -> int:
    """Put a reading aside; returns its number, the earlier one if it lies there already.

    ``entry`` is written to the audit log with it, if it is new.
    """
    with writing(engine) as connection:
        aside = put_aside(connection, reading, why, now=now)
        if aside.new:
            audit.note_within(connection, entry, now=now)
        return aside.number


class Aside(NamedTuple):
    """The number of a reading in quarantine, and whether it was put there just now."""

    number: int
    new: bool


def put_aside(connection: Connection, reading: NewReading, why: str, *, now: datetime) -> Aside:
    """The same as part of a larger write transaction."""
    checked(reading, finite=False)
    value = None if isnan(reading.value) else float(reading.value)
    same = and_(
        table.c.indicator == reading.indicator,
        table.c.period == reading.period.text,
        table.c.value.is_not_distinct_from(value),
        table.c.source == reading.source,
    )
    row = {
        "indicator": reading.indicator,
        "period": reading.period.text,
        "period_start": reading.period.start,
        "period_end": reading.period.end,
        "value": value,
        "published_at": reading.published_at,
        "known_at": reading.known_at,
        "recorded_at": now,
        "source": reading.source,
        "origin": reading.origin,
        "note": reading.note,
        "why": why,
    }
    number: int | None = connection.execute(select(table.c.id).where(same).limit(1)).scalar()
    if number is not None:
        return Aside(number, new=False)
    number = next_number(connection, table)
    connection.execute(insert(table).values(id=number, **row))
    return Aside(number, new=True)


class Judgement(NamedTuple):
    """What an analyst decided about a reading in quarantine, and why."""

    decision: Literal["accepted", "rejected"]
    reason: str
    decided_by: str


def judge_within(
    connection: Connection, number: int, judgement: Judgement, *, now: datetime
) -> bool:
    """Note a judgement, as part of a write transaction; False if there is one already."""
    if connection.execute(select(decisions.c.id).where(decisions.c.id == number)).first():
        return False
    row = {"id": number, **judgement._asdict(), "decided_at": now}
    connection.execute(insert(decisions).values(**row))
    return True


def quarantined(engine: Engine, indicator: str | None = None) -> list[Quarantined]:
    """What was put aside, oldest first, for one indicator or all."""
    statement = (
        select(*_COLUMNS, _ACCEPTED.label("accepted"), decisions.c.decision)
        .outerjoin(decisions, decisions.c.id == table.c.id)
        .order_by(table.c.id)
    )
    if indicator is not None:
        statement = statement.where(table.c.indicator == indicator)
    with reading_from(engine) as connection:
        rows = connection.execute(statement).mappings().all()
    return [
        Quarantined(**{**row, "value": nan if row["value"] is None else row["value"]})
        for row in rows
    ]
