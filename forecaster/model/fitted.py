"""What a fit says of every reading that it used: from the factor alone, and as fitted.

The level and the slow deviation of a measured indicator are integrated out of the fit. Given the
parameters and paths of a draw, and all of the indicator's readings, the two are Gaussian; here they
are drawn from exactly that, with random numbers of their own, so that no other result moves. Draws
are not kept: what is said of a reading is a mean and an interval, on the reading's own scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.random import Generator, default_rng

from forecaster.model.basis import Array
from forecaster.model.blocks import Row
from forecaster.model.design import Design
from forecaster.model.fit import Draws
from forecaster.model.grid import month_index
from forecaster.model.layout import Layout
from forecaster.model.observed import undo
from indicators.period import Period
from indicators.spec import Indicator

STATISTICS = ("mean", "q05", "q95")
STREAM = 1993  # of random numbers, beside that of ``outcome``


@dataclass(frozen=True)
class Said:
    """Of one indicator's readings, draw by draw; arrays (sample, reading), as the model sees them.

    Attributes
    ----------
    alone : array
        Expected from the factor and the sub-constraint alone: no deviation, no noise.
    expected : array
        The same with the indicator's own slow deviation: as fitted.
    replicated : array
        A reading of that period anew, noise included.
    """

    alone: Array
    expected: Array
    replicated: Array


def readings(
    given: Mapping[str, Array],
    design: Design,
    catalogue: Mapping[str, Indicator],
    seed: int,
) -> xr.Dataset:
    """Statistics of every reading in the fit, by indicator and then in the order of time.

    ``given`` is what ``known`` makes of the draws.
    """
    rng = default_rng([seed, STREAM])
    found = [(name, row.observation) for name, rows in design.rows.items() for row in rows]
    alone, predictive = (np.zeros((len(STATISTICS), len(found))) for _ in range(2))
    first = 0
    for name, rows in design.rows.items():
        if not rows:
            continue
        draw = measured if name in design.coords["measure"] else counted
        said = as_read(draw(name, given, design, rng), rows, catalogue[name])
        here = slice(first, first := first + len(rows))
        alone[:, here] = _statistics(said.alone, said.alone)
        predictive[:, here] = _statistics(said.expected, said.replicated)
    return xr.Dataset(
        {
            "factor_alone": (("statistic", "reading"), alone),
            "predictive": (("statistic", "reading"), predictive),
        },
        coords={
            "statistic": list(STATISTICS),
            "indicator": ("reading", np.array([name for name, _ in found], dtype=str)),
            "period": ("reading", np.array([one.period for _, one in found], dtype=str)),
            "observed": ("reading", np.array([one.raw for _, one in found], dtype=np.float64)),
        },
    )


def known(factors: Array, draws: Draws, layout: Layout) -> dict[str, Array]:
    """Parameters in their own units and paths, one row a draw.

    ``factors`` (sample, factor, month) are the paths of the draws.
    """
    given = layout.natural(draws.x.reshape(-1, draws.x.shape[-1]))
    return given | {"factors": factors, "running": running(factors)}


@dataclass(frozen=True)
class Block:
    """One Gaussian indicator, given the parameters and paths of each draw (sample, reading).

    Attributes
    ----------
    seen : array
        What factor and shared sub-constraint say of each reading, without the level.
    left : array
        What they leave of the readings: level, slow deviation and noise.
    kernel : array (reading, reading)
        Covariance of a slow deviation of variance 1.
    slow, mine : arrays (sample, 1)
        Variances of its own deviation, and of its sub-constraint's where integrated out.
    noise : array (sample, 1)
        Standard deviation of the noise.
    """

    seen: Array
    left: Array
    kernel: Array
    slow: Array
    mine: Array
    noise: Array


def block(name: str, given: Mapping[str, Array], design: Design) -> Block:
    """The indicator ``name`` as the density sees it.

    Where it alone speaks for its sub-constraint, that one's own path was integrated out together
    with the deviation.
    """
    index = design.coords["measure"].index(name)
    factor, sub = design.data["y_place"][:2, index].astype(np.int64)
    rows = design.rows[name]
    weights = np.array([row.weights for row in rows])
    loading = given["measure_loading"][:, index, None]
    slow = given["deviation_sd"][:, index, None] ** 2
    alone_in_sub = sub >= len(design.coords["shared_sub"])
    mine = (loading * given["sub_deviation_sd"][:, sub, None]) ** 2 if alone_in_sub else 0.0 * slow
    seen = loading * _seen((factor, sub), rows, given, design)
    return Block(
        seen=seen,
        left=np.array([row.observation.value for row in rows]) - seen,
        kernel=weights @ design.deviation_kernel @ weights.T,
        slow=slow,
        mine=mine,
        noise=given["noise_sd"][:, index, None],
    )


def measured(name: str, given: Mapping[str, Array], design: Design, rng: Generator) -> Said:
    """A Gaussian indicator: level and deviation drawn, given all that was read of it.

    Of the sum of its deviation and a sub-constraint's path that was integrated out, the latter
    takes its share of the variance, and the rest is drawn.
    """
    one = block(name, given, design)
    slow, mine, noise = one.slow, one.mine, one.noise
    level, deviation = level_and_deviation(one.left, one.kernel, slow + mine, noise, rng)
    alone = one.seen + level
    expected = alone + deviation
    if mine.any():
        part = mine / (slow + mine)
        rest = np.sqrt(part * slow * np.diag(one.kernel))
        alone += part * deviation + rest * rng.standard_normal(alone.shape)
    return Said(alone, expected, expected + noise * rng.standard_normal(alone.shape))


def level_and_deviation(
    left: Array, kernel: Array, slow: Array, noise: Array, rng: Generator
) -> tuple[Array, Array]:
    """The level, and the deviation at each reading, drawn given ``left`` (sample, reading).

    What is left is level, deviation and noise together. Along the eigenvectors of the deviation's
    covariance readings are independent, with variance ``slow share + noise^2``. Deviations of two
    readings are not drawn together: only statistics of each are asked for.
    """
    share, turn = np.linalg.eigh(kernel)
    share, ones = np.maximum(share, 0.0), turn.sum(axis=0)
    turned = left @ turn
    variance = slow * share + noise**2
    precision = np.sum(ones**2 / variance, axis=1, keepdims=True)
    level = np.sum(turned * ones / variance, axis=1, keepdims=True) / precision
    level += rng.standard_normal(level.shape) / np.sqrt(precision)
    gain = slow * share / variance
    mean = (gain * (turned - level * ones)) @ turn.T
    spread = np.sqrt((gain * noise**2) @ (turn**2).T)
    return level, mean + spread * rng.standard_normal(left.shape)


def counted(name: str, given: Mapping[str, Array], design: Design, rng: Generator) -> Said:
    """A count: its mean with exposure and recall, and events drawn around it; the way of ``live``.

    Its deviation is a parameter of the fit, so that nothing is left to draw but the count itself.
    """
    index = design.coords["counter"].index(name)
    factor, sub = design.data["counter_place"][:, index].astype(np.int64)
    rows, usual = design.rows[name], design.data["usual"][index, : design.n_months]
    slow = design.data["slow_path"][: design.n_months]
    seen = _seen((factor, sub), rows, given, design)
    seen -= (given["factors"][:, factor] @ usual)[:, None]
    if sub >= 0:
        seen -= (given["sub_w"][:, sub] @ (usual @ slow))[:, None]
    own = given["counter_w"][:, index] @ (_looks(rows, design) - usual @ slow).T
    cells = (design.data["cell_place"][:, 0] == index) & (design.data["cells"][:, 1] > 0.0)
    windows = design.data["cell_place"][cells, 3].astype(np.int64)
    recall = np.column_stack([given["recall"], np.ones(len(seen))])  # -1: nothing is missed
    log_mean = given["counter_intercept"][:, index, None] + design.data["cells"][cells, 2]
    log_mean = log_mean + given["counter_loading"][:, index, None] * seen
    alone = np.exp(log_mean) * recall[:, windows]
    expected = alone * np.exp(own)
    alpha = given["dispersion"][:, index, None]
    events = rng.poisson(expected / alpha * rng.standard_gamma(alpha, expected.shape))
    return Said(alone, expected, events.astype(np.float64))


def running(factors: Array) -> Array:
    """Sums of monthly paths before each month; from two of them comes any mean over months."""
    total = np.zeros((*factors.shape[:2], factors.shape[2] + 1))
    np.cumsum(factors, axis=2, out=total[:, :, 1:])
    return total


def _seen(
    place: tuple[int, int], rows: list[Row], given: Mapping[str, Array], design: Design
) -> Array:
    """A factor and a shared sub-constraint's own path, averaged over the months of each reading."""
    factor, sub = place
    first = np.array([row.observation.first for row in rows])
    end = np.array([row.observation.last for row in rows]) + 1
    total = given["running"][:, factor]
    seen = (total[:, end] - total[:, first]) / (end - first)
    if 0 <= sub < len(design.coords["shared_sub"]):
        seen += given["sub_w"][:, sub] @ _looks(rows, design).T
    return np.asarray(seen)


def _looks(rows: list[Row], design: Design) -> Array:
    """What each reading sees of the functions of a slow path."""
    weights = np.array([row.weights for row in rows])
    return np.asarray(weights @ design.data["slow_path"][: design.n_months])


def as_read(said: Said, rows: list[Row], indicator: Indicator) -> Said:
    """The same on the scale on which the readings are published."""
    periods = [Period.parse(row.observation.period) for row in rows]
    n_months = np.array([month_index(p.end) - month_index(p.start) + 1 for p in periods])
    scale = indicator.observation
    alone, expected, replicated = (
        undo(scale, image, n_months) for image in (said.alone, said.expected, said.replicated)
    )
    return Said(alone, expected, replicated)


def _statistics(expected: Array, spread: Array) -> Array:
    """Mean of the one, central 90 % of the other; ends are draws, so that counts stay whole."""
    n = spread.shape[0]
    ends = [math.ceil(0.05 * n) - 1, math.ceil(0.95 * n) - 1]
    ordered = np.partition(np.ascontiguousarray(spread.T), ends, axis=1)
    return np.stack([expected.mean(axis=0), ordered[:, ends[0]], ordered[:, ends[1]]])
