"""Ledger and lease of the jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import keeps_outcomes

revision = "0003"
down_revision = "0002"


def _moment() -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(27, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of the jobs."""
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("logical_time", _moment(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("holder", sa.String(128)),
        sa.Column("fence", sa.BigInteger),
        sa.Column("entered_at", _moment(), nullable=False),
        sa.Column("started_at", _moment()),
        sa.Column("alive_until", _moment()),
        sa.Column("finished_at", _moment()),
        sa.UniqueConstraint("job", "logical_time", name="job_runs_once"),
    )
    op.create_index("job_runs_status", "job_runs", ["status", "logical_time"])
    keeps_outcomes(op.get_bind(), "job_runs")
    op.create_table(
        "job_marks",
        sa.Column("job", sa.String(64), primary_key=True),
        sa.Column("through", _moment(), nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("holder", sa.String(128)),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("expires_at", _moment()),
    )
