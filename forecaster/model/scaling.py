"""What prior and readings each say of every draw, and how far a quantity follows either.

Power-scaling (Kallioinen and others 2024): raise one of the two to a power near one, weigh the
draws accordingly, and see how far a quantity's distribution moves. Only parameters with a prior of
their own are scaled; of paths, loadings and levels that is done through those above them. Where
many terms add up, chance alone moves the weighed draws: the same is done with the terms shuffled,
and what does not stand out from that says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from arviz_stats.base import array_stats

from forecaster.model import likelihood
from forecaster.model.basis import Array
from forecaster.model.geometry import noise_prior
from forecaster.model.moment import Moment
from forecaster.model.news import survival
from forecaster.model.observed import observations
from forecaster.model.outcome import ASSUMED, UPDATED
from forecaster.model.reopen import Reopened
from indicators.spec import Indicator
from priors import Beta, LogNormal, Normal, Prior, Priors

ALPHAS = (0.99, 1.01)
COUNTS = 0.05
SHUFFLES = 10
STREAM = 2024  # of random numbers, beside those of ``outcome``, ``fitted`` and ``reopen``
CONSTANT = 1e-12
SCALARS = (*UPDATED, *ASSUMED)
#: The scales of indicators, taken together: there are dozens, and none is about the pair.
MEASURED = "indicators"


def log_density(prior: Prior, draws: Array) -> Array:
    """Log density up to a constant, of the logarithm where a parameter is positive.

    Raises
    ------
    TypeError
        If nothing is learned about it, or its kind has no place in the live model.
    """
    match prior:
        case Normal():
            return np.asarray(-0.5 * ((draws - prior.mean) / prior.sd) ** 2 - np.log(prior.sd))
        case LogNormal():
            z = (np.log(draws) - np.log(prior.median)) / prior.log_sd
            return np.asarray(-0.5 * z**2 - np.log(prior.log_sd))
        case Beta():
            one, other = prior.alpha - 1.0, prior.beta - 1.0
            return np.asarray(one * np.log(draws) + other * np.log1p(-draws))
        case _:
            raise TypeError(f"no draw moves with a prior that is {prior.distribution}")


def log_priors(
    given: Reopened, catalogue: Mapping[str, Indicator], priors: Priors
) -> dict[str, Array]:
    """Log prior of each draw, by parameter, and that of the indicators' scales together."""
    named = given.paths.named
    found = {name: log_density(priors.parameters[name], named[name]) for name in SCALARS}
    scales = [
        (priors.parameters["loading_mean"], named["loading_mean"]),
        (priors.parameters["deviation_sd"], named["deviation_sd"]),
        (priors.parameters["deviation_sd"], named["counter_deviation_sd"]),
        (priors.parameters["sub_deviation_sd"], named["sub_deviation_sd"]),
    ]
    for kind, name in (("measure", "noise_sd"), ("counter", "dispersion")):
        scales += [
            (noise_prior(catalogue[one], priors), named[name][:, k])
            for k, one in enumerate(given.paths.coords[kind])
        ]
    found[MEASURED] = sum(
        (log_density(prior, draws).reshape(len(draws), -1).sum(axis=1) for prior, draws in scales),
        np.zeros(len(given.paths.factors)),
    )
    return found


def log_likelihood(
    given: Reopened, moment: Moment, catalogue: Mapping[str, Indicator], priors: Priors
) -> Array:
    """Log-likelihood of each draw: every reading, and the months without an exit."""
    found = observations(moment.readings, dict(catalogue), given.paths.n_months - 1)
    total = survival(given, moment, priors)
    for name, rows in found.items():
        total = total + likelihood.of_indicator(catalogue[name], rows, given.paths)
    return total


@dataclass(frozen=True)
class Follows:
    """How far a quantity moves when a part is scaled, and how far chance alone would move it."""

    value: float
    noise: float

    @property
    def stands_out(self) -> bool:
        """Whether it is more than chance, and as much as counts."""
        return self.value >= COUNTS and self.value > self.noise


def follows(quantity: Array, log_part: Array, seed: int) -> Follows:
    """How far a quantity follows one part; both (chain, draw), nothing where one cannot vary."""
    if quantity.std() <= CONSTANT or log_part.std() <= CONSTANT:
        return Follows(0.0, 0.0)
    rng = np.random.default_rng([seed, STREAM])
    shuffled = (rng.permutation(log_part.ravel()).reshape(log_part.shape) for _ in range(SHUFFLES))
    noise = max(_sensitivity(quantity, one) for one in shuffled)
    return Follows(_sensitivity(quantity, log_part), noise)


def _sensitivity(quantity: Array, log_part: Array) -> float:
    lower, upper = (_weights(log_part, alpha) for alpha in ALPHAS)
    axes = {"chain_axis": 0, "draw_axis": 1}
    return float(array_stats.power_scale_sense(quantity, lower, upper, *ALPHAS, **axes))


def _weights(log_part: Array, alpha: float) -> Array:
    log_weights = array_stats.power_scale_lw(log_part, alpha=alpha, axis=(0, 1))
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())
