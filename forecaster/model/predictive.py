"""What the draws of a fit say of readings that are still to come.

Given a draw, a reading to come follows from what was read of its indicator, and from the paths of
its factor and sub-constraint, which go on by their own processes with shocks at the forecast's own
rate. A measured indicator's level and slow deviation were integrated out of the fit: given the draw
they are Gaussian, and so is the reading (universal kriging, the level being the unknown mean). A
count's deviation is a path of the draw and goes on like the others; the count is negative binomial,
with the exposure and the recall of the window that its period lies in.

A mixture of these over the draws is the predictive distribution. Random numbers are of their own,
by indicator and period, so that no reading's draws depend on which others were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.random import Generator, default_rng

from forecaster.model.basis import Array
from forecaster.model.blocks import rows_of
from forecaster.model.grid import month_index
from forecaster.model.likelihood import Paths, log_mean, own_sub, seen_by
from forecaster.model.observed import Observation, undo
from forecaster.model.reopen import Reopened, at_month
from indicators.period import Period
from indicators.spec import Indicator

STREAM = 1996  # of random numbers, beside those of ``outcome``, ``fitted`` and ``reopen``


class Unpredictable(ValueError):
    """Nothing can be said of that reading; says why."""


@dataclass(frozen=True)
class Measured:
    """A reading as each draw expects it, on the model's scale: normal, arrays (sample,)."""

    mean: Array
    sd: Array


@dataclass(frozen=True)
class Counted:
    """A count as each draw expects it: negative binomial with size ``alpha``, arrays (sample,)."""

    mean: Array
    alpha: Array


def next_reading(
    one: Indicator, found: list[Observation], given: Reopened, period: Period, seed: int
) -> Array:
    """A reading of that period as each draw predicts it, shape (sample,), in its own unit.

    Entry i belongs to draw i of ``given``: together with what else that draw says, it tells how
    the two go together. ``found`` are the indicator's readings that the fit knew. Paths go on to
    the end of the period by themselves; who asks for many readings calls ``lengthened`` once.

    Raises
    ------
    Unpredictable
        If the fit does not know the indicator, nothing was read of a measured one, or no window of
        a count holds the period.
    """
    said = of_draws(one, found, given, period, seed)
    rng = default_rng([seed, STREAM, crc32(one.id.encode()), crc32(period.text.encode())])
    if isinstance(said, Counted):
        return counts(said, rng)
    image = said.mean + said.sd * rng.standard_normal(said.mean.shape)
    return undo(one.observation, image, np.array(months_of(period)))


def counts(said: Counted, rng: Generator) -> Array:
    """One count of each draw."""
    rate = said.mean / said.alpha * rng.standard_gamma(said.alpha)
    return rng.poisson(rate).astype(np.float64)


def of_draws(
    one: Indicator, found: list[Observation], given: Reopened, period: Period, seed: int
) -> Measured | Counted:
    """The distribution of a reading of that period, given each draw.

    Raises
    ------
    Unpredictable
        As ``next_reading``.
    """
    target = asked(one, period)
    grid = lengthened(given, target.last + 1, seed)
    kind = "measure" if one.observation.likelihood == "normal" else "counter"
    if one.id not in grid.paths.coords[kind]:
        raise Unpredictable(f"the fit does not know {one.id}")
    if kind == "measure":
        return _measured(one, found, target, grid.paths)
    index = list(grid.paths.coords["counter"]).index(one.id)
    mean = np.exp(log_mean(one, [target], grid.paths)[:, 0])
    return Counted(mean, grid.paths.named["dispersion"][:, index])


def lengthened(given: Reopened, n_months: int, seed: int) -> Reopened:
    """The draws on a grid of at least so many months; those to come may bring shocks."""
    if n_months <= given.paths.n_months:
        return given
    return at_month(given, n_months, seed, shocks=True)


def thinned(given: Reopened, most: int) -> Reopened:
    """Every so many of the draws, so that at most ``most`` are left; neighbours say much the same.

    For what is summed up over draws; what goes with the draws of a forecast one by one needs all.
    """
    step = -(-len(given.paths.factors) // most)
    rows = slice(None, None, step)
    paths = replace(
        given.paths,
        named={name: one[rows] for name, one in given.paths.named.items()},
        factors=given.paths.factors[rows],
        own_ahead=given.paths.own_ahead[rows],
        deviations_ahead=given.paths.deviations_ahead[rows],
    )
    hazards = {name: one[rows] for name, one in given.hazards.items()}
    return replace(given, paths=paths, state=given.state.part(rows), hazards=hazards)


def asked(one: Indicator, period: Period) -> Observation:
    """The reading of a period, its value apart: the months that it speaks of, and its window.

    Raises
    ------
    Unpredictable
        If it lies before the grid, or no window of a count holds it.
    """
    first, last = month_index(period.start), month_index(period.end)
    if one.observation.kind == "stock":
        first = last
    if first < 0:
        raise Unpredictable(f"{period} lies before the first month of the model")
    window = -1
    if one.observation.likelihood == "negative_binomial":
        holding = [w for w, at in enumerate(one.coverage) if at.holds(period.start, period.end)]
        if not holding:
            raise Unpredictable(f"no coverage window of {one.id} holds {period}")
        window = holding[0]
    return Observation(period.text, first, last, np.nan, np.nan, window)


def months_of(period: Period) -> int:
    """Calendar months from the first day to the last."""
    return month_index(period.end) - month_index(period.start) + 1


def _measured(
    one: Indicator, found: list[Observation], target: Observation, paths: Paths
) -> Measured:
    if not found:
        raise Unpredictable(f"nothing was read of {one.id}: its level is unknown")
    named, index = paths.named, list(paths.coords["measure"]).index(one.id)
    loading = named["measure_loading"][:, index, None]
    seen = loading * seen_by(one, [*found, target], paths)
    slow = named["deviation_sd"][:, index, None] ** 2
    if (own := own_sub(one, paths)) is not None:
        slow = slow + (loading * named["sub_deviation_sd"][:, own, None]) ** 2
    weights = np.array([row.weights for row in rows_of([*found, target], paths.n_months)])
    kernel = weights @ paths.kernel @ weights.T
    left = np.array([row.value for row in found]) - seen[:, :-1]
    off, variance = given_the_others(left, kernel, slow, named["noise_sd"][:, index, None])
    return Measured(seen[:, -1] + off, np.sqrt(variance))


def given_the_others(left: Array, kernel: Array, slow: Array, noise: Array) -> tuple[Array, Array]:
    """Mean and variance of level, deviation and noise together at one more reading.

    ``left`` (sample, reading) is the same at the readings that are known, ``kernel`` the
    deviation's covariance at all of them, the asked one last. Of the level nothing is known but
    what they say.
    """
    share, turn = np.linalg.eigh(kernel[:-1, :-1])
    ones, towards = turn.sum(axis=0), kernel[-1, :-1] @ turn
    inverse = 1.0 / (slow * np.maximum(share, 0.0) + noise**2)
    turned = left @ turn
    precision = np.sum(ones**2 * inverse, axis=1)
    level = np.sum(turned * ones * inverse, axis=1) / precision
    gain = slow * towards * inverse
    mean = level + np.sum(gain * (turned - level[:, None] * ones), axis=1)
    deviation = slow[:, 0] * kernel[-1, -1] - np.sum(gain * slow * towards, axis=1)
    unsure = (1.0 - np.sum(gain * ones, axis=1)) ** 2 / precision
    return mean, np.maximum(deviation, 0.0) + unsure + noise[:, 0] ** 2
