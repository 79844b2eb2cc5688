"""How well the paths of each draw explain a measured indicator, whatever its noise is like.

A draw has a noise and a spread of the slow deviation for every indicator, and a surprising reading
speaks about these first: weights by it would pick out few draws, for a reason that no forecast
depends on. So the two are integrated out, given paths and loading. It is the same posterior, looked
at without them; draws keep more of their weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite import hermgauss

from forecaster.model import likelihood
from forecaster.model.basis import Array
from forecaster.model.geometry import noise_prior
from forecaster.model.likelihood import Contrasts, Paths
from forecaster.model.observed import Observation
from indicators.spec import Indicator
from priors import LogNormal, Priors

REACH = 5.0  # standard deviations of the prior, both ways
STEP = 0.5  # of the log of deviation over noise, as variances
NEWTON = 8
NODES, WEIGHTS = hermgauss(5)
TABLE = 96  # places between which the integral over the noise is interpolated
WIDEST = 12.0  # logs of a sum of squares from the least to the greatest; else it is integrated


@dataclass(frozen=True)
class Scales:
    """Priors of an indicator's noise and of its slow deviation: log medians and log sds."""

    noise: tuple[float, float]
    slow: tuple[float, float]


def scales(one: Indicator, priors: Priors) -> Scales:
    """As the priors room states them."""
    noise, slow = noise_prior(one, priors), priors.parameters["deviation_sd"]
    if not isinstance(slow, LogNormal):
        raise TypeError("deviation_sd must be lognormal: it scales something")
    return Scales((np.log(noise.median), noise.log_sd), (np.log(slow.median), slow.log_sd))


def of_contrasts(seen: Contrasts, given: Scales) -> Array:
    """Log-likelihood of an indicator's contrasts, shape (sample,), up to a constant.

    With r the ratio of the variances of deviation and noise, sums of squares depend on r alone. So
    r runs over a grid, and for each the log of the noise is integrated around its own mode: the
    integrand is log-concave there.
    """
    (centre, sd), (slow_centre, slow_sd) = given.noise, given.slow
    middle, width = 2.0 * (slow_centre - centre), 2.0 * np.hypot(sd, slow_sd)
    points = max(round(2.0 * REACH * width / STEP), round(4.0 * REACH)) + 1
    log_ratio = np.linspace(middle - REACH * width, middle + REACH * width, points)
    inflated = 1.0 + np.exp(log_ratio)[:, None] * seen.share
    squares = seen.miss**2 @ (1.0 / inflated).T
    found = -0.5 * seen.weight * np.sum(np.log(inflated), axis=1) + _over_noise(
        0.5 * seen.weight * squares,
        seen.weight * seen.miss.shape[1],
        (centre, sd),
        (slow_centre - 0.5 * log_ratio, slow_sd),
    )
    return np.asarray(np.logaddexp.reduce(found, axis=1))


def _over_noise(
    half: Array, n: float, one: tuple[float, float], other: tuple[Array, float]
) -> Array:
    """Log of the integral of exp(-half e^(-2u) - n u) over u with two normal densities.

    ``half`` is (sample, ratio). For each ratio it is a smooth function of the log of ``half``, so
    that for many samples it is integrated at some places and interpolated between them.
    """
    log_half = np.log(np.maximum(half, 1e-300))
    low, high = log_half.min(axis=0), log_half.max(axis=0)
    if len(half) < 2 * TABLE or np.max(high - low) > WIDEST:
        return _integral(half, n, one, other)
    step = np.maximum(high - low, 1e-6) / (TABLE - 3)
    places = low + step * np.arange(-1.0, TABLE - 1.0)[:, None]
    return _between(_integral(np.exp(places), n, one, other), (log_half - low) / step)


def _between(table: Array, where: Array) -> Array:
    """Cubic interpolation by column; ``where`` counts steps from the second row of ``table``."""
    first = np.clip(where.astype(np.int64), 0, len(table) - 4)
    t = where - first
    column = np.arange(table.shape[1])
    a, b, c, d = (table[first + k, column] for k in range(4))
    return np.asarray(
        b
        + t * (c - a / 3.0 - b / 2.0 - d / 6.0)
        + t**2 * ((a + c) / 2.0 - b)
        + t**3 * ((d - a) / 6.0 + (b - c) / 2.0)
    )


def _integral(half: Array, n: float, one: tuple[float, float], other: tuple[Array, float]) -> Array:
    """The same at every place: around the mode, where the integrand is log-concave."""
    tight = 1.0 / one[1] ** 2 + 1.0 / other[1] ** 2
    pull = one[0] / one[1] ** 2 + other[0] / other[1] ** 2
    apart = 0.5 * (one[0] - other[0]) ** 2 / (one[1] ** 2 + other[1] ** 2)
    rest = pull / tight
    # Newton's way from the left, where the slope is steep, goes up without overshooting.
    u = np.minimum(0.5 * np.log(np.maximum(2.0 * half / max(n, 1e-9), 1e-300)), rest)
    for _ in range(NEWTON):
        rise = 2.0 * half * np.exp(-2.0 * u)
        u = u + (rise - n - tight * (u - rest)) / (2.0 * rise + tight)
    spread = np.sqrt(2.0 / (4.0 * half * np.exp(-2.0 * u) + tight))
    total = np.full(half.shape, -np.inf)
    for node, weight in zip(NODES, WEIGHTS, strict=True):
        at = u + spread * node
        value = -half * np.exp(-2.0 * at) - n * at - 0.5 * tight * (at - rest) ** 2
        total = np.logaddexp(total, value + np.log(weight) + node**2)
    return np.asarray(total + np.log(spread) - apart)


def of_indicator(
    one: Indicator,
    found: list[Observation],
    paths: Paths,
    priors: Priors,
    seen: Array | None = None,
) -> Array:
    """The log-likelihood of an indicator's observations, with its noise integrated out.

    Counts, and an indicator that alone speaks for a sub-constraint, are taken as they were drawn.
    ``seen`` is the path over the months of each (``likelihood.seen_by``), if it is known already.

    Raises
    ------
    KeyError
        If the draws know nothing of the indicator.
    """
    measured = one.observation.likelihood == "normal" and one.id in paths.coords["measure"]
    if not measured or likelihood.own_sub(one, paths) is not None:
        return likelihood.of_indicator(one, found, paths, seen)
    told = likelihood.contrasts(one, found, paths, seen)
    if told is None:
        return np.zeros(len(paths.factors))
    return of_contrasts(told, scales(one, priors))
