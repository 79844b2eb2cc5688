"""Fetches, the sources' memory, leads, decisions on quarantine, withdrawals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only

revision = "0002"
down_revision = "0001"


def _plain(length: int) -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(length, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make room for what is fetched."""
    _fetches()
    _source_memory()
    _leads()
    _quarantine_decisions()
    _withdrawals()
    for table in ("fetches", "quarantine_decisions", "withdrawals"):
        append_only(op.get_bind(), table)


def _fetches() -> None:
    op.create_table(
        "fetches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("bytes", sa.Integer),
        sa.Column("fetched_at", _plain(27), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("fetches_question", "fetches", ["source", "question", "id"])


def _source_memory() -> None:
    op.create_table(
        "source_memory",
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("indicators", sa.Text, nullable=False),
        sa.Column("memory", sa.Text, nullable=False),
        sa.Column("visited_at", _plain(27), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("warnings", sa.Text, nullable=False),
        sa.Column("succeeded_at", _plain(27)),
        sa.Column("last_fetch", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("not_before", _plain(27)),
    )


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("indicator", sa.String(48), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("day", _plain(10), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("found_at", _plain(27), nullable=False),
        sa.Column("decision", sa.String(16)),
        sa.Column("decided_at", _plain(27)),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("source", "indicator", "key", name="leads_told_once"),
    )


def _quarantine_decisions() -> None:
    op.create_table(
        "quarantine_decisions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", _plain(27), nullable=False),
    )


def _withdrawals() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("indicator", sa.String(48), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("period_start", _plain(10), nullable=False),
        sa.Column("period_end", _plain(10), nullable=False),
        sa.Column("known_at", _plain(27), nullable=False),
        sa.Column("recorded_at", _plain(27), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index(
        "withdrawals_as_known",
        "withdrawals",
        ["indicator", "period_start", "period_end", "known_at"],
    )
