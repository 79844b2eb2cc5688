"""The rows of the ledger, and what is done with one within a transaction of the caller."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, insert, select, update

from forecaster.errors import LeaseLost
from forecaster.store import clock, lease
from forecaster.store.engine import next_number
from forecaster.store.lease import Held
from forecaster.store.schema_jobs import job_runs as table

Status = Literal["due", "running", "succeeded", "failed", "skipped", "missed"]
STATUSES: tuple[Status, ...] = ("due", "running", "succeeded", "failed", "skipped", "missed")
ATTEMPTS = 3
LOST = "its process ended without a word"


class Run(NamedTuple):
    """One row: a job at a logical time; ``fence`` is None for a run by hand."""

    id: int
    job: str
    logical_time: datetime
    status: Status
    message: str
    attempt: int
    holder: str | None
    fence: int | None
    entered_at: datetime
    started_at: datetime | None
    alive_until: datetime | None
    finished_at: datetime | None


class Entry(NamedTuple):
    """What the policy says of one logical time."""

    job: str
    logical_time: datetime
    status: Literal["due", "skipped", "missed"]
    message: str = ""


class Outcome(NamedTuple):
    """How a run ended, and what there is to say of it."""

    status: Literal["succeeded", "failed"]
    message: str


class Position(NamedTuple):
    """How far a job's times are entered (None: never seen), and those due but not begun."""

    through: datetime | None
    waiting: tuple[datetime, ...]


COLUMNS = [table.c[name] for name in Run._fields]


def after_loss(run: Run, why: str = LOST) -> dict[str, Any]:
    """Status and message of a run whose process is gone.

    It becomes due again, or failed after three attempts; a run by hand fails at once, since nobody
    asked for it twice.
    """
    if run.fence is None:
        return {"status": "failed", "message": f"run by hand: {why}"}
    if run.attempt >= ATTEMPTS:
        return {"status": "failed", "message": f"given up after {run.attempt} attempts: {why}"}
    return {"status": "due", "message": f"attempt {run.attempt}: {why}; it will be run again"}


def put_back(connection: Connection, run: Run, why: str) -> Run:
    """Write that the process of a run is gone; returns the run as it is then."""
    after = after_loss(run, why) | {"alive_until": None}
    if after["status"] == "failed":
        after["finished_at"] = clock.database_time(connection)
    change(connection, run, **after)
    return run._replace(**after)


def change(connection: Connection, run: Run, **values: Any) -> None:
    """Write some columns of one row."""
    connection.execute(update(table).where(table.c.id == run.id).values(values))


def require_ours(connection: Connection, run: Run, held: Held | None) -> None:
    """Refuse to go on if the run is no longer the one that was begun.

    Raises
    ------
    LeaseLost
        If the lease or the run went to another process.
    """
    if held is not None:
        lease.require(connection, held)
    columns = (table.c.status, table.c.holder, table.c.fence, table.c.attempt)
    found = connection.execute(select(*columns).where(table.c.id == run.id)).one_or_none()
    if found is None or tuple(found) != ("running", run.holder, run.fence, run.attempt):
        raise LeaseLost(
            f"the run of {run.job} at {run.logical_time:%Y-%m-%d %H:%M:%S} UTC was given to "
            "another process; its result is not recorded"
        )


def ask(connection: Connection, job: str, moment: datetime, why: str) -> None:
    """Make a job due at a time, unless it waits already."""
    waits = select(table.c.id).where(table.c.job == job, table.c.status == "due")
    if connection.execute(waits.limit(1)).scalar() is None:
        row = {
            "id": next_number(connection, table),
            "entered_at": clock.database_time(connection),
            "attempt": 0,
            **Entry(job, unused(connection, job, moment), "due", why)._asdict(),
        }
        connection.execute(insert(table).values(row))


def unused(connection: Connection, job: str, moment: datetime) -> datetime:
    """The first time from ``moment`` on that the job has no row for."""
    while True:
        taken = select(table.c.id).where(table.c.job == job, table.c.logical_time == moment)
        if connection.execute(taken).scalar() is None:
            return moment
        moment += timedelta(milliseconds=1)
