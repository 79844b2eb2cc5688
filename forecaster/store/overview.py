"""What is known of each indicator in short: how many periods, and the last one.

The rows themselves are counted where they lie. To fetch a hundred thousand readings only to count
them would cost a page most of its second.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from forecaster.store import readings
from forecaster.store.engine import reading
from forecaster.store.records import StoredReading
from forecaster.store.schema import readings as table


class Known(NamedTuple):
    """How many periods of one indicator have a value, and the reading of the last of them."""

    periods: int
    last: StoredReading


def known(engine: Engine, at: datetime) -> dict[str, Known]:
    """Of each indicator that has any, as known at a time.

    The last reading is the one whose period ends last; of several, the one known last; of those,
    the one whose period begins first.
    """
    stands = readings.stands(at)
    periods = (
        select(table.c.indicator, table.c.period_start, table.c.period_end)
        .where(stands)
        .distinct()
        .subquery()
    )
    counted = (
        select(
            periods.c.indicator,
            func.count().label("count"),
            func.max(periods.c.period_end).label("end"),
        )
        .group_by(periods.c.indicator)
        .subquery()
    )
    statement = (
        select(counted.c.count, *readings.COLUMNS)
        .join(
            counted,
            (counted.c.indicator == table.c.indicator) & (counted.c.end == table.c.period_end),
        )
        .where(stands, ~readings.replaced(at))
        .order_by(*readings.ORDER)
    )
    found: dict[str, Known] = {}
    with reading(engine) as connection:
        for count, *row in connection.execute(statement):
            one = readings.stored(row)
            before = found.get(one.indicator)
            if before is None or one.known_at > before.last.known_at:
                found[one.indicator] = Known(count, one)
    return found
