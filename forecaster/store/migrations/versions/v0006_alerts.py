"""What was decided to be told, what the rules remember, silences, acknowledgements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only, changes_only

revision = "0006"
down_revision = "0005"

FIXED = (
    "id",
    "rule",
    "subject",
    "endpoint",
    "event",
    "type",
    "episode",
    "at",
    "deliver_at",
    "forecast_id",
    "details",
)


def _moment() -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(27, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of alerts."""
    _alerts()
    _states()
    _silences()
    _acknowledgements()


def _alerts() -> None:
    unsent = sa.text("webhook_id IS NULL AND endpoint > 0")
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.String(48), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.Integer, nullable=False),
        sa.Column("event", sa.String(12), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("episode", sa.Integer, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("deliver_at", _moment(), nullable=False),
        sa.Column("forecast_id", sa.String(64)),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("webhook_id", sa.String(64)),
    )
    op.create_index(
        "alerts_unsent",
        "alerts",
        ["endpoint", "id"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
    op.create_index("alerts_by_endpoint", "alerts", ["endpoint", "id"])
    changes_only(op.get_bind(), "alerts", fixed=FIXED, final="OLD.webhook_id IS NOT NULL")


def _states() -> None:
    op.create_table(
        "alert_states",
        sa.Column("rule", sa.String(48), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("endpoint", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("quantity", sa.String(48), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("open_since", _moment()),
        sa.Column("updated_at", _moment(), nullable=False),
    )


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.String(48), nullable=False),
        sa.Column("starts_at", _moment(), nullable=False),
        sa.Column("until", _moment(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
    )
    append_only(op.get_bind(), "silences")


def _acknowledgements() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("endpoint", sa.Integer),
        sa.Column("rule", sa.String(48)),
        sa.Column("forecast_id", sa.String(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
    )
    append_only(op.get_bind(), "acknowledgements")
