"""The tables of alerts: what was decided, what each rule remembers, silences, acknowledgements."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["acknowledgements", "alert_states", "alerts", "silences"]

_UNSENT = text("webhook_id IS NULL AND endpoint > 0")

# What was decided, in order: `id` is the sequence. Endpoint 0 is the desk, which is sent nothing.
# Nothing changes but that a message takes the row along, once.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(48), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("endpoint", Integer, nullable=False),
    Column("event", String(12), nullable=False),
    Column("type", String(64), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("deliver_at", Instant, nullable=False),
    Column("forecast_id", String(64)),
    Column("details", Text, nullable=False),  # JSON, as it is told
    Column("webhook_id", String(64)),  # null: no message has taken it along
    Index("alerts_unsent", "endpoint", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    Index("alerts_by_endpoint", "endpoint", "id"),
)

# One row a rule, matter and endpoint, overwritten by each step: a note to itself, not a record.
alert_states = Table(
    "alert_states",
    metadata,
    Column("rule", String(48), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("endpoint", Integer, primary_key=True, autoincrement=False),
    Column("quantity", String(48), nullable=False),  # what the numbers in it are of
    Column("state", Text, nullable=False),  # JSON
    Column("open_since", Instant),  # null: no alert is open
    Column("updated_at", Instant, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(48), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("endpoint", Integer),  # null: every one
    Column("rule", String(48)),  # null: every one
    Column("forecast_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)
