"""Readings as known at a time, as observations: one list per indicator, on the month grid."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from scipy.special import expit

from forecaster.model.basis import Array
from forecaster.model.grid import month_index
from indicators.period import Period
from indicators.spec import Coverage, Indicator
from indicators.spec import Observation as Scale


class Known(Protocol):
    """What the model needs of a stored reading."""

    @property
    def indicator(self) -> str:
        """Id of the indicator."""

    @property
    def period(self) -> str:
        """As stated: a year, a month or a day."""

    @property
    def period_start(self) -> date:
        """First day, included."""

    @property
    def period_end(self) -> date:
        """Last day, included."""

    @property
    def value(self) -> float:
        """In the indicator's unit."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One usable value: months covered (both ends), the value as the likelihood sees it."""

    period: str
    first: int
    last: int
    value: float
    raw: float
    window: int = -1


def data_hash(readings: Iterable[Known]) -> str:
    """SHA-256 over indicator, period and value of everything known, order-free."""
    rows = sorted((r.indicator, r.period, repr(float(r.value))) for r in readings)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def observations(
    readings: Iterable[Known], catalogue: Mapping[str, Indicator], last_month: int
) -> dict[str, list[Observation]]:
    """Observations of every evidence indicator that has any, by id.

    Context indicators, periods outside the grid, and readings of indicators that are no longer in
    the catalogue are left out. Where a year and months of it are both known, the finest complete
    cover is kept: twelve months replace the year, otherwise the year replaces its months.
    """
    by_indicator: dict[str, list[Known]] = defaultdict(list)
    for reading in readings:
        by_indicator[reading.indicator].append(reading)
    found: dict[str, list[Observation]] = {}
    for name in sorted(by_indicator):
        indicator = catalogue.get(name)
        if indicator is None or indicator.role != "evidence":
            continue
        kept = [
            observed
            for reading in _finest_cover(_days_as_months(by_indicator[name], indicator))
            if (observed := _observe(reading, indicator, last_month)) is not None
        ]
        if kept:
            found[name] = sorted(kept, key=lambda o: (o.first, o.last, o.period))
    return found


@dataclass(frozen=True, slots=True)
class _Month:
    """The days of a month that were counted one by one, together."""

    indicator: str
    period: str
    period_start: date
    period_end: date
    value: float


def _days_as_months(readings: list[Known], indicator: Indicator) -> list[Known]:
    """Counts of single days as one count of their month, until the month itself is known."""
    if indicator.observation.likelihood != "negative_binomial":
        return readings
    whole = {r.period for r in readings}
    days: dict[str, float] = defaultdict(float)
    for reading in readings:
        if len(reading.period) == 10:
            days[reading.period[:7]] += reading.value
    found = [r for r in readings if len(r.period) < 10]
    for text in sorted(days.keys() - whole):
        month = Period.parse(text)
        found.append(_Month(indicator.id, text, month.start, month.end, days[text]))
    return found


def _finest_cover(readings: list[Known]) -> list[Known]:
    years = {r.period for r in readings if len(r.period) == 4}
    months: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if len(reading.period) == 7:
            months[reading.period[:4]].add(reading.period)
    complete = {year for year, known in months.items() if len(known) == 12}
    return [
        r
        for r in readings
        if (len(r.period) == 4 and r.period not in complete)
        or (len(r.period) > 4 and (r.period[:4] not in years or r.period[:4] in complete))
    ]


def _observe(reading: Known, indicator: Indicator, last_month: int) -> Observation | None:
    observation = indicator.observation
    first, last = month_index(reading.period_start), month_index(reading.period_end)
    n_months = last - first + 1
    if observation.kind == "stock":
        first = last
    last = min(last, last_month)
    if first < 0 or first > last_month:
        return None
    window = -1
    if observation.likelihood == "negative_binomial":
        window = _window(indicator.coverage, reading)
        if window < 0:
            return None
    value = observation.apply(reading.value, n_months)
    return Observation(reading.period, first, last, value, reading.value, window)


def _window(windows: tuple[Coverage, ...], reading: Known) -> int:
    for index, window in enumerate(windows):
        if window.holds(reading.period_start, reading.period_end):
            return index
    return -1


def undo(scale: Scale, image: Array, n_months: Array) -> Array:
    """Values as published from standardised ones: the inverse of ``Scale.apply``.

    ``n_months`` that each value covers runs along the last axis of ``image``. What takes log1p is
    never below zero, so nothing below it comes back.
    """
    if scale.likelihood == "negative_binomial":
        return image
    amount = image * scale.scale + scale.center
    match scale.transform:
        case "log":
            amount = np.exp(amount)
        case "log1p":
            amount = np.maximum(np.expm1(amount), 0.0)
        case "logit_percent":
            amount = 100.0 * expit(amount)
    return np.asarray(amount * n_months if scale.rate else amount)
