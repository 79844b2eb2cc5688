"""How far the data fix each part of the model, before any fit: the coordinates of the sampler.

At nominal noise, deviations and loadings the posterior of the processes is Gaussian, so what the
data will leave open is known beforehand. What they fix is drawn as a whole, what they leave open is
drawn as its prior states it. All of this changes the shape that the sampler sees, never the
posterior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecaster.belief import DRIVERS, FACTORS
from forecaster.model.basis import Array
from forecaster.model.blocks import Row, rotate, sub_of
from indicators.spec import Indicator
from priors import LogNormal, Priors


@dataclass(frozen=True)
class Seen:
    """Rows of every indicator, and the paths that they see: basis, shocks, slow own paths."""

    rows: Mapping[str, list[Row]]
    evidence: Mapping[str, Indicator]
    priors: Priors
    basis: Array
    shock: Array
    slow: Array
    hits: Array
    kernel: Array

    def paths(self, factor: str) -> Array:
        """What a factor is made of, (month, basis + shock); columns of other shocks are zero."""
        return np.hstack([self.basis, self.shock * self.hit(factor)])

    def hit(self, factor: str) -> Array:
        """Which shocks hit a factor: ones and zeros."""
        index = FACTORS.index(factor)
        return self.hits[index] if index < len(DRIVERS) else np.zeros(self.shock.shape[1])

    def variance(self, factor: str) -> Array:
        """Prior variance of what a factor is made of; an idle shock has variance 1."""
        mean, scale = (self.priors.parameters[n].mean for n in ("shock_mean", "shock_scale"))
        sizes = np.where(self.hit(factor) > 0, mean**2 + scale**2, 1.0)
        return np.concatenate([np.ones(self.basis.shape[1]), sizes])

    def on(self, factor: str) -> list[str]:
        """Indicators of a factor that have readings."""
        return [i for i, o in self.evidence.items() if o.informs.factor == factor and self.rows[i]]


def coordinates(seen: Seen, coords: Mapping[str, list[str]]) -> dict[str, Array]:
    """Every array that shapes the sampler's coordinates, by the name of its ``pm.Data``."""
    whiten = np.array([_whitening(seen, factor) for factor in FACTORS])
    width = seen.basis.shape[1]
    centred = np.array([np.eye(width) - (whiten[k] @ whiten[k].T)[:width, :width] for k in (1, 2)])
    own = np.array([_own_known(seen, sub) for sub in coords["shared_sub"]])
    n_slow = seen.slow.shape[1]
    own = own.reshape(-1, n_slow, n_slow)
    return {
        "whiten": whiten,
        "centred": centred,
        "information": _shares(centred),
        "sub_known": own,
        "sub_information": _shares(own),
        "measure_known": np.array([_loading_known(seen, i) for i in coords["measure"]]),
        "counter_known": np.array([_loading_known(seen, i) for i in coords["counter"]]),
    }


def _shares(known: Array) -> Array:
    """Eigenvalues of what is known, as shares."""
    if not known.size:
        return np.zeros(known.shape[:2])
    return np.asarray(np.clip(np.linalg.eigvalsh(known), 0.0, 1.0))


def _whitening(seen: Seen, factor: str) -> Array:
    """Square root of a factor's nominal posterior covariance, over basis and shocks."""
    precision = np.diag(1.0 / seen.variance(factor))
    for name in seen.on(factor):
        precision += _information(seen, name, seen.paths(factor))
    values, vectors = np.linalg.eigh(precision)
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T)


def _own_known(seen: Seen, sub: str) -> Array:
    """How far the data fix a sub-constraint's own path: 1 less posterior over prior covariance.

    Its family's path is open too, so the two are weighed jointly.
    """
    family = sub.split("/", maxsplit=1)[0]
    n_slow, prior = seen.slow.shape[1], seen.priors.parameters["sub_deviation_sd"]
    if not isinstance(prior, LogNormal):
        raise TypeError("sub_deviation_sd must be lognormal: it scales something")
    subs = sorted({s for name in seen.on(family) if (s := sub_of(seen.evidence[name]))} | {sub})
    width = seen.basis.shape[1]
    variance = np.concatenate([np.ones(width), np.full(n_slow * len(subs), prior.median**2)])
    precision = np.diag(1.0 / variance)
    for name in seen.on(family):
        own = [seen.slow * float(sub_of(seen.evidence[name]) == one) for one in subs]
        precision += _information(seen, name, np.hstack([seen.basis, *own]))
    first = width + n_slow * subs.index(sub)
    block = slice(first, first + n_slow)
    left = np.linalg.inv(precision)[block, block] / prior.median**2
    return np.asarray(np.eye(n_slow) - 0.5 * (left + left.T))


def _loading_known(seen: Seen, name: str) -> float:
    """How far the data fix a loading: the share of its nominal information in the whole."""
    rows, one = seen.rows[name], seen.evidence[name]
    tau = seen.priors.parameters["loading_tau"]
    if not isinstance(tau, LogNormal):
        raise TypeError("loading_tau must be lognormal: it scales something")
    if not rows:
        return 0.0
    factor = one.informs.factor
    paths = seen.paths(factor) * np.sqrt(seen.variance(factor))
    found = float(np.trace(_information(seen, name, paths)))
    return found / (found + 1.0 / tau.median**2)


def _information(seen: Seen, name: str, paths: Array) -> Array:
    """Nominal information of one indicator's rows on the coefficients of ``paths``."""
    rows, one, priors = seen.rows[name], seen.evidence[name], seen.priors
    weights = np.array([row.weights for row in rows])
    looks, loading = weights @ paths, priors.parameters["loading_mean"].mean
    kernel = priors.parameters["deviation_sd"].mean ** 2 * seen.kernel
    if one.observation.likelihood == "normal":
        rotation, spread = rotate(weights, kernel)
        looks = rotation.T @ looks
        total = np.diag(spread + noise_prior(one, priors).median ** 2)
    else:
        rate = np.mean([row.observation.raw for row in rows]) + 0.05
        total = weights @ kernel @ weights.T + np.diag(np.full(len(rows), 1.0 / rate + 0.3))
        total += priors.settings["count_intercept_sd"] ** 2
    information = looks.T @ np.linalg.solve(total, looks)
    return np.asarray(loading**2 * one.observation.weight * information)


def noise_prior(indicator: Indicator, priors: Priors) -> LogNormal:
    """The prior of the indicator's noise: a standard deviation, or a dispersion for counts."""
    name = priors.noise_classes[indicator.informs.noise].scale
    prior = priors.parameters[name]
    if not isinstance(prior, LogNormal):
        raise TypeError(f"parameter {name} scales a noise class; it must be lognormal")
    return prior
