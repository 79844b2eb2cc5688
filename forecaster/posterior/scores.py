"""How well a stated distribution foresaw what came: CRPS, log score, PIT; many at once.

A measured value's distribution is stated by quantiles at fixed levels, far into both tails. Between
two of them it is a piece of a normal one: the normal score of the level is linear in the value. A
normal distribution is thereby exact, and outside the last quantiles the tails go on. A count's is
stated by its probabilities, from 0 on.

CRPS is smaller where better, log score larger. PIT is the share of the distribution below what
came; of a count it is drawn between the shares below and up to it, so that it is uniform if the
distribution is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from forecaster.posterior.levels import LEVELS

Array = NDArray[np.float64]

SCORES: Array = ndtri(np.array(LEVELS))
NARROW = 1e-9  # quantiles that agree are taken apart by this much
LEAST = 1e-12  # no count is given a smaller probability
FLATTEST = 0.995  # ratio of neighbouring probabilities beyond the last that is stated


@dataclass(frozen=True)
class Scored:
    """Scores of many predictions, arrays (prediction,)."""

    crps: Array
    log_score: Array
    pit: Array


def measured(quantiles: Array, value: Array) -> Scored:
    """Scores of values by quantiles at ``LEVELS``, shape (prediction, level)."""
    apart = NARROW * np.arange(quantiles.shape[1])
    knots = np.maximum.accumulate(quantiles, axis=1) + apart
    slope = np.diff(SCORES) / np.diff(knots, axis=1)
    place = np.clip(np.sum(knots <= value[:, None], axis=1) - 1, 0, slope.shape[1] - 1)
    rows = np.arange(len(value))
    steep = slope[rows, place]
    score = SCORES[place] + steep * (value - knots[rows, place])
    density = np.log(steep) - 0.5 * score**2 - 0.5 * np.log(2.0 * np.pi)
    crps = _below(knots, slope, value) + _below(-knots[:, ::-1], slope[:, ::-1], -value)
    return Scored(crps, density, np.asarray(ndtr(score)))


def _below(knots: Array, slope: Array, value: Array) -> Array:
    """The integral of the squared distribution function up to each value."""
    ends = np.concatenate([knots, np.full((len(knots), 1), np.inf)], axis=1)
    starts = np.concatenate([np.full((len(knots), 1), -np.inf), knots], axis=1)
    steep = np.concatenate([slope[:, :1], slope, slope[:, -1:]], axis=1)
    base = np.concatenate([knots[:, :1], knots[:, :-1], knots[:, -1:]], axis=1)
    at = np.concatenate([SCORES[:1], SCORES[:-1], SCORES[-1:]])
    stop = np.minimum(ends, value[:, None])
    high = at + steep * (np.maximum(stop, starts) - base)
    low = np.where(np.isfinite(starts), at + steep * (starts - base), -np.inf)
    pieces = (_squared(high) - _squared(low)) / steep
    return np.asarray(np.sum(np.where(stop > starts, pieces, 0.0), axis=1))


def _squared(z: Array) -> Array:
    """The integral of the squared standard normal distribution function up to z."""
    at = np.maximum(z, -40.0)
    below, density = ndtr(at), np.exp(-0.5 * at**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(
        at * below**2 + 2.0 * density * below - ndtr(np.sqrt(2.0) * at) / np.sqrt(np.pi)
    )


def counted(probabilities: list[Array], value: Array, uniform: Array) -> Scored:
    """Scores of counts by their probabilities; beyond the last they go on falling as they fell.

    ``uniform`` are numbers between 0 and 1, one a prediction, for the PIT.
    """
    found = np.array(
        [_count(p, int(y), u) for p, y, u in zip(probabilities, value, uniform, strict=True)]
    ).reshape(-1, 3)
    return Scored(*found.T)


def _count(p: Array, value: int, uniform: float) -> tuple[float, float, float]:
    p = _extended(p, value + 1)
    below = np.minimum(np.cumsum(p), 1.0)
    came = np.arange(len(p)) >= value
    crps = float(np.sum((below - came) ** 2))
    before = float(below[value - 1]) if value else 0.0
    return crps, float(np.log(max(p[value], LEAST))), float(before + uniform * p[value])


def _extended(p: Array, length: int) -> Array:
    """Probabilities to at least that length, what is left spread as a geometric tail."""
    left = max(1.0 - float(p.sum()), 0.0)
    if len(p) >= length and left < 1e-5:
        return p
    ratio = min(p[-1] / p[-2], FLATTEST) if len(p) > 1 and p[-2] > 0.0 else 0.5
    more = max(length - len(p), 16)
    tail = left * (1.0 - ratio) * ratio ** np.arange(more)
    return np.concatenate([p, tail])


def negative_binomial(mean: float, alpha: float, most: int = 400) -> Array:
    """Its probabilities from 0 on, until hardly anything is left."""
    return mixture(np.array([mean]), np.array([alpha]), most)


def mixture(mean: Array, alpha: Array, most: int = 400) -> Array:
    """Probabilities of a mixture of negative binomials of these means and sizes."""
    share = mean / (alpha + mean)
    one = np.exp(alpha * np.log1p(-share))
    found = [float(one.mean())]
    total = found[0]
    while total < 1.0 - 1e-6 and len(found) < most:
        k = len(found) - 1
        one = one * (k + alpha) / (k + 1.0) * share
        found.append(float(one.mean()))
        total += found[-1]
    return np.array(found)


def quantiles_of_normals(mean: Array, sd: Array) -> Array:
    """Quantiles at ``LEVELS`` of a mixture of normal distributions."""
    middle = float(np.median(mean))
    width = float(np.median(sd)) + float(np.subtract(*np.quantile(mean, [0.75, 0.25])))
    x = middle + width * np.sinh(np.linspace(-6.0, 6.0, 241))
    below = np.array([float(ndtr((at - mean) / sd).mean()) for at in x])
    score = ndtri(below)
    use = np.isfinite(score) & (below > 1e-8) & (below < 1.0 - 1e-8)
    rising = np.maximum.accumulate(score[use]) + NARROW * np.arange(int(use.sum()))
    return np.asarray(np.interp(SCORES, rising, x[use]))
