"""Endpoints, the outbox of what is sent to them, every attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only, changes_only

revision = "0005"
down_revision = "0004"

ENDPOINT_FIXED = ("id", "name", "url", "sealed_url", "format", "created_at")
DELIVERY_FIXED = ("id", "webhook_id", "endpoint", "type", "body", "created_at")


def _moment() -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(27, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of delivery."""
    _endpoints()
    _deliveries()
    _attempts()


def _endpoints() -> None:
    live = sa.text("removed_at IS NULL")
    op.create_table(
        "endpoints",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("sealed_url", sa.Text, nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("previous_secret", sa.Text),
        sa.Column("previous_until", _moment()),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("disabled_at", _moment()),
        sa.Column("disabled_why", sa.Text, nullable=False),
        sa.Column("removed_at", _moment()),
        sa.Column("failing_since", _moment()),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("paused_until", _moment()),
    )
    op.create_index(
        "endpoints_live_name",
        "endpoints",
        ["name"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    gone = "OLD.removed_at IS NOT NULL"
    changes_only(op.get_bind(), "endpoints", fixed=ENDPOINT_FIXED, final=gone)


def _deliveries() -> None:
    waiting = sa.text("status IN ('pending', 'failed')")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("webhook_id", sa.String(64), nullable=False, unique=True),
        sa.Column("endpoint", sa.Integer, sa.ForeignKey("endpoints.id"), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _moment()),
        sa.Column("claimed_until", _moment()),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("done_at", _moment()),
    )
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["endpoint", "next_attempt_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    changes_only(op.get_bind(), "deliveries", fixed=DELIVERY_FIXED)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.Integer, sa.ForeignKey("deliveries.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("status_code", sa.Integer),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
    )
    op.create_index("attempts_delivery", "attempts", ["delivery", "number"])
    append_only(op.get_bind(), "attempts")
