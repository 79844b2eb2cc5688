"""The live model stated in PyMC: what ``live`` computes, written to be read.

The structure, top down: drivers and families are slow processes with steps at documented shocks;
alignment answers the antagonisms and is held back by the constraints; indicators see factors;
months without an exit are data for the hazards. Free variables are the blocks of ``layout`` under
the same names and shapes, so that one vector has one log density in both, up to a constant; a test
holds the two against each other. Fits use ``live``, which is faster by a factor of a hundred.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecaster.belief import DRIVERS, FAMILIES
from forecaster.model import equations
from forecaster.model import graph_readings as see
from forecaster.model.design import Design
from forecaster.model.layout import SCALARS
from indicators.spec import Indicator
from priors import Beta, Priors

WEST, EAST, ALIGNMENT = range(len(DRIVERS))
DIMS: dict[str, tuple[str, ...]] = {
    "whiten": ("factor", "coordinate", "coordinate_too"),
    "centred": ("answer", "basis", "basis_too"),
    "information": ("answer", "basis"),
    "factor_path": ("month", "basis"),
    "project": ("basis", "month"),
    "shock_path": ("month", "shock"),
    "hits": ("driver", "shock"),
    "slow_path": ("month", "slow"),
    "threat_window": ("month",),
    "at_risk": ("month",),
    "at_risk_balancing": ("month",),
    "y_place": ("y_places", "measure"),
    "y": ("measure", "reading"),
    "y_shape": ("y_shapes", "measure", "reading"),
    "y_basis": ("measure", "reading", "basis"),
    "y_shock": ("measure", "reading", "shock"),
    "y_slow": ("measure", "reading", "slow"),
    "counter_place": ("counter_places", "counter"),
    "cells": ("cell", "cell_number"),
    "cell_place": ("cell", "cell_places"),
    "more_than": ("counter", "events"),
    "usual": ("counter", "month"),
    "measure_known": ("measure",),
    "counter_known": ("counter",),
    "sub_known": ("shared_sub", "slow", "slow_too"),
    "sub_information": ("shared_sub", "slow"),
}


def build(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> pm.Model:
    """The whole live model; parameters in their own units are deterministics."""
    with pm.Model(coords=_coords(design)) as model:
        data = {name: _data(name, design.data[name]) for name in DIMS}
        one = _scalars(priors)
        paths = _factors(data, one, priors)
        paths["sub_w"], paths["sub_sd"] = _sub_constraints(data, priors)
        spread = see.Spread(see.loading_means(priors), one["loading_tau"], priors)
        measure = see.measured(design, catalogue, priors, spread)
        counter = see.counted(design, catalogue, priors, spread)
        recall = see.recalls(design, catalogue)
        both = pt.concatenate([paths["drivers"], paths["families"]], axis=1)
        paths["factors"] = pm.Deterministic("factors", both, dims=("month", "factor"))
        pm.Potential("measures", see.measures(data, paths, measure))
        pm.Potential("counts", see.counts(data, paths, counter, recall))
        pm.Potential("survival", _survival(data, paths, one, priors))
    return model


def _coords(design: Design) -> dict[str, list[str]]:
    width = design.coords["basis"] + design.coords["shock"]
    numbers = {
        "scalar": list(SCALARS),
        "coordinate": width,
        "coordinate_too": width,
        "basis_too": design.coords["basis"],
        "slow_too": design.coords["slow"],
        "answer": ["cn_us", "alignment"],
        "y_places": ["factor", "sub", "length"],
        "y_shapes": ["weight", "deviation_share"],
        "counter_places": ["factor", "sub"],
        "cell_number": ["count", "weight", "log_exposure"],
        "cell_places": ["counter", "first", "last", "window"],
        "measure_number": ["loading", "noise_sd", "deviation_sd"],
        "counter_number": ["intercept", "loading", "dispersion"],
        "single": ["rho_drivers"],
    }
    return {**design.coords, **numbers}


def _data(name: str, array: Any) -> Any:
    places = name.endswith("_place")
    return pm.Data(name, array.astype(np.int64) if places else array, dims=DIMS[name])


def _scalars(priors: Priors) -> dict[str, Any]:
    """The learned numbers that are one for the whole model, and kappa."""
    theta = pm.Normal("theta", dims="scalar")
    one = {name: see.natural(priors.parameters[name], theta[k]) for k, name in enumerate(SCALARS)}
    rho = priors.parameters["rho_drivers"]
    if not isinstance(rho, Beta):
        raise TypeError("rho_drivers must be a beta: it is (rho + 1) / 2")
    logit = pm.Flat("rho_logit", dims="single")
    one["rho_drivers"] = see.logit_beta("rho_drivers", logit, rho.alpha, rho.beta)[0]
    for name, value in one.items():
        pm.Deterministic(name, value)
    offsets = np.array([priors.settings[f"kappa_offset_{family}"] for family in FAMILIES])
    spread = one["kappa_tau"] * pm.Normal("kappa_z", dims="family")
    one["kappa"] = pm.Deterministic("kappa", one["kappa_bar"] + offsets + spread, dims="family")
    return one


def _factors(data: dict[str, Any], one: dict[str, Any], priors: Priors) -> dict[str, Any]:
    """Coefficients, steps and monthly paths of the factors, with the prior of the processes.

    ``z`` has no prior of its own: whitened, it becomes coefficients and steps, and they have one.
    What the data leave open of cn_us and alignment is drawn as what their equations leave over
    (in its own scale), what the data fix is drawn as a whole; hence the two Jacobians.
    """
    z = pm.Flat("z", dims=("factor", "coordinate"))
    both = pt.sum(data["whiten"] * z[:, None, :], axis=2)
    width = data["factor_path"].shape[1]
    v, steps = both[:, :width], both[: len(DRIVERS), width:]
    rho, own_sd = 2.0 * one["rho_drivers"] - 1.0, one["alignment_own_sd"]
    root = pt.sqrt(1.0 - rho**2)
    east, log_east = _partly(v[EAST], root, data, 0)
    own, log_own = _partly(v[ALIGNMENT], own_sd, data, 1)
    west = v[WEST]
    east = east + rho * _idle(west, data, 0)
    families = pt.dot(data["factor_path"], v[len(DRIVERS) :].T)
    levels = equations.level(pt, families, priors.settings["level_offset"])
    held = pt.dot(data["project"], pt.dot(levels - 1.0, one["kappa"]))
    answer = one["c_R"] * west + one["c_C"] * east - held
    alignment = own + _idle(answer, data, 1)
    squares = (
        pt.sum(west**2)
        + pt.sum((east - rho * west) ** 2) / root**2
        + pt.sum((alignment - answer) ** 2) / own_sd**2
        + pt.sum(both[len(DRIVERS) :] ** 2)
    )
    scales = width * (pt.log(root) + pt.log(own_sd))
    pm.Potential("processes", -0.5 * squares - scales + log_east + log_own)
    hits = data["hits"]
    pm.Potential("shocks", _shock_prior(steps, hits, one, priors.settings["shock_nu"]))
    hit = steps * hits
    answered = hit[ALIGNMENT] + one["c_R"] * hit[WEST] + one["c_C"] * hit[EAST]
    jumps = pt.stack([hit[WEST], hit[EAST], answered])
    drivers = pt.stack([west, east, alignment])
    return {
        "coefficients": pt.concatenate([drivers, v[len(DRIVERS) :]]),
        "jumps": pt.concatenate([jumps, pt.zeros((len(FAMILIES), hits.shape[1]))]),
        "drivers": pt.dot(data["factor_path"], drivers.T) + pt.dot(data["shock_path"], jumps.T),
        "families": families,
        "levels": levels,
    }


def _idle(vector: Any, data: dict[str, Any], answer: int) -> Any:
    """The part of a factor's coefficients of which the data say nothing."""
    return vector - pt.dot(data["centred"][answer], vector)


