"""Futures of their own that people ask a forecast about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table of questions; nothing in it ever changes."""
    postgresql = op.get_context().dialect.name == "postgresql"
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("forecast_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.String(27, collation="C" if postgresql else None), nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("forecast_id", "digest", name="questions_once"),
    )
    append_only(op.get_bind(), "questions")
