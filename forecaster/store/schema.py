"""The tables as the queries see them; ``migrations/`` makes them, a test compares the two."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from forecaster.store.instants import from_text, to_text

# Every migration by its number, oldest first. A database that bears another one is newer than us.
REVISIONS = (
    "0001",
    "0003",
)


class Plain(TypeDecorator[str]):
    """Text whose order is the order of its bytes, on PostgreSQL too, whatever its language."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> String:
        """Name the collation where the engine has another one of its own."""
        length = cast("String", self.impl).length
        return String(length, collation="C" if dialect.name == "postgresql" else None)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, stored as text of fixed width: its order is the order of time."""

    impl = Plain(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        """From text."""
        return None if value is None else from_text(value)


class Day(TypeDecorator[date]):
    """A day of the calendar, as text."""

    impl = Plain(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> date | None:
        """From text."""
        return None if value is None else date.fromisoformat(value)


metadata = MetaData()

# The one large table: days and moments are text here, because a type for each would cost a second
# per 100 000 rows; readings.py turns them.
readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("indicator", String(48), nullable=False),
    Column("period", String(10), nullable=False),
    Column("period_start", Plain(10), nullable=False),
    Column("period_end", Plain(10), nullable=False),
    Column("value", Double, nullable=False),
    Column("published_at", Plain(27)),
    Column("known_at", Plain(27), nullable=False),
    Column("recorded_at", Plain(27), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("origin", String(8), nullable=False),
    Column("note", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("chain", String(64), nullable=False),
    UniqueConstraint("indicator", "period", "vintage", name="readings_vintage"),
    Index(
        "readings_as_known",
        "indicator",
        "period_start",
        "period_end",
        "known_at",
        "vintage",
        "recorded_at",  # so that the index alone answers what was stored by then
    ),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("indicator", String(48), nullable=False, index=True),
    Column("period", String(10), nullable=False),
    Column("period_start", Day, nullable=False),
    Column("period_end", Day, nullable=False),
    Column("value", Double),  # null: not a number
    Column("published_at", Instant),
    Column("known_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("origin", String(8), nullable=False),
    Column("note", Text, nullable=False),
    Column("why", Text, nullable=False),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("forecast_id", String(64), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("data_hash", Text, nullable=False),
    Column("priors_hash", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("random_seed", BigInteger, nullable=False),
    Column("headline_date", Day, nullable=False),
    Column("headline_mean", Double, nullable=False),
    Column("headline_lower", Double, nullable=False),
    Column("headline_upper", Double, nullable=False),
    Column("document", Text, nullable=False),
    Column("posterior_path", Text),
    Column("posterior_sha256", String(64)),
    Column("last_reading", Integer, nullable=False),  # 0 where there was none
    Column("chain", String(64), nullable=False),  # of that reading
    Index("forecasts_standing", "as_of", "created_at", "id", "kind"),
)

resolutions = Table(
    "resolutions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("scenario", String(16), nullable=False),
    Column("date", Day, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("details", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("finished_at", Instant),
    Column("message", Text, nullable=False),
)
