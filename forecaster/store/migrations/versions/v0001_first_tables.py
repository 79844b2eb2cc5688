"""Readings, quarantine, forecasts, resolutions and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only

revision = "0001"
down_revision = None


def _plain(length: int) -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(length, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the first tables."""
    _readings()
    _quarantine()
    _forecasts()
    _rest()
    for table in ("readings", "quarantine", "forecasts", "resolutions"):
        append_only(op.get_bind(), table)


def _value_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("indicator", sa.String(48), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("period_start", _plain(10), nullable=False),
        sa.Column("period_end", _plain(10), nullable=False),
    ]


def _time_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("published_at", _plain(27)),
        sa.Column("known_at", _plain(27), nullable=False),
        sa.Column("recorded_at", _plain(27), nullable=False),
    ]


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *_value_columns(),
        sa.Column("value", sa.Double, nullable=False),
        *_time_columns(),
        sa.Column("vintage", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.UniqueConstraint("indicator", "period", "vintage", name="readings_vintage"),
    )
    op.create_index(
        "readings_as_known",
        "readings",
        ["indicator", "period_start", "period_end", "known_at", "vintage", "recorded_at"],
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *_value_columns(),
        sa.Column("value", sa.Double),
        *_time_columns(),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("ix_quarantine_indicator", "quarantine", ["indicator"])


def _forecasts() -> None:
    op.create_table(
        "forecasts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("forecast_id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("as_of", _plain(27), nullable=False),
        sa.Column("created_at", _plain(27), nullable=False),
        sa.Column("data_hash", sa.Text, nullable=False),
        sa.Column("priors_hash", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("random_seed", sa.BigInteger, nullable=False),
        sa.Column("headline_date", _plain(10), nullable=False),
        sa.Column("headline_mean", sa.Double, nullable=False),
        sa.Column("headline_lower", sa.Double, nullable=False),
        sa.Column("headline_upper", sa.Double, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("posterior_path", sa.Text),
        sa.Column("posterior_sha256", sa.String(64)),
        sa.Column("last_reading", sa.Integer, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
    )
    op.create_index("forecasts_standing", "forecasts", ["as_of", "created_at", "id", "kind"])


def _rest() -> None:
    op.create_table(
        "resolutions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("scenario", sa.String(16), nullable=False),
        sa.Column("date", _plain(10), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("recorded_at", _plain(27), nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("started_at", _plain(27), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("finished_at", _plain(27)),
        sa.Column("message", sa.Text, nullable=False),
    )
