"""Observations and basis as labelled arrays of fixed shape: all that the graph needs.

Shapes are padded to round capacities, so that a new reading swaps data and compiles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model.basis import Array, covariance, decay, process_basis, shock_responses
from forecaster.model.blocks import Row, counted, measured, pad, padded, rows_of, sub_of
from forecaster.model.grid import ORIGIN_INDEX, month_index
from forecaster.model.observed import Observation
from indicators.period import Period
from indicators.spec import Indicator
from priors import LogNormal, Priors

N_FUNCTIONS = 30
N_EXACT = 24
N_DEVIATION = 8
N_DEVIATION_EXACT = 4
FIXED = (
    *("threat_sharpness", "threat_floor", "threat_nominal", "hazard_cap", "level_offset"),
    "shock_nu",
)
THREAT_WINDOW = (date(2022, 1, 1), date(2024, 12, 31))
MONTH_BLOCK = 60


@dataclass(frozen=True)
class Design:
    """Everything the graph is built from.

    Attributes
    ----------
    n_months : int
        Months from January 1992 to the month of as-of.
    coords : dict
        Names of every labelled dimension.
    data : dict
        Arrays by the name of their ``pm.Data``; all of padded, fixed shape.
    rows : dict
        Rows of each indicator, for predictions and for the desk.
    """

    n_months: int
    phi: float
    coords: dict[str, list[str]]
    data: dict[str, Array]
    rows: dict[str, list[Row]]


def build(
    observed: Mapping[str, list[Observation]],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    n_months: int,
    *,
    months_at_risk: int | None = None,
) -> Design:
    """Arrays for the graph.

    ``months_at_risk`` ends the survival likelihood where the state was left (a resolution).
    """
    phi = decay(priors.settings["half_life"])
    phi_u = decay(priors.settings["deviation_half_life"])
    raw = process_basis(n_months, phi, N_FUNCTIONS, N_EXACT)
    basis = raw - raw[ORIGIN_INDEX]
    shocks = [month_index(Period.parse(shock.month).start) for shock in priors.shocks]
    raw_shock = shock_responses(n_months, shocks, phi)
    shock = raw_shock - raw_shock[ORIGIN_INDEX]
    slow = process_basis(n_months, phi_u, N_DEVIATION, N_DEVIATION_EXACT)
    slow = slow - slow[ORIGIN_INDEX]
    evidence = {i: one for i, one in sorted(catalogue.items()) if one.role == "evidence"}
    measures = [i for i, o in evidence.items() if o.observation.likelihood == "normal"]
    counters = [i for i in evidence if i not in measures]
    subs = sub_constraints(evidence)
    coords = {
        "factor": list(FACTORS),
        "driver": list(DRIVERS),
        "family": list(FAMILIES),
        "basis": [f"w{k:02d}" for k in range(basis.shape[1])],
        "slow": [f"u{k:02d}" for k in range(slow.shape[1])],
        "measure": measures,
        "counter": counters,
        "partial": [
            f"{i}:{w}"
            for i in counters
            for w, window in enumerate(evidence[i].coverage)
            if window.recall is not None
        ],
        "sub": subs,
        "shock": [s.id for s in priors.shocks],
    }
    rows = {i: rows_of(observed.get(i, []), n_months) for i in evidence}
    data: dict[str, Array] = {}
    data |= _paths(basis, shock, slow, priors, n_months, months_at_risk)
    data["hits"] = np.array(
        [[float(driver in one.factors) for one in priors.shocks] for driver in DRIVERS]
    )
    data["whiten"] = _whitening(
        rows, evidence, priors, basis, shock, data["hits"], covariance(n_months, phi_u)
    )
    data["centred"] = np.array(
        [_centred(data["whiten"][index], basis.shape[1]) for index in (1, 2)]
    )
    data["information"] = np.clip(np.linalg.eigvalsh(data["centred"]), 0.0, 1.0)
    data["usual"] = _usual(coords["counter"], evidence, n_months)
    kernel = covariance(n_months, phi_u) + intercept_share(priors)
    data |= measured(rows, evidence, coords, basis, shock, slow, kernel)
    data |= counted(rows, evidence, coords)
    data["fixed"] = np.array([priors.settings[name] for name in FIXED])
    data["origin_basis"], data["origin_shock"] = raw[ORIGIN_INDEX], raw_shock[ORIGIN_INDEX]
    return Design(n_months, phi, coords, data, rows)


def sub_constraints(evidence: Mapping[str, Indicator]) -> list[str]:
    """Sub-constraints that have evidence, as ``family/sub``."""
    return sorted({sub for one in evidence.values() if (sub := sub_of(one)) is not None})


def intercept_share(priors: Priors) -> float:
    """Variance of an intercept in units of its indicator's deviation variance.

    The intercept is integrated out with the deviation, so its scale goes with it.
    """
    deviation = priors.parameters["deviation_sd"]
    if not isinstance(deviation, LogNormal):
        raise TypeError("deviation_sd must be lognormal: it scales something")
    return (priors.settings["intercept_sd"] / deviation.median) ** 2


def noise_prior(indicator: Indicator, priors: Priors) -> LogNormal:
    """The prior of the indicator's noise: a standard deviation, or a dispersion for counts."""
    name = priors.noise_classes[indicator.informs.noise].scale
    prior = priors.parameters[name]
    if not isinstance(prior, LogNormal):
        raise TypeError(f"parameter {name} scales a noise class; it must be lognormal")
    return prior


