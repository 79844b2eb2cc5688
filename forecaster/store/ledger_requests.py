"""A run that a person asks for: entered as due now, taken up by whoever looks after the jobs."""

from __future__ import annotations

from sqlalchemy import Engine, select

from forecaster.errors import Busy
from forecaster.store import audit, clock
from forecaster.store.audit import Entry
from forecaster.store.engine import writing
from forecaster.store.ledger_rows import COLUMNS, Run, ask
from forecaster.store.ledger_views import truly
from forecaster.store.schema_jobs import job_runs as table


def request(engine: Engine, job: str, why: str, line: Entry | None = None) -> Run:
    """Make a job due now, and write into the audit log who asked; returns the new row.

    Raises
    ------
    Busy
        If it waits already, or is running.
    """
    open_ones = select(*COLUMNS).where(table.c.job == job, table.c.status.in_(("due", "running")))
    with writing(engine) as connection:
        now = clock.database_time(connection)
        for found in connection.execute(open_ones):
            run = truly(Run(*found), now)
            if run.status == "running":
                raise Busy(f"{job} is running since {run.started_at:%H:%M:%S} UTC; wait for it")
            if run.status == "due":
                raise Busy(f"{job} waits already, for {run.logical_time:%d %b %H:%M:%S} UTC")
        ask(connection, job, now, why)
        audit.note_within(connection, line, now=now)
        new = select(*COLUMNS).where(table.c.job == job, table.c.status == "due")
        return Run(*connection.execute(new.order_by(table.c.id.desc()).limit(1)).one())
