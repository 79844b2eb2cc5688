"""Months as sources count them, and what of a harvest is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import isclose

from indicators.period import Period
from indicators.spec import Reading


def month(year: int, number: int) -> Period:
    """A month of a year, 1 to 12."""
    return Period.parse(f"{year:04d}-{number:02d}")


def month_of(day: date) -> Period:
    """The month that holds a day."""
    return month(day.year, day.month)


def before(period: Period) -> Period:
    """The month before a month."""
    return month_of(period.start - timedelta(days=1))


def finished(today: date, count: int, rest: int) -> list[Period]:
    """The last ``count`` months that ended at least ``rest`` days before today, newest first."""
    found = [before(month_of(today - timedelta(days=rest - 1)))]
    while len(found) < count:
        found.append(before(found[-1]))
    return found


def is_known(known: Mapping[str, Mapping[str, float]], indicator: str, period: Period) -> bool:
    """Whether a value of the period stands already."""
    return period.text in known.get(indicator, {})


def news(
    readings: Iterable[Reading], known: Mapping[str, Mapping[str, float]]
) -> tuple[Reading, ...]:
    """The readings that say something else than what stands."""
    return tuple(
        one
        for one in readings
        if not is_known(known, one.indicator, one.period)
        or not isclose(one.value, known[one.indicator][one.period.text], abs_tol=1e-9)
    )
