"""A slow process on the month grid in few numbers, and exact where it matters: at the end.

A factor is an Ornstein-Uhlenbeck process x with stationary sd 1. Its path is ``basis @ w`` with
independent standard normal ``w``: the leading eigenfunctions of the process up to ``n_exact``
months ago, then every monthly innovation. Eigenfunctions alone are blind at the end of the grid,
which is the one place a forecast starts from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def decay(half_life_years: float) -> float:
    """Monthly autoregression of the process; 1 for an endless half-life (a random walk)."""
    return float(0.5 ** (1.0 / (12.0 * half_life_years)))


def covariance(n_months: int, phi: float) -> Array:
    """Stationary covariance between months, shape (n_months, n_months), unit variance."""
    lags = np.abs(np.subtract.outer(np.arange(n_months), np.arange(n_months)))
    return np.asarray(phi**lags, dtype=np.float64)


def process_basis(n_months: int, phi: float, n_functions: int, n_exact: int) -> Array:
    """Basis of the process, shape (n_months, n_functions + n_exact).

    The share of variance that the truncated eigenfunctions miss is given back by scaling each
    month's row to unit variance, so that the prior sd is 1 in every month.
    """
    n_exact = min(n_exact, max(n_months - n_functions, 0))
    n_smooth = n_months - n_exact
    values, vectors = np.linalg.eigh(covariance(n_smooth, phi))
    order = np.argsort(values)[::-1][:n_functions]
    smooth = vectors[:, order] * np.sqrt(values[order])
    smooth *= np.sign(smooth[-1])[None, :]
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
    basis = np.zeros((n_months, n_functions + n_exact))
    basis[:n_smooth, : smooth.shape[1]] = smooth
    innovation = np.sqrt(1.0 - phi**2)
    for step in range(n_exact):
        month = n_smooth + step
        basis[month] = phi * basis[month - 1]
        basis[month, n_functions + step] = innovation
    return basis


def shock_responses(n_months: int, months: list[int], phi: float) -> Array:
    """What a unit step at each month does afterwards, shape (n_months, n_shocks).

    The step fades with the process it enters; a month beyond the grid gives a column of zeros.
    """
    ages = np.arange(n_months)[:, None] - np.asarray(months)[None, :]
    return np.where(ages >= 0, phi ** np.maximum(ages, 0), 0.0)
