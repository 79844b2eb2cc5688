"""Observations and basis as labelled arrays of fixed shape: all that the graph needs.

Shapes are padded to round capacities, so that a new reading swaps data and compiles nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model import geometry
from forecaster.model.basis import Array, covariance, decay, process_basis, shock_responses
from forecaster.model.blocks import Row, counted, measured, pad, padded, rows_of, sub_of
from forecaster.model.grid import ORIGIN_INDEX, month_index
from forecaster.model.observed import Observation
from indicators.period import Period
from indicators.spec import Indicator
from priors import Priors

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
    deviation_kernel : array (month, month)
        Covariance of an indicator's slow deviation, for an sd of 1.
    coords : dict
        Names of every labelled dimension.
    data : dict
        Arrays by the name of their ``pm.Data``; all of padded, fixed shape.
    rows : dict
        Rows of each indicator, for predictions and for the desk.
    """

    n_months: int
    phi: float
    deviation_kernel: Array
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
    shared, alone = sub_constraints(evidence)
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
        "sub": [*shared, *alone],
        "shared_sub": shared,
        "shock": [s.id for s in priors.shocks],
    }
    rows = {i: rows_of(observed.get(i, []), n_months) for i in evidence}
    data: dict[str, Array] = {}
    data |= _paths(basis, shock, slow, priors, n_months, months_at_risk)
    data["hits"] = np.array(
        [[float(driver in one.factors) for one in priors.shocks] for driver in DRIVERS]
    )
    kernel = covariance(n_months, phi_u)
    seen = geometry.Seen(rows, evidence, priors, basis, shock, slow, data["hits"], kernel)
    data |= geometry.coordinates(seen, coords)
    data["usual"] = usual_months(coords["counter"], evidence, n_months)
    data |= measured(rows, evidence, coords, basis, shock, slow, kernel)
    data |= counted(rows, evidence, coords)
    data["fixed"] = np.array([priors.settings[name] for name in FIXED])
    data["origin_basis"], data["origin_shock"] = raw[ORIGIN_INDEX], raw_shock[ORIGIN_INDEX]
    return Design(n_months, phi, kernel, coords, data, rows)


def sub_constraints(evidence: Mapping[str, Indicator]) -> tuple[list[str], list[str]]:
    """Sub-constraints that have evidence, as ``family/sub``: shared ones, then those of one.

    Where one Gaussian indicator alone speaks for a sub-constraint, its own path cannot be told from
    that indicator's deviation while fitting, and both are integrated out.
    """
    under: dict[str, list[Indicator]] = defaultdict(list)
    for one in evidence.values():
        if (sub := sub_of(one)) is not None:
            under[sub].append(one)
    alone = [
        sub
        for sub, found in sorted(under.items())
        if len(found) == 1 and found[0].observation.likelihood == "normal"
    ]
    return [sub for sub in sorted(under) if sub not in alone], alone


def _paths(
    basis: Array,
    shock: Array,
    slow: Array,
    priors: Priors,
    n_months: int,
    months_at_risk: int | None,
) -> dict[str, Array]:
    capacity = padded(n_months, MONTH_BLOCK)
    at_risk, balancing = exposed(n_months, priors, months_at_risk)
    return {
        "factor_path": pad(basis, capacity),
        "project": pad(np.linalg.pinv(basis, rcond=1e-8).T, capacity).T,
        "shock_path": pad(shock, capacity),
        "slow_path": pad(slow, capacity),
        "threat_window": pad(threat_window(n_months), capacity),
        "at_risk": pad(at_risk, capacity),
        "at_risk_balancing": pad(balancing, capacity),
    }


def threat_window(n_months: int) -> Array:
    """Equal weights over the months of 2022 to 2024; those beyond the grid have theirs nowhere."""
    months = np.arange(n_months)
    first, last = (month_index(day) for day in THREAT_WINDOW)
    return np.asarray(((months >= first) & (months <= last)) / (last - first + 1.0))


def exposed(n_months: int, priors: Priors, months_at_risk: int | None) -> tuple[Array, Array]:
    """Years at risk of leaving retreat in each month, and of leaving it for balancing."""
    months = np.arange(n_months)
    at_risk = (months < (n_months if months_at_risk is None else months_at_risk)) / 12.0
    since = next(one.at_risk_from for one in priors.scenarios if one.id == "balancing")
    opened = 0 if since is None else month_index(Period.parse(since).start)
    return np.asarray(at_risk), np.where(months >= opened, at_risk, 0.0)


def usual_months(counters: list[str], evidence: Mapping[str, Indicator], n_months: int) -> Array:
    """Equal weights over the months that each count covers, by its catalogue entry alone.

    An open window counts to its stated ``last``: a later reading must not move the usual level.
    """
    usual = np.zeros((len(counters), padded(n_months, MONTH_BLOCK)))
    for row, name in enumerate(counters):
        for window in evidence[name].coverage:
            first = max(month_index(window.first), 0)
            usual[row, first : min(month_index(window.last) + 1, n_months)] = 1.0
    return np.asarray(usual / np.maximum(usual.sum(axis=1, keepdims=True), 1.0))
