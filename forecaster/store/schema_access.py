"""The tables of access: tokens, the audit log, and answers kept for a retried write."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, text

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["audit", "idempotency", "tokens"]

_LIVE = text("revoked_at IS NULL")

# What a token may do never changes: revoke it and make another one.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("prefix", String(16), nullable=False),  # so that a person knows it again
    Column("sha256", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # words with spaces between them
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),  # null: never
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),  # to the minute
    Index("tokens_live_name", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("how", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON
    Column("request_id", String(64), nullable=False),  # empty: no request
)

# A row without a status is a write that is under way.
idempotency = Table(
    "idempotency",
    metadata,
    Column("principal", String(160), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("claim", String(32), nullable=False),  # whoever began it, and nobody else, may end it
    Column("stored_at", Instant, nullable=False),
    Column("status", Integer),
    Column("headers", Text, nullable=False),  # JSON: content type, and what else belongs to it
    Column("body", LargeBinary),
    Index("idempotency_age", "stored_at"),
)
