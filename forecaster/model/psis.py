"""Importance weights with a smoothed tail, and how far they can be trusted.

The method of Vehtari, Simpson, Gelman, Yao and Gabry (JMLR 2024): the largest weights are replaced
by the expected order statistics of a generalised Pareto distribution that is fitted to them by the
way of Zhang and Stephens (2009). Written here because ArviZ, which the fit's own checks use and
which a test holds this against, takes longer to import than a provisional forecast may take.
"""

from __future__ import annotations

import numpy as np

from forecaster.model.basis import Array

EQUAL = 1e-9
SHORTEST = 5  # weights in a tail of which a shape can be told
TIGHT, CENTRE = 10.0, 0.5  # a weak prior of the shape, worth ten weights
PRIOR_REACH, FEWEST = 3.0, 30


def smoothed(log_weights: Array) -> tuple[Array, float]:
    """Log weights that sum to 1, their tail smoothed, and k-hat; equal ones have none."""
    n = len(log_weights)
    if np.ptp(log_weights) < EQUAL:
        return np.full(n, -np.log(n)), 0.0
    found = log_weights - log_weights.max()
    order = np.argsort(found, kind="stable")
    length = min(n // 5, int(3.0 * np.sqrt(n)))
    cutoff = max(float(found[order[-length - 1]]), float(np.log(np.finfo(float).tiny)))
    tail = order[found[order] > cutoff]
    k_hat = np.inf
    if len(tail) >= SHORTEST:
        above = np.exp(found[tail]) - np.exp(cutoff)
        k_hat, scale = _fit(above)
        if np.isfinite(k_hat):
            rank = (np.arange(len(tail)) + 0.5) / len(tail)
            found[tail] = np.minimum(np.log(np.exp(cutoff) + _quantile(rank, k_hat, scale)), 0.0)
    return np.asarray(found - np.logaddexp.reduce(found)), float(k_hat)


def share_kept(log_weights: Array) -> float:
    """Effective share of the draws, from log weights that sum to 1."""
    return float(np.exp(-np.log(len(log_weights)) - np.logaddexp.reduce(2.0 * log_weights)))


def _fit(above: Array) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution of sorted exceedances."""
    n = len(above)
    quartile = above[int(n / 4 + 0.5) - 1]
    if quartile <= above[0]:
        return np.inf, np.nan  # several alike: no such distribution, and nothing to trust
    points = FEWEST + int(np.sqrt(n))
    lower = 1.0 - np.sqrt(points / (np.arange(points) + 0.5))
    lower = lower / (PRIOR_REACH * quartile) + 1.0 / above[-1]
    shape = np.mean(np.log1p(-lower[:, None] * above), axis=1)
    profile = n * (np.log(-lower / shape) - shape - 1.0)
    weight = np.exp(profile - np.logaddexp.reduce(profile))
    turn = float(weight @ lower)
    found = float(np.mean(np.log1p(-turn * above)))
    return (n * found + TIGHT * CENTRE) / (n + TIGHT), -found / turn


def _quantile(p: Array, shape: float, scale: float) -> Array:
    if abs(shape) < EQUAL:
        return np.asarray(-scale * np.log1p(-p))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-p)) / shape)
