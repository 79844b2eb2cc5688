"""What a fit expects of every reading from all the others: predictions that did not see it.

A fit is made once, with all readings. Leaving one out divides the weight of each draw by how likely
the draw finds that reading, given the others. For a measured indicator that likelihood is exact:
level and slow deviation are Gaussian given the draw, and so is a reading given the others. The
weights are smoothed at their tail by a generalised Pareto distribution (PSIS, of ArviZ); its shape
``pareto_k`` says how far they can be trusted: above 0.7 a reading pulls so much that only a fit
without it could tell.

Random numbers are of their own, so that no other result moves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats
from numpy.random import Generator, default_rng
from scipy.stats import nbinom

from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.fitted import STATISTICS, Block, Said, as_read, block, counted
from indicators.spec import Indicator

STREAM = 1995  # of random numbers, beside those of ``outcome``, ``fitted`` and ``reopen``
TAIL = 0.05


def readings(
    given: Mapping[str, Array],
    design: Design,
    catalogue: Mapping[str, Indicator],
    seed: int,
) -> xr.Dataset:
    """Statistics of every reading as the others predict it, in the order of ``fitted.readings``.

    A reading without others of its indicator has no prediction: its level is unknown; it gets NaN.
    """
    rng = default_rng([seed, STREAM])
    n = sum(len(rows) for rows in design.rows.values())
    found, shape = np.full((len(STATISTICS), n), np.nan), np.full(n, np.nan)
    first = 0
    for name, rows in design.rows.items():
        if not rows:  # an indicator that nobody had read yet
            continue
        here = slice(first, first := first + len(rows))
        weight = catalogue[name].observation.weight
        if name in design.coords["counter"]:
            said, likelihood = count(name, given, design, rng)
        elif len(rows) > 1:
            said, likelihood = measure(block(name, given, design), rng)
        else:
            continue
        said = as_read(said, rows, catalogue[name])
        found[:, here], shape[here] = weighed(weight * likelihood, said.expected, said.replicated)
    return xr.Dataset(
        {
            "left_out": (("statistic", "reading"), found),
            "pareto_k": (("reading",), shape),
        }
    )


def measure(one: Block, rng: Generator) -> tuple[Said, Array]:
    """Each reading of a Gaussian indicator given its others, draw by draw; its log density."""
    miss, precision = missed(one.left, one.kernel, one.slow + one.mine, one.noise)
    mean = one.seen + one.left - miss
    known_to = np.sqrt(np.maximum(1.0 / precision - one.noise**2, 0.0))
    expected = mean + known_to * rng.standard_normal(mean.shape)
    replicated = expected + one.noise * rng.standard_normal(mean.shape)
    density = 0.5 * (np.log(precision / (2.0 * np.pi)) - precision * miss**2)
    return Said(mean, expected, replicated), density


def missed(left: Array, kernel: Array, slow: Array, noise: Array) -> tuple[Array, Array]:
    """By how much the others miss each reading, and how precisely they tell of it.

    From the inverse ``Q`` of the covariance, a level of which nothing is known taken out: a reading
    less its mean given the others is ``(Q y)_i / Q_ii``, with variance ``1 / Q_ii``.
    """
    share, turn = np.linalg.eigh(kernel)
    ones = turn.sum(axis=0)
    inverse = 1.0 / (slow * np.maximum(share, 0.0) + noise**2)
    turned = left @ turn
    about_level = np.sum(ones**2 * inverse, axis=1, keepdims=True)
    level = np.sum(turned * ones * inverse, axis=1, keepdims=True) / about_level
    of_ones = (ones * inverse) @ turn.T
    precision = inverse @ (turn**2).T - of_ones**2 / about_level
    pulled = ((turned - level * ones) * inverse) @ turn.T
    return pulled / precision, precision


def count(
    name: str, given: Mapping[str, Array], design: Design, rng: Generator
) -> tuple[Said, Array]:
    """Counts are independent given a draw: the same as fitted, and the log density of each."""
    said = counted(name, given, design, rng)
    alpha = given["dispersion"][:, design.coords["counter"].index(name), None]
    seen = np.array([row.observation.raw for row in design.rows[name]])
    return said, np.asarray(nbinom.logpmf(seen, alpha, alpha / (alpha + said.expected)))


def weighed(likelihood: Array, expected: Array, spread: Array) -> tuple[Array, Array]:
    """Mean of ``expected`` and central 90 % of ``spread`` (sample, reading) without each reading.

    ``likelihood`` is the log density of the reading in each draw, as far as it entered the fit.
    Also the shape of the weights' tail, by reading.
    """
    smoothed = [_smoothed(column) for column in likelihood.T]
    weights = np.array([one for one, _ in smoothed])
    shape = np.array([tail for _, tail in smoothed])
    order = np.argsort(spread.T, axis=1, kind="stable")
    ordered = np.take_along_axis(spread.T, order, axis=1)
    total = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    ends = [
        np.take_along_axis(ordered, np.argmax(total >= level, axis=1)[:, None], axis=1)[:, 0]
        for level in (TAIL, 1.0 - TAIL)
    ]
    return np.stack([np.sum(weights * expected.T, axis=1), *ends]), shape


def _smoothed(likelihood: Array) -> tuple[Array, float]:
    """Weights of the draws without one reading, and the shape of their tail."""
    if np.ptp(likelihood) < np.finfo(float).eps:  # all alike: there is no tail to smooth
        return np.full(len(likelihood), 1.0 / len(likelihood)), 0.0
    logs, shape = array_stats.psislw(likelihood)  # takes the inverse itself
    weights = np.exp(logs - logs.max())
    return weights / weights.sum(), float(shape)
