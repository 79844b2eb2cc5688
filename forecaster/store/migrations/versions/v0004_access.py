"""Tokens, the audit log, answers kept for a retried write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forecaster.store.guards import append_only, changes_only

revision = "0004"
down_revision = "0003"

FIXED = ("id", "name", "prefix", "sha256", "scopes", "created_at", "expires_at")


def _moment() -> sa.String:
    """Text that is compared byte by byte, on PostgreSQL too."""
    postgresql = op.get_context().dialect.name == "postgresql"
    return sa.String(27, collation="C" if postgresql else None)


def upgrade() -> None:
    """Make the tables of access."""
    _tokens()
    _audit()
    _idempotency()


def _tokens() -> None:
    live = sa.text("revoked_at IS NULL")
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment()),
        sa.Column("revoked_at", _moment()),
        sa.Column("last_used_at", _moment()),
    )
    op.create_index(
        "tokens_live_name",
        "tokens",
        ["name"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    changes_only(op.get_bind(), "tokens", fixed=FIXED, final="OLD.revoked_at IS NOT NULL")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
    )
    append_only(op.get_bind(), "audit")


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(160), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("stored_at", _moment(), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("idempotency_age", "idempotency", ["stored_at"])
