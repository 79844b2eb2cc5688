"""The month grid: index 0 is January 1992, the origin of every factor is July 2001."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

FIRST = date(1992, 1, 1)
ORIGIN = date(2001, 7, 1)


def month_index(day: date) -> int:
    """Months since January 1992; negative before."""
    return (day.year - FIRST.year) * 12 + day.month - FIRST.month


def month_start(index: int) -> date:
    """First day of the month with that index."""
    years, months = divmod(index, 12)
    return date(FIRST.year + years, months + 1, 1)


def month_end(index: int) -> date:
    """Last day of the month with that index."""
    first = month_start(index)
    return first.replace(day=monthrange(first.year, first.month)[1])


def month_name(index: int) -> str:
    """``2001-07`` and the like."""
    first = month_start(index)
    return f"{first.year:04d}-{first.month:02d}"


ORIGIN_INDEX = month_index(ORIGIN)
