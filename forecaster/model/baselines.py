"""What anybody would say of the next reading who had no model: distributions, not points.

Three ways to go on from what was read, and nothing else: as it was last (no change), on the same
slope (trend), as in the same month a year before (seasonal; of monthly readings only). Each says
how far it may be off by how far it was off lately. All on the model's scale, on which a series may
be logarithms; counts are per period asked for, whatever the exposure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecaster.model.basis import Array
from forecaster.model.observed import Observation

WINDOW = 20  # changes that the rolling scale looks back over
ENOUGH = 8  # changes over as long a time as is asked for; with fewer, the steps are scaled up
PRIOR_CHANGES = 3.0  # weight of the usual scale of all indicators
USUAL = 0.1  # that scale, in standard units per root of a year, where nothing tells of it
TREND_MONTHS, TREND_READINGS = 60, 6
YEAR = 12.0
MOST = 60  # readings that the spread of the values themselves is taken over

# A count goes on as in its last year (monthly) or its last three readings (yearly).
LEVEL_MONTHS, LEVEL_YEARS = 12, 3
SPREAD_PERIODS = 60  # over which its spread is taken
SEASONS = 5
ALPHA = (0.3, 50.0)

Triple = tuple[float, float, float]
Pair = tuple[float, float]


@dataclass(frozen=True)
class Spread:
    """Student-t distributions (location, scale, degrees of freedom), or None."""

    no_change: Triple
    trend: Triple
    seasonal: Triple | None


@dataclass(frozen=True)
class Counts:
    """Negative binomial distributions (mean, size), or None."""

    no_change: Pair
    trend: Pair
    seasonal: Pair | None


def usual_scale(series: Sequence[list[Observation]]) -> float:
    """The median over indicators of a typical change, per root of a year."""
    found = [
        float(np.sqrt(np.mean(_steps(*_series(one))[-WINDOW:] ** 2)))
        for one in series
        if len(one) > 3
    ]
    return float(np.median(found)) if found else USUAL


def measured(
    found: list[Observation], first: int, last: int, usual: float, *, monthly: bool
) -> Spread:
    """Of a measured reading over the months ``first`` to ``last``, from those before."""
    when, value = _series(found)
    then = 0.5 * (first + last)
    gap = max((then - when[-1]) / YEAR, 1.0 / YEAR)
    scale, df = _scale(when, value, gap, usual)
    slope, unsure = _slope(when, value, usual)
    seasonal = None
    if monthly and (before := _year_before(found, first)) is not None:
        seasonal = (before, *_scale(when, value, 1.0, usual))
    return Spread(
        (float(value[-1]), scale, df),
        (float(value[-1] + slope * gap), float(np.hypot(scale, unsure * gap)), df),
        seasonal,
    )


def _series(found: list[Observation]) -> tuple[Array, Array]:
    """Middle months and values, in the order of time."""
    rows = sorted((0.5 * (row.first + row.last), row.value) for row in found)
    return np.array([when for when, _ in rows]), np.array([value for _, value in rows])


def _steps(when: Array, value: Array) -> Array:
    """Changes from reading to reading, each over the root of its years."""
    years = np.maximum(np.diff(when), 1.0) / YEAR
    return np.asarray(np.diff(value) / np.sqrt(years))


def _scale(when: Array, value: Array, gap: float, usual: float) -> tuple[float, float]:
    """How far a value moves over ``gap`` years: scale and degrees of freedom.

    Steps scaled by the root of time, with a few of the usual size of all indicators; two values of
    a series differ by no more than if neither told of the other. Where there are enough changes
    over as long a time, these: they overlap, and count as often as the time they span holds the
    gap.
    """
    steps = _steps(when, value)[-WINDOW:]
    df = len(steps) + PRIOR_CHANGES
    variance = gap * (float(np.sum(steps**2)) + PRIOR_CHANGES * usual**2) / df
    if len(value) >= ENOUGH:
        variance = min(variance, 2.0 * float(np.var(value[-MOST:], ddof=1)))
    over = _changes_over(when, value, gap)
    if len(over) >= ENOUGH:
        spanned = (when[-1] - when[max(len(when) - len(over) - 1, 0)]) / YEAR
        n = float(np.clip(spanned / gap, 1.0, len(over)))
        df = n + PRIOR_CHANGES
        variance = (n * float(np.mean(over**2)) + PRIOR_CHANGES * variance) / df
    return float(np.sqrt(variance)), df


def _changes_over(when: Array, value: Array, gap: float) -> Array:
    """The last changes between readings about so many years apart."""
    months, found = gap * YEAR, []
    for late in range(len(when) - 1, 0, -1):
        early = int(np.argmin(np.abs(when[late] - when[:late] - months)))
        apart = when[late] - when[early]
        if 0.75 * months <= apart <= 1.34 * months:
            found.append((value[late] - value[early]) * np.sqrt(months / apart))
        if len(found) == WINDOW:
            break
    return np.array(found)


def _slope(when: Array, value: Array, usual: float) -> tuple[float, float]:
    """Change a year over the last years, by least squares, and its standard error.

    The error is that of noise around a line, or of a sum of steps, whichever is smaller.
    """
    since = min(when[-1] - TREND_MONTHS, when[max(len(when) - TREND_READINGS, 0)])
    first = int(np.searchsorted(when, since))
    years = (when[first:] - when[-1]) / YEAR
    if len(years) < 2 or years[0] == 0.0:
        return 0.0, 0.0
    apart = years - years.mean()
    slope = float(apart @ value[first:] / (apart @ apart))
    off = value[first:] - value[first:].mean() - slope * apart
    by_noise = np.sqrt((off @ off + usual**2) / max(len(off) - 2, 1) / (apart @ apart))
    steps = np.append(_steps(when[first:], value[first:]), [usual] * 2)
    by_steps = np.sqrt(np.mean(steps**2) / -years[0])
    return slope, float(min(by_noise, by_steps))


def _year_before(found: list[Observation], month: int) -> float | None:
    """The value of the same month a year before, or two; None if neither was read."""
    by_month = {row.first: row.value for row in found if row.first == row.last}
    return next((by_month[month - k] for k in (12, 24) if month - k in by_month), None)


def counted(found: list[Observation], first: int, last: int) -> Counts:
    """Of a count over the months ``first`` to ``last``, from those before."""
    months = last - first + 1
    rows = sorted(found, key=lambda row: (row.last, row.first))
    span = np.array([row.last - row.first + 1 for row in rows], dtype=float)
    rate = np.array([row.raw for row in rows]) / span * months  # per period asked for
    share = span / months  # of such a period that each reading is
    use = LEVEL_MONTHS if months == 1 else LEVEL_YEARS
    recent, before = slice(-use, None), slice(-2 * use, -use)
    events, periods = float(np.sum((rate * share)[recent])), float(np.sum(share[recent]))
    # One period of the longer past keeps a year of nothing from meaning that nothing ever comes.
    past_rate = max(float(rate[-SPREAD_PERIODS:].mean()), 0.5 / len(rate[-SPREAD_PERIODS:]))
    level = (events + past_rate) / (periods + 1.0)
    alpha = _alpha(rate[-SPREAD_PERIODS:])
    size = 1.0 / (1.0 / alpha + 1.0 / (events + past_rate))
    older, past = float(np.sum((rate * share)[before])), float(np.sum(share[before]))
    ratio = (events + 1.0) / max(periods, 1e-9) / ((older + 1.0) / past) if past > 0.0 else 1.0
    ahead = max(first - rows[-1].last, 1) / (use * months)
    moved = level * float(np.clip(ratio, 1 / 3, 3.0)) ** min(ahead, 1.0)
    seasonal = None
    same = [row.raw for row in rows if row.first == row.last and (row.first - first) % 12 == 0]
    if months == 1 and same:
        mean = (sum(same[-SEASONS:]) + level) / (len(same[-SEASONS:]) + 1.0)
        seasonal = (mean, 1.0 / (1.0 / alpha + 1.0 / (sum(same[-SEASONS:]) + level)))
    return Counts((level, size), (moved, size), seasonal)


def _alpha(rate: Array) -> float:
    """Size of a negative binomial by its first two moments, within bounds."""
    mean, variance = float(rate.mean()), float(rate.var(ddof=1)) if len(rate) > 1 else 0.0
    if variance <= mean or mean == 0.0:
        return ALPHA[1]
    return float(np.clip(mean**2 / (variance - mean), *ALPHA))
