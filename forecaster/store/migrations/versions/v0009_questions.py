"""Futures of their own that people ask a forecast about, and the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only

revision = "0009"
down_revision = "0008"


def _instant() -> sa.String:
    """A moment as text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(27, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of questions and answers; nothing in them ever changes."""
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("forecast_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("questions_of_forecast", "questions", ["forecast_id", "digest"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("answered_at", _instant(), nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("body", sa.Text),
    )
    for table in ("questions", "answers"):
        append_only(op.get_bind(), table)