def _paths(
    basis: Array,
    shock: Array,
    slow: Array,
    priors: Priors,
    n_months: int,
    months_at_risk: int | None,
) -> dict[str, Array]:
    capacity = padded(n_months, MONTH_BLOCK)
    months = np.arange(n_months)
    first, last = (month_index(day) for day in THREAT_WINDOW)
    window = ((months >= first) & (months <= last)) / (last - first + 1.0)
    at_risk = (months < (n_months if months_at_risk is None else months_at_risk)) / 12.0
    since = next(one.at_risk_from for one in priors.scenarios if one.id == "balancing")
    opened = 0 if since is None else month_index(Period.parse(since).start)
    balancing = np.where(months >= opened, at_risk, 0.0)
    return {
        "factor_path": pad(basis, capacity),
        "project": pad(np.linalg.pinv(basis, rcond=1e-8).T, capacity).T,
        "shock_path": pad(shock, capacity),
        "slow_path": pad(slow, capacity),
        "threat_window": pad(window, capacity),
        "at_risk": pad(at_risk, capacity),
        "at_risk_balancing": pad(balancing, capacity),
    }


def _whitening(
    rows: Mapping[str, list[Row]],
    evidence: Mapping[str, Indicator],
    priors: Priors,
    basis: Array,
    shock: Array,
    hits: Array,
    kernel: Array,
) -> Array:
    """Square roots of each factor's nominal posterior covariance, (factor, basis + shock, same).

    At nominal noise, deviation and loadings the posterior of a driver's coefficients and shock
    sizes is Gaussian; drawing in its own coordinates shortens the trajectories. It changes the
    geometry, not the posterior.
    """
    roots = []
    width, n_shocks = basis.shape[1], shock.shape[1]
    size = priors.parameters["shock_mean"].mean ** 2 + priors.parameters["shock_scale"].mean ** 2
    for index, factor in enumerate(FACTORS):
        hit = hits[index] if index < len(DRIVERS) else np.zeros(n_shocks)
        precision = np.diag(np.concatenate([np.ones(width), np.where(hit > 0, 1.0 / size, 1.0)]))
        paths = np.hstack([basis, shock * hit])
        for name, one in evidence.items():
            if one.informs.factor == factor and rows[name]:
                precision += _information(rows[name], one, priors, paths, kernel)
        values, vectors = np.linalg.eigh(precision)
        roots.append((vectors / np.sqrt(values)) @ vectors.T)
    return np.array(roots)


def _usual(counters: list[str], evidence: Mapping[str, Indicator], n_months: int) -> Array:
    """Equal weights over the months that each count covers, by its catalogue entry alone.

    An open window counts to its stated ``last``: a later reading must not move the usual level.
    """
    usual = np.zeros((len(counters), padded(n_months, MONTH_BLOCK)))
    for row, name in enumerate(counters):
        for window in evidence[name].coverage:
            first = max(month_index(window.first), 0)
            usual[row, first : min(month_index(window.last) + 1, n_months)] = 1.0
    return np.asarray(usual / np.maximum(usual.sum(axis=1, keepdims=True), 1.0))


def _centred(root: Array, width: int) -> Array:
    """How far the data fix a factor's coefficients: 1 less posterior over prior covariance.

    Where they do, a coefficient is best drawn as a whole; where not, as what its equation leaves.
    """
    return np.asarray(np.eye(width) - (root @ root.T)[:width, :width])


def _information(
    rows: list[Row], one: Indicator, priors: Priors, paths: Array, kernel: Array
) -> Array:
    weights = np.array([row.weights for row in rows])
    seen = weights @ paths
    spread = priors.parameters["deviation_sd"].mean ** 2 * (weights @ kernel @ weights.T)
    if one.observation.likelihood == "normal":
        noise = np.full(len(rows), noise_prior(one, priors).median ** 2)
    else:
        rate = np.mean([row.observation.raw for row in rows]) + 0.05
        noise = np.full(len(rows), 1.0 / rate + 0.3)
    total = spread + np.diag(noise) + priors.settings["intercept_sd"] ** 2
    loading = priors.parameters["loading_mean"].mean
    return np.asarray(loading**2 * one.observation.weight * seen.T @ np.linalg.solve(total, seen))
