"""What the ledger says, for people: runs as they really are, even after a crash.

A run whose holder no longer vouches for it is shown as what it will become: due again, or failed.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from forecaster.store import clock
from forecaster.store.engine import reading
from forecaster.store.ledger_rows import COLUMNS, STATUSES, Run, Status, after_loss
from forecaster.store.schema_jobs import job_runs


def last(engine: Engine) -> dict[str, Run]:
    """The newest run of each job whose time has come; one that is running goes first."""
    with reading(engine) as connection:
        now = clock.database_time(connection)
        past = select(job_runs.c.job, func.max(job_runs.c.logical_time).label("moment"))
        newest = past.where(job_runs.c.logical_time <= now).group_by(job_runs.c.job).subquery()
        statement = (
            select(*COLUMNS)
            .outerjoin(newest, job_runs.c.job == newest.c.job)
            .where(or_(job_runs.c.status == "running", job_runs.c.logical_time == newest.c.moment))
            .order_by(job_runs.c.status == "running", job_runs.c.logical_time)
        )
        rows = [Run(*row) for row in connection.execute(statement)]
    return {run.job: truly(run, now) for run in rows}


def runs(
    engine: Engine, job: str | None = None, limit: int = 20, status: Status | None = None
) -> list[Run]:
    """The newest rows of one job or of all, of one status or of any, newest first."""
    statement = select(*COLUMNS).order_by(job_runs.c.logical_time.desc(), job_runs.c.id.desc())
    if job is not None:
        statement = statement.where(job_runs.c.job == job)
    if status is not None:
        statement = statement.where(job_runs.c.status == status)
    with reading(engine) as connection:
        now = clock.database_time(connection)
        found = [Run(*row) for row in connection.execute(statement.limit(limit))]
    return [truly(run, now) for run in found]


def counts(engine: Engine) -> dict[Status, int]:
    """How many rows have each status."""
    with reading(engine) as connection:
        now = clock.database_time(connection)
        by_status = select(job_runs.c.status, func.count()).group_by(job_runs.c.status)
        found: Counter[str] = Counter(dict(map(tuple, connection.execute(by_status))))
        lapsed = select(*COLUMNS).where(_lapsed(now))
        for row in connection.execute(lapsed):
            found["running"] -= 1
            found[truly(Run(*row), now).status] += 1
    return {status: found[status] for status in STATUSES}


def waiting(engine: Engine) -> dict[str, int]:
    """How many runs of each job are due and not begun, now or after a delay."""
    due = select(job_runs.c.job, func.count()).where(job_runs.c.status == "due")
    with reading(engine) as connection:
        return dict(map(tuple, connection.execute(due.group_by(job_runs.c.job))))


def truly(run: Run, now: datetime) -> Run:
    """The run as it is at a time of the database: not running if nobody vouches for it."""
    if run.status != "running" or run.alive_until is None or run.alive_until > now:
        return run
    return run._replace(**after_loss(run))


def _lapsed(now: datetime) -> ColumnElement[bool]:
    return and_(job_runs.c.status == "running", job_runs.c.alive_until <= now)
