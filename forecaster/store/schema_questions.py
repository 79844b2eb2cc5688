"""The tables of what people asked, futures of their own, each of one forecast; and the answers."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["answers", "questions"]

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("forecast_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # sha256 of what the futures say
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON: the futures
    Index("questions_of_forecast", "forecast_id", "digest"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # of the question
    Column("answered_at", Instant, nullable=False),
    Column("why", Text),  # why there can be none
    Column("body", Text),  # JSON, or null where there can be none
)
