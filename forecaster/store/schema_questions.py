"""The table of what people asked: futures of their own, each of one forecast."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from forecaster.store.columns import Instant
from forecaster.store.schema import metadata

__all__ = ["questions"]

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("forecast_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # sha256 of what the futures say
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON: the futures
    UniqueConstraint("forecast_id", "digest", name="questions_once"),
)