def _partly(vector: Any, scale: Any, data: dict[str, Any], answer: int) -> tuple[Any, Any]:
    """The idle part in its own scale, the rest as it is; and the log Jacobian of doing so."""
    scaled = vector + (scale - 1.0) * _idle(vector, data, answer)
    known = data["information"][answer]
    return scaled, pt.sum(pt.log(known + scale * (1.0 - known)))


def _shock_prior(steps: Any, hits: Any, one: dict[str, Any], nu: float) -> Any:
    """Student-t sizes where a shock hits a driver; elsewhere the coordinate is idle."""
    u = (steps - one["shock_mean"]) / one["shock_scale"]
    sized = -0.5 * (nu + 1.0) * pt.log1p(u**2 / nu) - pt.log(one["shock_scale"])
    return pt.sum(pt.where(hits > 0.0, sized, -0.5 * steps**2))


def _sub_constraints(data: dict[str, Any], priors: Priors) -> tuple[Any, Any]:
    """Coefficients of the sub-constraints' own slow paths, and sds of those integrated out.

    What the data fix of a path is drawn in the nominal spread, hence the Jacobian. Both results
    have a row for every sub-constraint and a last one, zero, for indicators that have none; a path
    that is integrated out has coefficients of zero, and all others an sd of zero.
    """
    prior = priors.parameters["sub_deviation_sd"]
    sd = see.natural(prior, pm.Normal("sub_sd_z", dims="sub"))
    pm.Deterministic("sub_deviation_sd", sd, dims="sub")
    n_shared = data["sub_known"].shape[0]
    nominal, each = see.natural(prior, 0.0), sd[:n_shared, None]
    z = pm.Flat("sub_z", dims=("shared_sub", "slow"))
    seen = pt.sum(data["sub_known"] * z[:, None, :], axis=2)
    own = each * (z - seen) + nominal * seen
    steps = data["sub_information"] * nominal + (1.0 - data["sub_information"]) * each
    pm.Potential("own_paths", pt.sum(pt.log(steps / each) - 0.5 * (own / each) ** 2))
    rest = pt.zeros((sd.shape[0] - n_shared + 1, own.shape[1]))
    integrated = pt.concatenate([pt.zeros(n_shared), sd[n_shared:], pt.zeros(1)])
    return pt.concatenate([own, rest]), integrated


