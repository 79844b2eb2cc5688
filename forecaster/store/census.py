"""How much there is, and when things last went well: what is counted for whoever watches us."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from forecaster.store.engine import reading
from forecaster.store.schema import forecasts, readings, runs
from forecaster.store.schema_jobs import job_runs

FITS_LOOKED_AT = 50


class Fit(NamedTuple):
    """The newest fit that came to an end, published or not."""

    finished_at: datetime
    seconds: float
    status: str


class Census(NamedTuple):
    """Everything that is counted, of one state of the database."""

    readings: int
    forecasts: dict[str, int]  # by kind
    succeeded_at: dict[str, datetime]  # by job
    runs: dict[tuple[str, str], int]  # by job and status
    fit: Fit | None


def take(engine: Engine) -> Census:
    """Count.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    kinds = select(forecasts.c.kind, func.count()).group_by(forecasts.c.kind)
    good = (
        select(job_runs.c.job, func.max(job_runs.c.finished_at))
        .where(job_runs.c.status == "succeeded")
        .group_by(job_runs.c.job)
    )
    ended = select(job_runs.c.job, job_runs.c.status, func.count()).group_by(
        job_runs.c.job, job_runs.c.status
    )
    newest = (
        select(runs.c.details, runs.c.started_at, runs.c.finished_at, runs.c.status)
        .where(runs.c.kind == "update", runs.c.finished_at.is_not(None))
        .order_by(runs.c.id.desc())
        .limit(FITS_LOOKED_AT)
    )
    with reading(engine) as connection:
        fits = [
            Fit(row.finished_at, (row.finished_at - row.started_at).total_seconds(), row.status)
            for row in connection.execute(newest)
            if "seed" in json.loads(row.details)  # the others found nothing new
        ]
        return Census(
            readings=connection.execute(select(func.count()).select_from(readings)).scalar_one(),
            forecasts=dict(map(tuple, connection.execute(kinds))),
            succeeded_at=dict(map(tuple, connection.execute(good))),
            runs={(job, status): count for job, status, count in connection.execute(ended)},
            fit=fits[0] if fits else None,
        )
