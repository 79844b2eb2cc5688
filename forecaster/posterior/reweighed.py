"""The numbers of a forecast again, from the same draws with other weights.

What is said is what a fit's document says, place by place. With equal weights every number comes
out as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecaster.belief import (
    HORIZON_YEARS,
    Constraints,
    Forecast,
    Headline,
    Horizon,
    Interval,
    Level,
    Numbers,
    Strength,
)
from forecaster.posterior.draws import Saved

Array = NDArray[np.float64]
PROBABILITY = 0.9
ASSUMED_BELOW = 0.1
HEADLINE_YEARS = 10


@dataclass(frozen=True)
class Weights:
    """What each draw counts; they sum to 1.

    ``noise``: how much larger the error of a weighted mean is than if draws of a chain were as
    alike under the weights as without them; 1 or more.
    """

    each: Array
    noise: float = 1.0

    @property
    def equal(self) -> bool:
        """Whether every draw counts the same."""
        return bool(np.ptp(self.each) < 1e-12 / len(self.each))

    def mean(self, values: Array) -> Array:
        """Weighted mean over the draws (first axis)."""
        if self.equal:
            return np.asarray(values.mean(axis=0))
        return np.asarray(np.tensordot(self.each, values, axes=1))

    def variance(self, values: Array) -> float:
        """Weighted variance."""
        return float(self.each @ (values - self.each @ values) ** 2)

    def quantile(self, values: Array, at: float) -> float:
        """Weighted quantile; between two draws as NumPy's usual one."""
        order = np.argsort(values, kind="stable")
        weight = self.each[order]
        n, before = len(weight), np.cumsum(weight) - weight
        place = np.arange(n) * weight + (n - 1) * before
        return float(np.interp(at, place / place[-1], values[order]))

    def interval(self, values: Array) -> Interval:
        """Mean and central 90 %."""
        tail = (1.0 - PROBABILITY) / 2.0
        return {
            "mean": float(self.mean(values)),
            "lower": self.quantile(values, tail),
            "upper": self.quantile(values, 1.0 - tail),
        }

    def again(self, was: Interval, old: Array, new: Array | None = None) -> Interval:
        """An interval that was said of ``old``, of ``new`` under the weights.

        The Monte Carlo error grows with what the weights do to the effective number of draws: a
        draw counts as often as it is weighed, and neighbours in a chain are as alike as they were,
        times ``noise``.
        """
        values = old if new is None else new
        found = self.interval(values)
        if "mcse" in was:
            variance = float(old.var())
            alike = 0.0 if variance <= 1e-24 else len(old) * was["mcse"] ** 2 / variance
            off = values - found["mean"]
            spread = np.sqrt(alike * np.sum((self.each * off) ** 2))
            found["mcse"] = float(self.noise * spread)
        return found


@dataclass(frozen=True)
class Now:
    """Draws as they say the world now, flat (sample, ...), by the names of ``posterior.schema``.

    ``dates`` are those of the horizons; ``positive``: parameters whose contraction is told on the
    log scale.
    """

    as_of: date
    shown: Mapping[str, Array]
    dates: list[date]
    positive: frozenset[str]


def numbers(base: Forecast, saved: Saved, now: Now, weights: Weights) -> Numbers:
    """Everything that the draws say, as the document of the fit has it."""
    old = {name: array.reshape(-1, *array.shape[2:]) for name, array in saved.shown.items()}

    def place(label: str, name: str) -> int:
        return saved.labels[label].index(name)

    def again(was: Interval, name: str, *at: int) -> Interval:
        return weights.again(was, _at(old[name], at), _at(now.shown[name], at))

    def strong(was: Strength, name: str, *at: int) -> Strength:
        return _strength(was, _at(old[name], at), weights, positive=name in now.positive)

    rows = _horizons(base, saved, now, again)
    return {
        "headline": _headline(base, rows),
        "horizons": rows,
        "hazards": {
            name: again(was, "hazard", place("hazard_name", name))
            for name, was in base["hazards"].items()
        },
        "constraints": _constraints(base["constraints"], place, again, strong),
        "factors": {
            name: again(was, "factor", place("factor_name", name))
            for name, was in base["factors"].items()
        },
        "parameters": {name: strong(was, name) for name, was in base["parameters"].items()},
    }


def _at(array: Array, places: tuple[int, ...]) -> Array:
    for place in places:
        array = array[:, place]
    return array


def _horizons(
    base: Forecast, saved: Saved, now: Now, again: Callable[..., Interval]
) -> list[Horizon]:
    rows: list[Horizon] = []
    for k, (was, when) in enumerate(zip(base["horizons"], now.dates, strict=True)):
        fixed = was["years"] in HORIZON_YEARS and k > 0
        years = was["years"] if fixed else round((when - now.as_of).days / 365.25, 1)
        rows.append(
            {
                "date": when.isoformat(),
                "years": years,
                "scenarios": {
                    name: again(one, "scenarios", k, saved.labels["scenario"].index(name))
                    for name, one in was["scenarios"].items()
                },
                "alliance_by": again(was["alliance_by"], "alliance_by", k),
            }
        )
    return rows


def _headline(base: Forecast, rows: list[Horizon]) -> Headline:
    row = next(row for row in rows if row["years"] == HEADLINE_YEARS)
    by = row["alliance_by"]
    found: Headline = {
        "quantity": base["headline"]["quantity"],
        "date": row["date"],
        "mean": by["mean"],
        "lower": by["lower"],
        "upper": by["upper"],
    }
    if "mcse" in by:
        found["mcse"] = by["mcse"]
    return found


def _constraints(
    was: Constraints,
    place: Callable[[str, str], int],
    again: Callable[..., Interval],
    strong: Callable[..., Strength],
) -> Constraints:
    return {
        "strength": strong(was["strength"], "kappa_bar"),
        "families": {
            name: strong(one, "kappa", place("family", name))
            for name, one in was["families"].items()
        },
        "levels": {
            name: _level(one, again(one, "level", place("family", name)))
            for name, one in was["levels"].items()
        },
        "sub_constraints": {
            name: None if one is None else _level(one, again(one, "sub_level", place("sub", name)))
            for name, one in was["sub_constraints"].items()
        },
    }


def _level(was: Level, found: Interval) -> Level:
    level: Level = {**was}
    level["mean"], level["lower"], level["upper"] = found["mean"], found["lower"], found["upper"]
    return level


def _strength(was: Strength, values: Array, weights: Weights, *, positive: bool) -> Strength:
    contraction = was["contraction"]
    if contraction != 0.0:  # what is drawn from its prior has none by definition
        scale = np.log(values) if positive else values
        left = weights.variance(scale) / max(float(scale.var()), 1e-300)
        contraction = 1.0 - (1.0 - contraction) * left
    found = weights.again(was, values)
    strength: Strength = {
        **found,
        "p_positive": float(weights.mean((values > 0).astype(float))),
        "contraction": contraction,
        "assumed": contraction < ASSUMED_BELOW,
    }
    return strength
