"""The rest of the density: counts of events, and the months without an exit from retreat.

Written as ``density`` is: plain float64 arrays, gradients into ``g_*`` in place.
"""

from __future__ import annotations

from math import exp, log, log1p

import numpy as np

from forecaster.model.compiled import njit
from forecaster.model.density import Array, sigmoid, softplus

LOG2 = 0.6931471805599453


@njit()
def count_cell(count: float, weight: float, gap: float, alpha: float) -> tuple[float, float, float]:
    """One negative binomial cell without its factorials: value, d/d log mean, d/d alpha.

    ``gap`` is log mean minus log alpha.
    """
    tail = exp(-abs(gap))
    shared = max(gap, 0.0) + log1p(tail)
    odds = (1.0 if gap >= 0.0 else tail) / (1.0 + tail)
    slope = count - (alpha + count) * odds
    value = weight * (count * gap - (alpha + count) * shared)
    return value, weight * slope, weight * (-shared - slope / alpha)


@njit()
def counts(
    factors: Array,
    slow: Array,
    sub_w: Array,
    counter: Array,
    counter_w: Array,
    log_recall: Array,
    place: Array,
    cells: Array,
    cell_place: Array,
    more_than: Array,
    usual: Array,
    g_factors: Array,
    g_sub_w: Array,
    g_counter: Array,
    g_counter_w: Array,
    g_log_recall: Array,
) -> float:
    """Negative binomial counts, one row of ``cells`` per reading.

    ``counter`` rows: intercept, signed loading, dispersion. ``place`` rows: factor and
    sub-constraint of each counter. ``cells`` columns: count, weight, log exposure times months;
    ``cell_place`` columns: counter, first month, last month, window of uncertain recall or -1.
    ``usual`` (counter, month) averages over the windows of coverage: an intercept is the log rate
    at the mean state there, so that it does not move with the level of its factor.
    """
    value = 0.0
    for c in range(more_than.shape[0]):
        for k in range(more_than.shape[1]):
            if more_than[c, k] != 0.0:
                value += more_than[c, k] * log(counter[2, c] + k)
                g_counter[2, c] += more_than[c, k] / (counter[2, c] + k)
    log_alpha = np.log(counter[2])
    own = np.dot(slow, counter_w.T)
    subs = np.dot(slow, sub_w.T)
    g_own, g_subs = np.zeros_like(own), np.zeros_like(subs)
    n_c, n_t = usual.shape
    mean_seen, mean_path, g_mean = np.zeros(n_c), np.zeros(n_c), np.zeros(n_c)
    for c in range(n_c):
        for t in range(n_t):
            if usual[c, t] != 0.0:
                mean_seen[c] += usual[c, t] * factors[t, place[0, c]]
                mean_path[c] += usual[c, t] * own[t, c]
                if place[1, c] >= 0:
                    mean_seen[c] += usual[c, t] * subs[t, place[1, c]]
    for cell in range(cells.shape[0]):
        weight = cells[cell, 1]
        if weight == 0.0:
            continue
        c, first, last, window = cell_place[cell]
        factor, sub = place[0, c], place[1, c]
        loading, alpha = counter[1, c], counter[2, c]
        n = last - first + 1
        seen, path = 0.0, 0.0
        for t in range(first, last + 1):
            seen += factors[t, factor]
            if sub >= 0:
                seen += subs[t, sub]
            path += own[t, c]
        seen = seen / n - mean_seen[c]
        log_mean = counter[0, c] + loading * seen + path / n - mean_path[c] + cells[cell, 2]
        if window >= 0:
            log_mean += log_recall[window]
        each, g_log_mean, g_alpha = count_cell(
            cells[cell, 0], weight, log_mean - log_alpha[c], alpha
        )
        value += each
        g_counter[0, c] += g_log_mean
        g_counter[1, c] += g_log_mean * seen
        g_mean[c] += g_log_mean
        g_counter[2, c] += g_alpha
        if window >= 0:
            g_log_recall[window] += g_log_mean
        g_month = g_log_mean / n
        for t in range(first, last + 1):
            g_factors[t, factor] += g_month * loading
            if sub >= 0:
                g_subs[t, sub] += g_month * loading
            g_own[t, c] += g_month
    for c in range(n_c):
        for t in range(n_t):
            if usual[c, t] != 0.0:
                g = g_mean[c] * usual[c, t]
                g_own[t, c] -= g
                g_factors[t, place[0, c]] -= g * counter[1, c]
                if place[1, c] >= 0:
                    g_subs[t, place[1, c]] -= g * counter[1, c]
    g_counter_w += np.dot(g_own.T, slow)
    g_sub_w += np.dot(g_subs.T, slow)
    return value


