"""The tables of delivery: endpoints, the outbox, and every attempt to send one of its rows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["attempts", "deliveries", "endpoints"]

_LIVE = text("removed_at IS NULL")
_WAITING = text("status IN ('pending', 'failed')")

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("url", Text, nullable=False),  # as it may be shown: a chat's address is its password
    Column("sealed_url", Text, nullable=False),  # what is dialled; the key is not in here
    Column("format", String(16), nullable=False),
    Column("rules", Text, nullable=False),  # JSON, a list of names; empty: all
    Column("secret", Text, nullable=False),  # sealed
    Column("previous_secret", Text),  # sealed; signs too until
    Column("previous_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("disabled_why", Text, nullable=False),
    Column("removed_at", Instant),
    Column("failing_since", Instant),  # null: the last attempt was good, or there was none
    Column("failures", Integer, nullable=False),  # since then
    Column("paused_until", Instant),  # the breaker: nothing is sent before
    Index("endpoints_live_name", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
)

# The outbox. What is to be sent, and under which id, never changes.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("webhook_id", String(64), nullable=False, unique=True),
    Column("endpoint", Integer, ForeignKey("endpoints.id"), nullable=False),
    Column("type", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("status", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),  # null: none is coming
    Column("claimed_until", Instant),
    Column("claimed_by", String(64)),  # whoever claimed it, and nobody else, may settle it
    Column("done_at", Instant),
    Index(
        "deliveries_waiting",
        "endpoint",
        "next_attempt_at",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("delivery", Integer, ForeignKey("deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("status_code", Integer),  # null: no answer came
    Column("milliseconds", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("response", Text, nullable=False),  # how the answer begins, as text
    Index("attempts_delivery", "delivery", "number"),
)
