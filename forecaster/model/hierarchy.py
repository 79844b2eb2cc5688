"""Parameters that share a scale: loadings around their factor's mean, own paths in their spread.

Written as ``density`` is: plain float64 arrays, gradients into ``g_*`` in place. Every function
takes the sampler's coordinates, standard normal before any data, and gives parameters together with
what their prior adds to that of the coordinates.
"""

from __future__ import annotations

import numpy as np

from forecaster.model.compiled import njit
from forecaster.model.density import Array, sigmoid, softplus


@njit()
def beta(logit: float, shape: Array) -> tuple[float, float, float]:
    """A Beta on the logit scale: the probability, its log density with Jacobian, the gradient."""
    p = sigmoid(logit)
    a, b = shape[0], shape[1]
    value = -a * softplus(-logit) - b * softplus(logit)
    return p, value, a - (a + b) * p


@njit()
def loadings(
    z: Array,
    anchor: Array,
    sign: Array,
    anchor_scale: Array,
    log_mean: Array,
    tau: float,
    nominal: Array,
    known: Array,
    place: Array,
) -> tuple[Array, float]:
    """Signed loadings and what their prior adds to that of ``z``.

    An anchor's loading is nearly fixed; others spread around their factor's mean. The share
    ``known`` of a loading, where the data speak, is drawn around the ``nominal`` mean and spread,
    the rest around those of this draw.
    """
    loading, value = np.empty(z.shape[0]), 0.0
    for i in range(z.shape[0]):
        if anchor[i] > 0.0:
            loading[i] = sign[i] * np.exp(anchor_scale[i] * z[i])
            continue
        mean, step = log_mean[place[0, i]], known[i] * nominal[1] + (1.0 - known[i]) * tau
        log_loading = step * z[i] + (1.0 - known[i]) * mean + known[i] * nominal[0]
        off = (log_loading - mean) / tau
        value += 0.5 * (z[i] * z[i] - off * off) - np.log(tau / step)
        loading[i] = sign[i] * np.exp(log_loading)
    return loading, value


@njit()
def loadings_back(
    g_loading: Array,
    loading: Array,
    z: Array,
    anchor: Array,
    anchor_scale: Array,
    log_mean: Array,
    tau: float,
    nominal: Array,
    known: Array,
    place: Array,
    g_z: Array,
    g_log_mean: Array,
) -> float:
    """Gradients of the loadings' coordinates; returns that of tau."""
    g_tau = 0.0
    for i in range(z.shape[0]):
        g = g_loading[i] * loading[i]
        if anchor[i] > 0.0:
            g_z[i] += g * anchor_scale[i]
            continue
        free = 1.0 - known[i]
        mean, step = log_mean[place[0, i]], known[i] * nominal[1] + free * tau
        off = (step * z[i] + known[i] * (nominal[0] - mean)) / tau
        g -= off / tau
        g_z[i] += g * step + z[i]
        g_log_mean[place[0, i]] += g * free + off / tau
        g_tau += g * free * z[i] + (off * off - 1.0) / tau + free / step
    return g_tau


@njit()
def own_paths(
    z: Array, spread: Array, nominal: float, known: Array, information: Array
) -> tuple[Array, float]:
    """Coefficients of the sub-constraints' own paths and what their prior adds to that of ``z``.

    What the data fix (``known``, a share by coefficient) is drawn in the nominal spread, the rest
    in the spread of this draw.
    """
    w, value = np.empty_like(z), 0.0
    for s in range(z.shape[0]):
        w[s] = spread[s] * z[s] + (nominal - spread[s]) * np.dot(known[s], z[s])
        value += 0.5 * (np.dot(z[s], z[s]) - np.dot(w[s], w[s]) / spread[s] ** 2)
        for k in range(z.shape[1]):
            part = information[s, k]
            value += np.log(part * nominal / spread[s] + 1.0 - part)
    return w, value


@njit()
def own_paths_back(
    g_w: Array,
    w: Array,
    z: Array,
    spread: Array,
    nominal: float,
    known: Array,
    information: Array,
    g_z: Array,
) -> Array:
    """Gradients of the coordinates of own paths; returns that of their spreads."""
    g_spread = np.zeros_like(spread)
    for s in range(z.shape[0]):
        g = g_w[s] - w[s] / spread[s] ** 2
        seen = np.dot(known[s], z[s])
        g_z[s] += z[s] + spread[s] * g + (nominal - spread[s]) * np.dot(known[s].T, g)
        g_spread[s] = np.dot(g, z[s] - seen) + np.dot(w[s], w[s]) / spread[s] ** 3
        for k in range(z.shape[1]):
            part = information[s, k]
            step = part * nominal + (1.0 - part) * spread[s]
            g_spread[s] += (1.0 - part) / step - 1.0 / spread[s]
    return g_spread