@njit()
def survival(
    factors: Array,
    levels: Array,
    structure: Array,
    fixed: Array,
    window: Array,
    at_risk: Array,
    at_risk_balancing: Array,
    g_factors: Array,
    g_levels: Array,
    g_structure: Array,
) -> float:
    """No exit from retreat in the months at risk; formulas as in ``equations``.

    ``structure`` goes on, after the four of ``processes``, with b_A, b_T, b_al, b_B, b_B_west,
    b_B_asym, b_U, b_U_asym, b_U_al. ``fixed``: sharpness, floor, nominal contrast, cap.
    """
    c_R, c_C = structure[1], structure[2]
    b = structure[4:]
    g_b = g_structure[4:]
    sharp, floor, nominal, cap = fixed[0], fixed[1], fixed[2], fixed[3]
    n = factors.shape[0]
    soft, share = np.empty(n), np.empty(n)
    sum_soft, sum_west, usual, seen = 0.0, 0.0, 0.0, 0.0
    for t in range(n):
        west, east = factors[t, 0], factors[t, 1]
        share[t] = sigmoid(sharp * (east - west))
        soft[t] = west - (softplus(sharp * (west - east)) - LOG2) / sharp
        sum_soft += window[t] * soft[t]
        sum_west += window[t] * west
        usual += window[t] * levels[t, 0]
        seen += window[t]
    usual += 1.0 - seen
    bend = 0.25 * floor
    raw_contrast = (sum_soft + nominal * (1.0 - seen) - floor) / bend
    raw_strain = (sum_west + nominal * (1.0 - seen) - floor) / bend
    contrast = floor + bend * softplus(raw_contrast)
    strain = floor + bend * softplus(raw_strain)
    g_contrast, g_strain, g_usual, value = 0.0, 0.0, 0.0, 0.0
    g_soft = np.zeros(n)
    for t in range(n):
        risk, risk_b = at_risk[t], at_risk_balancing[t]
        if risk == 0.0:
            continue
        west, east, alignment = factors[t, 0], factors[t, 1], factors[t, 2]
        gap = levels[t, 0]
        kept = alignment - c_R * west - c_C * east
        rate = cap / (1.0 + cap * exp(-(b[0] + b[1] * soft[t] / contrast + b[2] * kept)))
        g = -risk * rate * (1.0 - rate / cap)
        value -= risk * rate
        g_b[0] += g
        g_b[1] += g * soft[t] / contrast
        g_b[2] += g * kept
        g_soft[t] += g * b[1] / contrast
        g_contrast -= g * b[1] * soft[t] / contrast**2
        g_factors[t, 2] += g * b[2]
        g_factors[t, 0] -= g * b[2] * c_R
        g_factors[t, 1] -= g * b[2] * c_C
        g_structure[1] -= g * b[2] * west
        g_structure[2] -= g * b[2] * east
        rate = cap / (1.0 + cap * exp(-(b[6] + b[7] * (gap - 1.0) - b[8] * alignment)))
        g = -risk * rate * (1.0 - rate / cap)
        value -= risk * rate
        g_b[6] += g
        g_b[7] += g * (gap - 1.0)
        g_b[8] -= g * alignment
        g_levels[t, 0] += g * b[7]
        g_factors[t, 2] -= g * b[8]
        if risk_b == 0.0:
            continue
        relief = west / strain - 1.0
        rate = cap / (1.0 + cap * exp(-(b[3] - b[4] * relief + b[5] * (gap - usual))))
        g = -risk_b * rate * (1.0 - rate / cap)
        value -= risk_b * rate
        g_b[3] += g
        g_b[4] -= g * relief
        g_b[5] += g * (gap - usual)
        g_factors[t, 0] -= g * b[4] / strain
        g_strain += g * b[4] * west / strain**2
        g_levels[t, 0] += g * b[5]
        g_usual -= g * b[5]
    g_contrast *= sigmoid(raw_contrast)
    g_strain *= sigmoid(raw_strain)
    for t in range(n):
        g = g_soft[t] + g_contrast * window[t]
        g_factors[t, 0] += g * share[t] + g_strain * window[t]
        g_factors[t, 1] += g * (1.0 - share[t])
        g_levels[t, 0] += g_usual * window[t]
    return value
