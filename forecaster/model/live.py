"""The log posterior of the live model over the sampler's flat vector, with its gradient.

Simple priors are standard normals in this vector; the rest is ``density`` and ``events``.
Parameters enter in their own units through ``layout``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecaster.model import density, events, hierarchy
from forecaster.model.basis import Array
from forecaster.model.compiled import njit
from forecaster.model.design import Design
from forecaster.model.layout import SCALARS, Layout

C_R, C_C = SCALARS.index("c_R"), SCALARS.index("c_C")
KAPPA_BAR, KAPPA_TAU = SCALARS.index("kappa_bar"), SCALARS.index("kappa_tau")
SHOCK_MEAN, SHOCK_SCALE = SCALARS.index("shock_mean"), SCALARS.index("shock_scale")
LOADING_TAU = SCALARS.index("loading_tau")
N_HAZARD = 9

LAYOUT = (
    *("location", "scale", "positive", "rho_shape", "kappa_offset", "loading_mean", "loading_tau"),
    *("measure_location", "measure_scale", "measure_anchor", "measure_sign", "sub_sd"),
    *("counter_location", "counter_scale", "counter_anchor", "counter_sign", "counter_sd"),
    "recall_shape",
)
DATA = (
    *("whiten", "centred", "factor_path", "project", "shock_path", "hits", "slow_path", "fixed"),
    *("threat_window", "at_risk", "at_risk_balancing"),
    *("y_place", "y", "y_shape", "y_basis", "y_shock", "y_slow"),
    *("counter_place", "cells", "cell_place", "more_than", "usual", "information"),
    *("measure_known", "counter_known", "sub_known", "sub_information"),
)


def arguments(layout: Layout, design: Design) -> tuple[Array, tuple[Any, ...], tuple[Any, ...]]:
    """Everything ``evaluate`` takes after the vector and the gradient."""
    whole = {"y_place", "counter_place", "cell_place"}
    data = tuple(
        np.ascontiguousarray(design.data[name], dtype=np.int64 if name in whole else np.float64)
        for name in DATA
    )
    numbers = tuple(np.ascontiguousarray(getattr(layout, name)) for name in LAYOUT)
    return (layout.starts, numbers, data)


@njit()
def evaluate(x: Array, at: Array, numbers: Any, data: Any, g: Array) -> float:
    """Log posterior at ``x`` up to a constant; its gradient is written into ``g``."""
    (
        location,
        scale,
        positive,
        rho_shape,
        kappa_offset,
        loading_mean,
        loading_tau,
        m_location,
        m_scale,
        m_anchor,
        m_sign,
        sub_sd,
        c_location,
        c_scale,
        c_anchor,
        c_sign,
        c_sd,
        recall_shape,
    ) = numbers
    (
        whiten,
        centred,
        factor_path,
        project,
        shock_path,
        hits,
        slow_path,
        fixed,
        window,
        at_risk,
        at_risk_b,
        y_place,
        y,
        y_shape,
        y_basis,
        y_shock,
        y_slow,
        c_place,
        cells,
        cell_place,
        more_than,
        usual,
        information,
        m_known,
        c_known,
        sub_known,
        sub_information,
    ) = data
    g[:] = -x
    n_f, extended = whiten.shape[0], whiten.shape[1]
    n_d, width = hits.shape[0], factor_path.shape[1]
    z = x[at[0] : at[1]].reshape(n_f, extended)
    g_z = g[at[0] : at[1]].reshape(n_f, extended)
    theta = location + scale * x[at[1] : at[2]]
    for k in range(theta.shape[0]):
        if positive[k] > 0.0:
            theta[k] = np.exp(theta[k])
    # everything but the processes starts from a standard normal
    value: float = -0.5 * (np.dot(x[at[1] : at[2]], x[at[1] : at[2]])) - 0.5 * np.dot(
        x[at[3] : at[11]], x[at[3] : at[11]]
    )
    share, beta_value, beta_slope = hierarchy.beta(x[at[2]], rho_shape)
    value += beta_value
    g[at[2]] = beta_slope
    n_slow = slow_path.shape[1]
    n_shared = (at[8] - at[7]) // n_slow
    kappa = theta[KAPPA_BAR] + kappa_offset + theta[KAPPA_TAU] * x[at[3] : at[4]]
    structure = np.empty(4 + N_HAZARD)
    structure[0] = 2.0 * share - 1.0
    structure[1:] = theta[: 3 + N_HAZARD]
    log_mean = loading_mean[0] + loading_mean[1] * x[at[4] : at[5]]
    m_z = x[at[5] : at[6]].reshape(3, y.shape[0])
    measure = np.empty((3, y.shape[0]))
    nominal = np.array([loading_mean[0], loading_tau[0]])
    tau = theta[LOADING_TAU]
    measure[0], added = hierarchy.loadings(
        m_z[0], m_anchor, m_sign, m_scale[0], log_mean, tau, nominal, m_known, y_place
    )
    value += added
    measure[1:] = np.exp(m_location[1:] + m_scale[1:] * m_z[1:])
    spread = np.exp(sub_sd[0] + sub_sd[1] * x[at[6] : at[7]])
    sub_z = x[at[7] : at[8]].reshape(n_shared, n_slow)
    sub_w, added = hierarchy.own_paths(
        sub_z, spread[:n_shared], np.exp(sub_sd[0]), sub_known, sub_information
    )
    value += added
    n_c = more_than.shape[0]
    c_z = x[at[8] : at[9]].reshape(3, n_c)
    counter = np.empty((3, n_c))
    counter[0] = c_location[0] + c_scale[0] * c_z[0]
    counter[1], added = hierarchy.loadings(
        c_z[1], c_anchor, c_sign, c_scale[1], log_mean, tau, nominal, c_known, c_place
    )
    value += added
    counter[2] = np.exp(c_location[2] + c_scale[2] * c_z[2])
    c_spread = np.exp(c_sd[0] + c_sd[1] * x[at[9] : at[10]])
    own_z = x[at[10] : at[11]].reshape(n_c, n_slow)
    counter_w = c_spread.reshape(n_c, 1) * own_z
    log_recall = np.empty(recall_shape.shape[0])
    recall = np.empty(recall_shape.shape[0])
    for p in range(log_recall.shape[0]):
        recall[p], beta_value, beta_slope = hierarchy.beta(x[at[11] + p], recall_shape[p])
        value += beta_value
        g[at[11] + p] = beta_slope
        log_recall[p] = np.log(recall[p])
    # paths
    v, steps = np.empty((n_f, width)), np.zeros((n_d, extended - width))
    for k in range(n_f):
        both = np.dot(whiten[k], z[k])
        v[k] = both[:width]
        if k < n_d:
            steps[k] = both[width:]
    root = np.sqrt(1.0 - structure[0] ** 2)
    idle_east = v[1] - np.dot(centred[0], v[1])
    idle_own = v[2] - np.dot(centred[1], v[2])
    v[1] += (root - 1.0) * idle_east
    v[2] += (structure[3] - 1.0) * idle_own
    hit = steps * hits
    jumps = hit.copy()
    jumps[2] += theta[C_R] * hit[0] + theta[C_C] * hit[1]
    families = np.dot(factor_path, v[n_d:].T)
    levels, slopes = np.empty_like(families), np.empty_like(families)
    for t in range(levels.shape[0]):
        for k in range(levels.shape[1]):
            f = families[t, k] + fixed[4]
            tail = np.exp(-abs(f))
            levels[t, k] = max(f, 0.0) + np.log1p(tail)
            slopes[t, k] = (1.0 if f >= 0.0 else tail) / (1.0 + tail)
    w, excess = v.copy(), levels - 1.0
    w[1] += structure[0] * np.dot(np.eye(width) - centred[0], w[0])
    east_answer, answer = density.answers(w, structure, kappa, excess, project)
    w[2] += np.dot(np.eye(width) - centred[1], answer)
    factors = np.empty((families.shape[0], n_f))
    factors[:, :n_d] = np.dot(factor_path, w[:n_d].T) + np.dot(shock_path, jumps.T)
    factors[:, n_d:] = families
    g_w, g_v = np.zeros_like(w), np.zeros_like(w)
    g_jumps, g_steps = np.zeros_like(jumps), np.zeros_like(steps)
    g_east_answer, g_answer = np.zeros(width), np.zeros(width)
    g_factors, g_levels = np.zeros_like(factors), np.zeros_like(levels)
    g_structure, g_kappa = np.zeros_like(structure), np.zeros_like(kappa)
    g_size, g_sub_w, g_spread = np.zeros(2), np.zeros_like(sub_w), np.zeros_like(spread)
    g_measure, g_counter = np.zeros_like(measure), np.zeros_like(counter)
    g_counter_w, g_log_recall = np.zeros_like(counter_w), np.zeros_like(log_recall)
    value += density.processes(
        *(v, w, centred, east_answer, answer, structure),
        *(g_v, g_structure, g_east_answer, g_answer),
    )
    size = theta[SHOCK_MEAN : SHOCK_SCALE + 1]
    value += density.shocks(steps, hits, size, fixed[5], g_steps, g_size)
    value += density.measures(
        *(w, jumps, sub_w, spread, measure, y_place, y, y_shape, y_basis, y_shock, y_slow),
        *(g_w, g_jumps, g_sub_w, g_spread, g_measure),
    )
    value += events.counts(
        *(factors, slow_path, sub_w, counter, counter_w, log_recall, c_place, cells),
        *(cell_place, more_than, usual, g_factors, g_sub_w, g_counter, g_counter_w),
        g_log_recall,
    )
    value += events.survival(
        *(factors, levels, structure, fixed, window, at_risk, at_risk_b),
        *(g_factors, g_levels, g_structure),
    )
    # and back: drivers, then the answers, then the families
    g_w[:n_d] += np.dot(np.ascontiguousarray(g_factors[:, :n_d]).T, factor_path)
    g_answer += g_w[2] - np.dot(centred[1], g_w[2])
    g_structure[1] += np.dot(g_answer, w[0])
    g_structure[2] += np.dot(g_answer, w[1])
    g_w[0] += structure[1] * g_answer
    g_w[1] += structure[2] * g_answer
    back = -np.dot(project.T, g_answer)
    g_kappa += np.dot(excess.T, back)
    g_east_answer += g_w[1] - np.dot(centred[0], g_w[1])
    g_structure[0] += np.dot(g_east_answer, w[0])
    g_w[0] += structure[0] * g_east_answer
    for t in range(levels.shape[0]):
        for k in range(levels.shape[1]):
            g_level = g_levels[t, k] + back[t] * kappa[k]
            g_factors[t, n_d + k] += g_level * slopes[t, k]
    g_w[n_d:] += np.dot(np.ascontiguousarray(g_factors[:, n_d:]).T, factor_path)
    g_v += g_w
    g_root = np.dot(g_v[1], idle_east)
    g_structure[3] += np.dot(g_v[2], idle_own)
    g_v[1] += (root - 1.0) * (g_v[1] - np.dot(centred[0], g_v[1]))
    g_v[2] += (structure[3] - 1.0) * (g_v[2] - np.dot(centred[1], g_v[2]))
    for k in range(width):
        east_scale = information[0, k] + root * (1.0 - information[0, k])
        own_scale = information[1, k] + structure[3] * (1.0 - information[1, k])
        value += np.log(east_scale) + np.log(own_scale)
        g_root += (1.0 - information[0, k]) / east_scale
        g_structure[3] += (1.0 - information[1, k]) / own_scale
    g_structure[0] -= g_root * structure[0] / root
    g_jumps += np.dot(np.ascontiguousarray(g_factors[:, :n_d]).T, shock_path)
    g_theta = np.zeros_like(theta)
    g_theta[: 3 + N_HAZARD] = g_structure[1:]
    g_theta[C_R] += np.dot(g_jumps[2], hit[0])
    g_theta[C_C] += np.dot(g_jumps[2], hit[1])
    g_theta[SHOCK_MEAN], g_theta[SHOCK_SCALE] = g_size[0], g_size[1]
    g_steps += g_jumps * hits
    g_steps[0] += theta[C_R] * g_jumps[2] * hits[0]
    g_steps[1] += theta[C_C] * g_jumps[2] * hits[1]
    both = np.zeros(extended)
    for k in range(n_f):
        both[:width] = g_v[k]
        if k < n_d:
            both[width:] = g_steps[k]
        else:
            both[width:] = 0.0
            value -= 0.5 * np.dot(z[k, width:], z[k, width:])
            both[width:] -= z[k, width:]
        g_z[k] = np.dot(whiten[k], both)
    g[at[2]] += g_structure[0] * 2.0 * share * (1.0 - share)
    g_theta[KAPPA_BAR] = np.sum(g_kappa)
    g_theta[KAPPA_TAU] = np.dot(g_kappa, x[at[3] : at[4]])
    g[at[3] : at[4]] += g_kappa * theta[KAPPA_TAU]
    g_log_mean = np.zeros_like(log_mean)
    g_m = g[at[5] : at[6]].reshape(3, y.shape[0])
    g_theta[LOADING_TAU] += hierarchy.loadings_back(
        *(g_measure[0], measure[0], m_z[0], m_anchor, m_scale[0], log_mean, tau, nominal),
        *(m_known, y_place, g_m[0], g_log_mean),
    )
    g_m[1:] += g_measure[1:] * measure[1:] * m_scale[1:]
    g_spread[:n_shared] += hierarchy.own_paths_back(
        *(g_sub_w, sub_w, sub_z, spread[:n_shared], np.exp(sub_sd[0]), sub_known),
        *(sub_information, g[at[7] : at[8]].reshape(n_shared, n_slow)),
    )
    g[at[6] : at[7]] += g_spread * spread * sub_sd[1]
    g_c = g[at[8] : at[9]].reshape(3, n_c)
    g_c[0] += g_counter[0] * c_scale[0]
    g_theta[LOADING_TAU] += hierarchy.loadings_back(
        *(g_counter[1], counter[1], c_z[1], c_anchor, c_scale[1], log_mean, tau, nominal),
        *(c_known, c_place, g_c[1], g_log_mean),
    )
    g_c[2] += g_counter[2] * counter[2] * c_scale[2]
    g[at[9] : at[10]] += np.sum(g_counter_w * counter_w, axis=1) * c_sd[1]
    g[at[10] : at[11]] += (g_counter_w * c_spread.reshape(n_c, 1)).ravel()
    g[at[4] : at[5]] += g_log_mean * loading_mean[1]
    for p in range(log_recall.shape[0]):
        g[at[11] + p] += g_log_recall[p] * (1.0 - recall[p])
    for k in range(theta.shape[0]):
        slope = scale[k] * (theta[k] if positive[k] > 0.0 else 1.0)
        g[at[1] + k] += g_theta[k] * slope
    return value
