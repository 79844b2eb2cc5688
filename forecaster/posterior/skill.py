"""How well predictions fared, taken together: skill, coverage, PIT, and how sure that is.

A reading that several forecasts predicted for the same horizon counts once: their scores are
averaged. Of one indicator skill is 1 less the ratio of the summed CRPS. Indicators have different
units, and some are a hundred times as restless as others: over several, the ratio is the geometric
mean of theirs, so that each counts the same whatever its unit, and twice as good makes up for twice
as bad. There each ratio is drawn towards 1 with the weight of one reading: where little was read, a
count of nothing that one way foresaw to the last decimal would decide all.

Readings of one time share their surprises. So intervals come from drawing whole blocks of time
anew, with replacement: calendar years where there are enough of them, else calendar months.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]
Use = NDArray[np.bool_]

FEWEST_BLOCKS = 6
RESAMPLES = 1000
SEED = 2001
BINS = 10
CENTRAL = (0.5, 0.9)
BASELINES = ("no_change", "trend", "seasonal")


@dataclass(frozen=True)
class Scores:
    """Scores of single predictions; arrays and lists (prediction,); NaN where there is none."""

    indicator: list[str]
    period: list[str]
    period_end: list[date]
    ahead: list[int]
    pit: Array
    crps: dict[str, Array]  # by way to predict: model and the baselines
    log: dict[str, Array]


@dataclass(frozen=True)
class Units:
    """The same by reading and horizon, scores averaged over the forecasts that told of it.

    ``pits`` are those of the single
    predictions, ``weight`` their share of the reading, ``unit`` whose they are.
    """

    indicator: list[str]
    ahead: Array
    block: Places
    crps: dict[str, Array]
    log: dict[str, Array]
    pits: Array
    unit: Places
    weight: Array
    blocks: str | None

    def __len__(self) -> int:
        return len(self.indicator)


def units(found: Scores) -> Units:
    """By reading and horizon."""
    keys = list(zip(found.indicator, found.period, found.ahead, strict=True))
    place: dict[tuple[str, str, int], int] = {}
    first: list[int] = []
    for at, key in enumerate(keys):
        if key not in place:
            place[key] = len(place)
            first.append(at)
    unit = np.array([place[key] for key in keys], dtype=np.int64)
    size = np.bincount(unit, minlength=len(place)).astype(float)
    names = [key[0] for key in place]
    crps = {way: np.bincount(unit, one, len(place)) / size for way, one in found.crps.items()}
    log = {way: np.bincount(unit, one, len(place)) / size for way, one in found.log.items()}
    ends = [found.period_end[k] for k in first]
    block, blocks = _blocks(ends)
    return Units(
        names,
        np.array([key[2] for key in place], dtype=float),
        block,
        crps,
        log,
        found.pit,
        unit,
        1.0 / size[unit],
        blocks,
    )


def _blocks(ends: Sequence[date]) -> tuple[Places, str | None]:
    """The block of time of each reading, and what a block is; None where there are too few."""
    years = np.array([end.year for end in ends], dtype=np.int64)
    months = np.array([end.year * 12 + end.month for end in ends], dtype=np.int64)
    for block, name in ((years, "calendar years"), (months, "calendar months")):
        if len(np.unique(block)) >= FEWEST_BLOCKS:
            return block, name
    return years, None


def told(of: Units, use: Use) -> dict[str, Any]:
    """How the readings that ``use`` marks fared: skill by baseline, gain in log score, coverage."""
    skill = {
        way: _ratio(of, use & np.isfinite(of.crps[way]), of.crps["model"], of.crps[way])
        for way in BASELINES
    }
    gain = {
        way: _mean(of, use & np.isfinite(of.log[way]), of.log["model"] - of.log[way])
        for way in BASELINES
    }
    return {
        "readings": int(use.sum()),
        "predictions": int(use[of.unit].sum()),
        "skill": skill,
        "log_gain": gain,
        "coverage": {f"{share:.0%}".rstrip("%"): _covered(of, use, share) for share in CENTRAL},
    }


def histogram(of: Units, use: Use) -> list[float]:
    """Share of the readings in each of ten equal steps of the PIT; a tenth each if all is right."""
    at = use[of.unit]
    bins = np.minimum((of.pits[at] * BINS).astype(int), BINS - 1)
    total = np.bincount(bins, of.weight[at], BINS)
    return [float(one) for one in total / max(total.sum(), 1e-12)]


def _ratio(of: Units, use: Use, model: Array, base: Array) -> dict[str, float | None]:
    if not use.any():
        return _interval(None, None)

    block = np.unique(of.block[use], return_inverse=True)[1]
    name = np.unique(np.array(of.indicator)[use], return_inverse=True)[1]
    shape = (int(block.max()) + 1, int(name.max()) + 1)

    def sums(values: Array) -> Array:
        total = np.zeros(shape)
        np.add.at(total, (block, name), values[use])
        return total

    mine, other, size = sums(model), sums(base), sums(np.ones(len(of)))
    pull = 1.0 if shape[1] > 1 else 0.0

    def skill(weights: Array) -> Array:
        """Weights (draw, block); an indicator of which a draw has no block is not in it."""
        above, below, n = weights @ mine, weights @ other, weights @ size
        usual = pull * 0.5 * (above + below) / np.maximum(n, 1.0)
        there = (above > 0.0) & (below > 0.0)
        ratio = np.log(np.where(there, above + usual, 1.0))
        ratio -= np.log(np.where(there, below + usual, 1.0))
        return np.asarray(1.0 - np.exp(ratio.sum(axis=1) / np.maximum(there.sum(axis=1), 1)))

    return _interval(*_resampled(of, block, skill))


def _mean(of: Units, use: Use, values: Array) -> dict[str, float | None]:
    if not use.any():
        return _interval(None, None)
    block = of.block[use]
    place = np.unique(block, return_inverse=True)[1]
    total, size = np.bincount(place, values[use]), np.bincount(place).astype(float)
    return _interval(*_resampled(of, block, lambda w: (w @ total) / (w @ size)))


def _covered(of: Units, use: Use, share: float) -> dict[str, float | None]:
    inside = (np.abs(of.pits - 0.5) <= share / 2.0) * of.weight
    return _mean(of, use, np.bincount(of.unit, inside, len(of)))


def _resampled(
    of: Units, block: Places, value: Callable[[Array], Array]
) -> tuple[float, Array | None]:
    """The value itself, and the same with blocks drawn anew; None where there are too few."""
    n = len(np.unique(block))
    exact = float(value(np.ones((1, n)))[0])
    if of.blocks is None or n < FEWEST_BLOCKS:
        return exact, None
    return exact, value(_drawn(n))


@lru_cache(maxsize=64)
def _drawn(n: int) -> Array:
    """How often each of n blocks is in each of the draws with replacement."""
    return default_rng(SEED).multinomial(n, np.full(n, 1.0 / n), RESAMPLES).astype(float)


def _interval(mean: float | None, drawn: Array | None) -> dict[str, float | None]:
    if drawn is None:
        return {"mean": mean, "lower": None, "upper": None}
    lower, upper = np.quantile(drawn, [0.05, 0.95])
    return {"mean": mean, "lower": float(lower), "upper": float(upper)}