def _survival(
    data: dict[str, Any], paths: dict[str, Any], one: dict[str, Any], priors: Priors
) -> Any:
    """No exit from ``retreat`` in the months at risk."""
    west, east, alignment = (paths["drivers"][:, k] for k in (WEST, EAST, ALIGNMENT))
    gap, window = paths["levels"][:, 0], data["threat_window"]
    setting = priors.settings
    unseen = 1.0 - pt.sum(window)
    nominal = setting["threat_nominal"] * unseen
    soft = equations.soft_minimum(pt, west, east, setting["threat_sharpness"])
    contrast = equations.soft_floor(pt, pt.sum(window * soft) + nominal, setting["threat_floor"])
    strain = equations.soft_floor(pt, pt.sum(window * west) + nominal, setting["threat_floor"])
    own = alignment - one["c_R"] * west - one["c_C"] * east
    alliance = equations.alliance_log_rate(
        one["b_A"], one["b_T"], one["b_al"], soft / contrast, own
    )
    balancing = equations.balancing_log_rate(
        *(one["b_B"], one["b_B_west"], one["b_B_asym"]),
        *(west / strain, gap, pt.sum(window * gap) + unseen),
    )
    rupture = equations.rupture_log_rate(one["b_U"], one["b_U_asym"], one["b_U_al"], gap, alignment)
    cap = setting["hazard_cap"]
    out = equations.capped(pt, alliance, cap) + equations.capped(pt, rupture, cap)
    opened = data["at_risk_balancing"] * equations.capped(pt, balancing, cap)
    return -pt.sum(data["at_risk"] * out) - pt.sum(opened)
