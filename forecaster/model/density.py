"""Log density of everything but the simple priors, with its gradient, in one compiled pass.

NUTS asks for this function some hundred thousand times per fit. Written out as a symbolic graph it
costs milliseconds an evaluation and minutes to compile; written by hand a few hundred microseconds
and seconds (decision record 0003). ``graph.py`` holds the same density in PyMC; a test compares
values and gradients of the two at random points.

Here: the factors, their shocks and what is measured; ``events`` goes on with counts and exits.
Every function takes and returns plain float64 arrays. ``g_*`` arrays receive gradients, in place.
"""

from __future__ import annotations

from math import exp, log, log1p, sqrt
from typing import Any

import numpy as np

from forecaster.model.compiled import njit

Array = Any  # whole numbers or floats; numba finds out


@njit()
def softplus(x: float) -> float:
    """log(1 + e^x) without overflow."""
    return x + log1p(exp(-x)) if x > 0.0 else log1p(exp(x))


@njit()
def sigmoid(x: float) -> float:
    """Derivative of ``softplus``."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


@njit(fast=True)
def dot(a: Array, b: Array) -> float:
    """Inner product of two short vectors; the order of summation is the compiler's."""
    total = 0.0
    for k in range(a.shape[0]):
        total += a[k] * b[k]
    return total


@njit(fast=True)
def add(target: Array, scale: float, vector: Array) -> None:
    """``target += scale * vector``, in place."""
    for k in range(target.shape[0]):
        target[k] += scale * vector[k]


@njit()
def answers(
    w: Array, structure: Array, kappa: Array, excess: Array, project: Array
) -> tuple[Array, Array]:
    """What cn_us and alignment take from the factors above them, as coefficients.

    ``excess`` (month, family) is the level of each constraint less 1.
    """
    held = np.dot(project, np.dot(excess, kappa))
    return structure[0] * w[0], structure[1] * w[0] + structure[2] * w[1] - held


@njit()
def processes(
    v: Array,
    w: Array,
    centred: Array,
    east_answer: Array,
    answer: Array,
    structure: Array,
    g_v: Array,
    g_structure: Array,
    g_east_answer: Array,
    g_answer: Array,
) -> float:
    """Prior of the factors' coefficients.

    ``v`` is what the sampler moves: it holds the share ``centred`` of an answer where the data
    speak, and none of it where they do not. ``structure`` begins with rho, c_R, c_C and the sd of
    alignment's own process.
    """
    rho, sd = structure[0], structure[3]
    width = w.shape[1]
    root = sqrt(1.0 - rho * rho)
    relief = (v[1] - np.dot(centred[0], east_answer)) / root
    own = (v[2] - np.dot(centred[1], answer)) / sd
    value: float = -0.5 * (np.sum(w[0] ** 2) + np.sum(relief**2) + np.sum(own**2))
    value -= 0.5 * np.sum(w[3:] ** 2) + width * (log(root) + log(sd))
    g_v[0] -= w[0]
    g_v[3:] -= w[3:]
    g_v[1] -= relief / root
    g_v[2] -= own / sd
    g_east_answer += np.dot(centred[0], relief / root)
    g_answer += np.dot(centred[1], own / sd)
    g_structure[0] += (width - np.sum(relief**2)) * rho / root**2
    g_structure[3] += (np.sum(own**2) - width) / sd
    return value


@njit()
def shocks(
    steps: Array, hits: Array, size: Array, nu: float, g_steps: Array, g_size: Array
) -> float:
    """Student-t sizes of the documented shocks; ``size``: their mean and scale.

    Where a shock does not hit a driver its coordinate is idle, a standard normal.
    """
    value, mean, scale = 0.0, size[0], size[1]
    for j in range(steps.shape[0]):
        for s in range(steps.shape[1]):
            if hits[j, s] == 0.0:
                value -= 0.5 * steps[j, s] ** 2
                g_steps[j, s] -= steps[j, s]
                continue
            u = (steps[j, s] - mean) / scale
            value -= 0.5 * (nu + 1.0) * log1p(u * u / nu) + log(scale)
            slope = -(nu + 1.0) * u / (nu + u * u) / scale
            g_steps[j, s] += slope
            g_size[0] -= slope
            g_size[1] -= slope * u + 1.0 / scale
    return value


@njit()
def measures(
    w: Array,
    jumps: Array,
    sub_w: Array,
    sub_sd: Array,
    measure: Array,
    place: Array,
    y: Array,
    shape: Array,
    y_basis: Array,
    y_shock: Array,
    y_slow: Array,
    g_w: Array,
    g_jumps: Array,
    g_sub_w: Array,
    g_sub_sd: Array,
    g_measure: Array,
) -> float:
    """Gaussian indicators in rotated coordinates.

    A sub-constraint beyond the rows of ``sub_w`` has one indicator alone. Its own path is a process
    like that indicator's deviation, so the two are integrated out together: only ``sub_sd`` is
    left of it, as variance.

    ``measure`` rows: signed loading, noise sd, deviation sd. ``place`` rows: factor,
    sub-constraint (-1 for none), number of contrasts. ``shape``: weight, share of the deviation's
    variance.
    """
    value = 0.0
    n_jump = jumps.shape[0]
    for i in range(y.shape[0]):
        factor, sub, n = place[0, i], place[1, i], place[2, i]
        if n == 0:
            continue
        loading, noise, deviation = measure[0, i], measure[1, i], measure[2, i]
        shared = 0 <= sub < sub_w.shape[0]
        own_sd = sub_sd[sub] if sub >= sub_w.shape[0] else 0.0
        slow = deviation * deviation + (loading * own_sd) ** 2
        for r in range(n):
            weight, share = shape[0, i, r], shape[1, i, r]
            seen = dot(y_basis[i, r], w[factor])
            if factor < n_jump:
                seen += dot(y_shock[i, r], jumps[factor])
            if shared:
                seen += dot(y_slow[i, r], sub_w[sub])
            variance = noise * noise + slow * share
            miss = y[i, r] - loading * seen
            value -= 0.5 * weight * (miss * miss / variance + log(variance))
            g_mean = weight * miss / variance
            g_variance = 0.5 * weight * (miss * miss / variance - 1.0) / variance
            g_measure[0, i] += g_mean * seen
            g_measure[1, i] += g_variance * 2.0 * noise
            g_measure[2, i] += g_variance * 2.0 * deviation * share
            if own_sd > 0.0:
                g_measure[0, i] += g_variance * 2.0 * loading * own_sd**2 * share
                g_sub_sd[sub] += g_variance * 2.0 * loading**2 * own_sd * share
            g_seen = g_mean * loading
            add(g_w[factor], g_seen, y_basis[i, r])
            if factor < n_jump:
                add(g_jumps[factor], g_seen, y_shock[i, r])
            if shared:
                add(g_sub_w[sub], g_seen, y_slow[i, r])
    return value
