"""Short ways to say what the store tests say often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from forecaster.store.records import NewReading, Origin
from indicators.period import Period

NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)


class Somebody(NamedTuple):
    """Who changes something."""

    name: str
    how: str


def day(number: int) -> datetime:
    """Midnight UTC, so many days after 2026-01-01."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def new(
    value: float,
    known: int = 0,
    *,
    indicator: str = "trade_total",
    period: str = "2025-12",
    origin: Origin = "fetched",
) -> NewReading:
    """A reading known so many days after 2026-01-01."""
    return NewReading(
        indicator=indicator,
        period=Period.parse(period),
        value=value,
        published_at=None,
        known_at=day(known),
        source="https://example.org/release",
        origin=origin,
    )


def many(count: int, *, indicator: str = "trade_total", vintages: int = 1) -> list[NewReading]:
    """Daily readings with so many vintages each, a month apart."""
    start = date(1990, 1, 1)
    return [
        new(
            number + vintage / 10,
            30 * vintage,
            indicator=indicator,
            period=(start + timedelta(days=number)).isoformat(),
        )
        for number in range(count)
        for vintage in range(vintages)
    ]
