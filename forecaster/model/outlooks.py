"""Where the headline would go after a reading that is still to come.

Given a draw, the reading follows from ``predictive``; so a value, once read, weighs the draws by
how likely each made it. Values are taken at even steps of what the draws expect together, and for
each the weighted mean of the headline is where it would go. Before the reading comes the average
over all values is the headline itself: news cannot be foreseen, only its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from forecaster.model import psis, shapley
from forecaster.model.basis import Array
from forecaster.model.observed import undo
from forecaster.model.predictive import Counted, Measured, counts
from indicators.spec import Indicator

VALUES = 25
SHOWN = (0.1, 0.5, 0.9)  # quantiles of the reading that are told
TEMPER = 1e-12
K_HAT_LIMIT = 0.7


@dataclass(frozen=True)
class After:
    """One value that the reading may take, and what the headline would be."""

    value: float
    headline: float
    mcse: float
    k_hat: float


@dataclass(frozen=True)
class Outlook:
    """What a reading may do.

    Attributes
    ----------
    move : float
        Expected absolute change of the headline, as a fraction; near 0 where it is only noise.
    mcse : float
        Its Monte Carlo standard error.
    shown : list of After
        After a low, an expected and a high reading.
    """

    move: float
    mcse: float
    shown: list[After]


def outlook(
    one: Indicator,
    said: Measured | Counted,
    n_months: int,
    headline: Array,
    chains: int,
    rng: np.random.Generator,
) -> Outlook:
    """What the next reading may do; ``said`` is how each draw expects it.

    Values that are told have their Monte Carlo error beside them, as of independent draws.
    """
    image = _sampled(said, rng)
    values = np.quantile(image, (np.arange(VALUES) + 0.5) / VALUES, method="inverted_cdf")
    told = np.quantile(image, SHOWN, method="inverted_cdf")
    groups = shapley.chain_groups(chains, len(headline) // chains)
    move, mcse = expected_move(log_likelihood(said, values), headline, groups)
    shown = []
    for value, raw in zip(told, _raw(one, said, told, n_months), strict=True):
        weights, k_hat = psis.smoothed(log_likelihood(said, np.array([value]))[0])
        each = np.exp(weights)
        mean = float(each @ headline)
        error = float(np.sqrt(np.sum((each * (headline - mean)) ** 2)))
        shown.append(After(float(raw), mean, error, k_hat))
    return Outlook(move, mcse, shown)


def log_likelihood(said: Measured | Counted, values: Array) -> Array:
    """Log of how likely each draw makes each value, shape (value, sample), up to a constant."""
    y = values[:, None]
    if isinstance(said, Measured):
        return np.asarray(-0.5 * ((y - said.mean) / said.sd) ** 2 - np.log(said.sd))
    size, mean = said.alpha, np.maximum(said.mean, TEMPER)
    return np.asarray(
        gammaln(y + size)
        - gammaln(size)
        - gammaln(y + 1.0)
        + size * np.log(size / (size + mean))
        + y * np.log(mean / (size + mean))
    )


def expected_move(log_weights: Array, headline: Array, groups: int) -> tuple[float, float]:
    """Expected absolute change over the values (first axis), and the noise in one change.

    Noise makes changes look larger than they are: their mean square is theirs and that of the
    noise, which the jackknife over groups of draws measures. So that is taken off.
    """
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    weights = weights.reshape(len(weights), groups, -1)
    value = headline.reshape(groups, -1)
    hit, total = np.einsum("vgs,gs->vg", weights, value), weights.sum(axis=2)
    plain, whole = value.mean(axis=1), slice(None)
    change = _changes(hit, total, plain, whole)
    everybody = np.arange(groups)
    without = [_changes(hit, total, plain, np.delete(everybody, k)) for k in everybody]
    noise = float(np.mean(shapley.jackknife(np.array(without)) ** 2))
    seen = float(np.mean(change**2))
    if seen == 0.0:
        return 0.0, float(np.sqrt(noise))
    shape = float(np.mean(np.abs(change))) / np.sqrt(seen)
    return float(shape * np.sqrt(max(seen - noise, 0.0))), float(shape * np.sqrt(noise))


def _changes(hit: Array, total: Array, plain: Array, kept: Any) -> Array:
    """The change of the headline after each value, from some groups of the draws."""
    moved = hit[:, kept].sum(axis=1) / total[:, kept].sum(axis=1)
    return np.asarray(moved - plain[kept].mean())


def _sampled(said: Measured | Counted, rng: np.random.Generator) -> Array:
    if isinstance(said, Counted):
        return counts(said, rng)
    return np.asarray(said.mean + said.sd * rng.standard_normal(said.mean.shape))


def _raw(one: Indicator, said: Measured | Counted, values: Array, n_months: int) -> Array:
    if isinstance(said, Counted):
        return values
    return undo(one.observation, values, np.full(len(values), n_months))
