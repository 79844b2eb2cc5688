"""The tables of the fast scoreboard: what was predicted of readings to come, and how it scored."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from forecaster.store.columns import Day, Instant, Plain
from forecaster.store.schema import metadata

__all__ = ["predictions", "scores"]

predictions = Table(
    "predictions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("forecast_id", String(64), nullable=False),
    Column("kind", String(12), nullable=False),  # live or hindcast: never mixed
    Column("made_at", Instant, nullable=False),  # as-of of its forecast
    Column("created_at", Instant, nullable=False),
    Column("indicator", String(48), nullable=False),
    Column("period", String(10), nullable=False),
    Column("period_end", Day, nullable=False),
    Column("ahead", Integer, nullable=False),  # months: 1, 3 or 12
    Column("due", Day, nullable=False),
    Column("body", Text, nullable=False),  # JSON: the distributions
    UniqueConstraint("forecast_id", "indicator", "period", name="predictions_once"),
    Index("predictions_of_reading", "indicator", "period"),
)

# One row a prediction and vintage: `release` is 1 for the first, by which the model is judged.
scores = Table(
    "scores",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("prediction", Integer, nullable=False),
    Column("release", Integer, nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("period_read", String(10), nullable=False),  # what was read: a month of the year, say
    Column("value", Double, nullable=False),
    Column("known_at", Plain(27), nullable=False),
    Column("known_for_sure", Boolean, nullable=False),  # false: end of period plus lag
    Column("scored_at", Instant, nullable=False),
    Column("crps", Double, nullable=False),
    Column("log_score", Double, nullable=False),
    Column("pit", Double, nullable=False),
    Column("no_change_crps", Double, nullable=False),
    Column("no_change_log", Double, nullable=False),
    Column("trend_crps", Double, nullable=False),
    Column("trend_log", Double, nullable=False),
    Column("seasonal_crps", Double),  # null: nothing was read of that month a year before
    Column("seasonal_log", Double),
    UniqueConstraint("prediction", "release", name="scores_once"),
)
