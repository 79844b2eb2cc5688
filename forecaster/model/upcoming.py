"""Which readings of an indicator are to come, and when they fall due.

A reading of a period falls due at the period's end plus the publication lag. For 1, 3 and 12 months
ahead the period is asked for whose reading falls due nearest to that time; where two of them ask
for the same period, it is told once, for the nearer of the two. A monthly count has three, a yearly
figure mostly two: that of the year before, while it is still out, and that of this year.

An indicator is read by months where it is expected monthly and was read last by a month, else by
years. What is read once a year, but of a month or a day in it (a poll, a stock), is predicted for
the month in which it is usually read, and whatever is read of that year is held against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecaster.model.grid import month_index, month_name
from forecaster.model.observed import Observation
from indicators.period import Period
from indicators.spec import Indicator

AHEAD = (1, 3, 12)
RECENT = 5  # readings that tell in which month one is usual
YEARS_BACK, MONTHS_BACK = 5, 12
MONTH = 30.4


@dataclass(frozen=True)
class Target:
    """One reading to come.

    Attributes
    ----------
    period : Period
        The year or month by which it is told.
    at : Period
        What is predicted: the same, or the month in it that is usually read.
    ahead : int
        For how many months ahead it was asked: 1, 3 or 12.
    due : date
        When it is expected to be known.
    """

    period: Period
    at: Period
    ahead: int
    due: date


def upcoming(
    one: Indicator, known: Iterable[str], found: list[Observation], as_of: date
) -> list[Target]:
    """Readings to come, the nearest first; none of an indicator that is retired or never read.

    ``known`` are the periods that were read, ``found`` the same as observations.
    """
    if one.retired is not None or not found:
        return []
    newest = max(found, key=lambda row: (row.last, row.first))
    months = one.cadence.expected in ("daily", "monthly") and len(newest.period) > 4
    read = set(known)
    candidates = [
        (period, at, due)
        for period, at in (_months(as_of) if months else _years(one, found, newest, as_of))
        if not _is_read(period, read)
        and (due := at.end + timedelta(days=1 + one.cadence.publication_lag_days)) > as_of
        and one.covers(period)
    ]
    told: dict[str, tuple[float, Target]] = {}
    for ahead in AHEAD:
        if not candidates:
            break
        then = as_of + timedelta(days=round(ahead * MONTH))
        period, at, due = min(candidates, key=lambda c: abs((c[2] - then).days))
        off = abs((due - then).days)
        if period.text not in told or off < told[period.text][0]:
            told[period.text] = (off, Target(period, at, ahead, due))
    return sorted((target for _, target in told.values()), key=lambda target: target.due)


def as_whole(one: Indicator, target: Target) -> bool:
    """Whether only a reading of the whole period counts; else any within it does."""
    scale = one.observation
    return scale.likelihood != "normal" or scale.rate or target.period.kind != "year"


def _months(as_of: date) -> Iterator[tuple[Period, Period]]:
    now = month_index(as_of)
    for index in range(now - MONTHS_BACK, now + max(AHEAD) + 3):
        month = Period.parse(month_name(index))
        yield month, month


def _years(
    one: Indicator, found: list[Observation], newest: Observation, as_of: date
) -> Iterator[tuple[Period, Period]]:
    within = (
        one.observation.likelihood == "normal"
        and not one.observation.rate
        and len(newest.period) > 4
    )
    usual = 12
    if within:
        shorter = [row for row in found if len(row.period) > 4][-RECENT:]
        usual = int(np.median([row.last % 12 + 1 for row in shorter]))
    for year in range(as_of.year - YEARS_BACK, as_of.year + 3):
        whole = Period.parse(f"{year:04d}")
        yield whole, Period.parse(f"{year:04d}-{usual:02d}") if within else whole


def _is_read(period: Period, read: set[str]) -> bool:
    if period.kind == "year":
        return any(text.startswith(period.text) for text in read)
    return period.text in read or period.text[:4] in read
