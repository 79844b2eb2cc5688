"""Predictions of readings to come, and their scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only

revision = "0008"
down_revision = "0007"


def _plain(length: int) -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(length, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of the fast scoreboard; nothing in them ever changes."""
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("forecast_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("made_at", _plain(27), nullable=False),
        sa.Column("created_at", _plain(27), nullable=False),
        sa.Column("indicator", sa.String(48), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("period_end", _plain(10), nullable=False),
        sa.Column("ahead", sa.Integer, nullable=False),
        sa.Column("due", _plain(10), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("forecast_id", "indicator", "period", name="predictions_once"),
    )
    op.create_index("predictions_of_reading", "predictions", ["indicator", "period"])
    op.create_table(
        "scores",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("prediction", sa.Integer, nullable=False),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("vintage", sa.Integer, nullable=False),
        sa.Column("period_read", sa.String(10), nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("known_at", _plain(27), nullable=False),
        sa.Column("known_for_sure", sa.Boolean, nullable=False),
        sa.Column("scored_at", _plain(27), nullable=False),
        sa.Column("crps", sa.Double, nullable=False),
        sa.Column("log_score", sa.Double, nullable=False),
        sa.Column("pit", sa.Double, nullable=False),
        sa.Column("no_change_crps", sa.Double, nullable=False),
        sa.Column("no_change_log", sa.Double, nullable=False),
        sa.Column("trend_crps", sa.Double, nullable=False),
        sa.Column("trend_log", sa.Double, nullable=False),
        sa.Column("seasonal_crps", sa.Double),
        sa.Column("seasonal_log", sa.Double),
        sa.UniqueConstraint("prediction", "release", name="scores_once"),
    )
    for table in ("predictions", "scores"):
        append_only(op.get_bind(), table)
