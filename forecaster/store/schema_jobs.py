"""The tables of the jobs: the ledger, how far it was written, and the lease."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["job_marks", "job_runs", "leases", "metadata"]

# One row for each job and logical time: whatever was due is here, with what became of it.
job_runs = Table(
    "job_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("job", String(64), nullable=False),
    Column("logical_time", Instant, nullable=False),
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    Column("attempt", Integer, nullable=False),  # how many have begun
    Column("holder", String(128)),  # who runs it, or ran it last
    Column("fence", BigInteger),  # of the lease it ran under; null: by hand
    Column("entered_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("alive_until", Instant),  # its holder vouches for it until then
    Column("finished_at", Instant),
    UniqueConstraint("job", "logical_time", name="job_runs_once"),
    Index("job_runs_status", "status", "logical_time"),
)

job_marks = Table(
    "job_marks",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("through", Instant, nullable=False),  # every time up to here is in the ledger
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(128)),  # null: released
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Instant),
)
