"""What a visit to a source brought, stored whole or not at all, and what is remembered of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from forecaster.store import leads, quarantine, readings, withdrawals
from forecaster.store.engine import reading, writing
from forecaster.store.leads import NewLead
from forecaster.store.records import NewReading, Written
from forecaster.store.schema import fetches
from forecaster.store.schema import source_memory as table
from forecaster.store.withdrawals import TakenBack

FAILED = "failed"


class Memory(NamedTuple):
    """How the last visit to a source went, and the note that the last good one left.

    ``failures`` counts the failed visits since; ``not_before`` is when the server wants to see us
    again, where it said so.
    """

    source: str
    indicators: tuple[str, ...]
    memory: dict[str, str]
    visited_at: datetime
    result: str
    error: str
    warnings: tuple[str, ...]
    succeeded_at: datetime | None
    failures: int
    not_before: datetime | None


@dataclass(frozen=True)
class Brought:
    """What a good visit brought; each doubt comes with its reason."""

    source: str
    indicators: Sequence[str]
    result: str
    memory: Mapping[str, str]
    readings: Sequence[NewReading] = ()
    doubts: Sequence[tuple[NewReading, str]] = ()
    leads: Sequence[NewLead] = ()
    withdrawn: Sequence[TakenBack] = ()
    warnings: Sequence[str] = field(default=())


class Failure(NamedTuple):
    """Why a visit failed, and when the server wants to see us again, where it said so."""

    source: str
    indicators: Sequence[str]
    error: str
    not_before: datetime | None = None


class Stored(NamedTuple):
    """What of it was new."""

    readings: Written
    quarantined: int
    leads: int
    withdrawn: int


def store(engine: Engine, brought: Brought, *, now: datetime) -> Stored:
    """Store a good visit in one transaction: readings, doubts, leads, and the source's note."""
    with writing(engine) as connection:
        added = readings.add_within(connection, brought.readings, now=now)
        aside = [quarantine.put_aside(connection, one, why, now=now) for one, why in brought.doubts]
        told = leads.add_within(connection, brought.leads, now=now)
        for one in brought.withdrawn:
            withdrawals.add_within(connection, one, now=now)
        newest = select(func.max(fetches.c.id)).where(fetches.c.source == brought.source)
        _remember(
            connection,
            brought.source,
            {
                "indicators": json.dumps(list(brought.indicators)),
                "memory": json.dumps(dict(brought.memory)),
                "visited_at": now,
                "result": brought.result,
                "error": "",
                "warnings": json.dumps(list(brought.warnings)),
                "succeeded_at": now,
                "last_fetch": connection.execute(newest).scalar(),
                "failures": 0,
                "not_before": None,
            },
        )
    return Stored(added, sum(one.new for one in aside), told, len(brought.withdrawn))


def fail(engine: Engine, failed: Failure, *, now: datetime) -> None:
    """Note that a visit failed; what the last good one left stays."""
    count = select(table.c.failures).where(table.c.source == failed.source)
    with writing(engine) as connection:
        old = connection.execute(count).scalar()
        values = {
            "indicators": json.dumps(list(failed.indicators)),
            "visited_at": now,
            "result": FAILED,
            "error": failed.error.replace("\0", "?"),
            "failures": (old or 0) + 1,
            "not_before": failed.not_before,
        }
        if old is None:
            values |= {"memory": "{}", "warnings": "[]"}
        _remember(connection, failed.source, values)


def _remember(connection: Connection, source: str, values: Mapping[str, object]) -> None:
    changed = connection.execute(update(table).where(table.c.source == source).values(**values))
    if not changed.rowcount:
        connection.execute(insert(table).values(source=source, **values))


def remembered(engine: Engine) -> dict[str, Memory]:
    """What is remembered of each source that was ever visited, by name."""
    columns = [table.c[name] for name in Memory._fields]
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).order_by(table.c.source)).all()
    return {
        row.source: Memory(
            row.source,
            tuple(json.loads(row.indicators)),
            json.loads(row.memory),
            row.visited_at,
            row.result,
            row.error,
            tuple(json.loads(row.warnings)),
            row.succeeded_at,
            row.failures,
            row.not_before,
        )
        for row in rows
    }


def results(engine: Engine, at: datetime) -> list[tuple[list[str], str]]:
    """The indicators of each source and how its last visit ended, of visits up to a time."""
    return [
        (list(one.indicators), one.result)
        for one in remembered(engine).values()
        if one.visited_at <= at
    ]
