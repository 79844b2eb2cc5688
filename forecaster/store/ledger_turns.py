"""Which due runs begin first, so that each job has its turn even when more is due than can be done.

What was interrupted goes first, then the job that was begun longest ago; of those alike, the one
that waits longest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, select

from forecaster.store.schema_jobs import job_runs as table

_FIRST = datetime.min.replace(tzinfo=UTC)
_NEVER = _FIRST + timedelta(days=1)
_OLDEST_FIRST = (table.c.logical_time, table.c.id)


def choose(connection: Connection, now: datetime, free: int) -> list[int]:
    """The rows of up to ``free`` runs to begin now, one of each job, its oldest, in their turn."""
    running = select(table.c.job).where(table.c.status == "running")
    due = select(table.c.id, table.c.job, table.c.started_at).where(
        has_come(now), table.c.job.not_in(running)
    )
    oldest: dict[str, int] = {}
    turn: dict[str, datetime] = {}
    for number, job, interrupted in connection.execute(due.order_by(*_OLDEST_FIRST)):
        if job not in oldest:
            oldest[job] = number
            turn[job] = _FIRST if interrupted else _last_begun(connection, job)
    return [oldest[job] for job in sorted(oldest, key=turn.__getitem__)[:free]]


def has_come(now: datetime) -> ColumnElement[bool]:
    """Whether a row is due by then."""
    return and_(table.c.status == "due", table.c.logical_time <= now)


def _last_begun(connection: Connection, job: str) -> datetime:
    begun = select(table.c.started_at).where(table.c.job == job, table.c.started_at.is_not(None))
    newest = begun.order_by(table.c.logical_time.desc()).limit(1)
    return connection.execute(newest).scalar() or _NEVER
