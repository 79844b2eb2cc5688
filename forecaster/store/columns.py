"""The types of our columns: text that sorts by its bytes, moments and days."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import Dialect, String, TypeDecorator

from forecaster.store.instants import from_text, to_text


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
