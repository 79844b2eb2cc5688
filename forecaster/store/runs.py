"""What was run by hand or by the clock, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select, update

from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema import runs as table


class Run(NamedTuple):
    """One run; ``status`` is ``running`` until it is finished."""

    id: int
    kind: str
    details: dict[str, Any]
    started_at: datetime
    status: str
    finished_at: datetime | None
    message: str


_COLUMNS = [table.c[name] for name in Run._fields]


def start(engine: Engine, kind: str, details: Mapping[str, Any], now: datetime) -> int:
    """Note that a run begins; returns its number."""
    row = {"kind": kind, "details": json.dumps(dict(details)), "started_at": now, "message": ""}
    with writing(engine) as connection:
        number = next_number(connection, table)
        connection.execute(insert(table).values(id=number, status="running", **row))
    return number


def finish(engine: Engine, run_id: int, status: str, message: str, now: datetime) -> None:
    """Note how a run ended.

    Raises
    ------
    ValueError
        If there is no such run, or it has ended already.
    """
    statement = (
        update(table)
        .where(table.c.id == run_id, table.c.status == "running")
        .values(status=status, message=message, finished_at=now)
    )
    with writing(engine) as connection:
        if connection.execute(statement).rowcount != 1:
            raise ValueError(f"run {run_id} does not exist or has ended already")


def recent(engine: Engine, limit: int = 20) -> list[Run]:
    """The newest runs, newest first."""
    statement = select(*_COLUMNS).order_by(table.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return [Run(row[0], row[1], json.loads(row[2]), *row[3:]) for row in rows]


def close_lost(engine: Engine, kind: str, now: datetime) -> int:
    """Note as failed the runs of a kind whose process is gone; returns how many.

    The caller holds the lock that such a run holds while it is at work.
    """
    statement = (
        update(table)
        .where(table.c.kind == kind, table.c.status == "running")
        .values(status="failed", message="its process was killed", finished_at=now)
    )
    with writing(engine) as connection:
        return connection.execute(statement).rowcount
