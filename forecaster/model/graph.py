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

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model import equations
from forecaster.model.design import Design, noise_prior
from forecaster.model.layout import SCALARS
from indicators.spec import Indicator
from priors import Beta, LogNormal, Normal, Prior, Priors

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
}


def build(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> pm.Model:
    """The whole live model; parameters in their own units are deterministics."""
    with pm.Model(coords=_coords(design)) as model:
        data = {name: _data(name, design.data[name]) for name in DIMS}
        one = _scalars(priors)
        paths = _factors(data, one, priors)
        paths["sub_w"] = _sub_constraints(priors)
        loading_mean = _loading_means(priors)
        measure = _measures_of(design, catalogue, priors, loading_mean, one["loading_tau"])
        counter = _counters_of(design, catalogue, priors, loading_mean, one["loading_tau"])
        recall = _recalls(design, catalogue)
        both = pt.concatenate([paths["drivers"], paths["families"]], axis=1)
        paths["factors"] = pm.Deterministic("factors", both, dims=("month", "factor"))
        pm.Potential("measures", _measures(data, paths, measure))
        pm.Potential("counts", _counts(data, paths, counter, recall))
        pm.Potential("survival", _survival(data, paths, one, priors))
    return model


def _coords(design: Design) -> dict[str, list[str]]:
    width = design.coords["basis"] + design.coords["shock"]
    numbers = {
        "scalar": list(SCALARS),
        "coordinate": width,
        "coordinate_too": width,
        "basis_too": design.coords["basis"],
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


def _natural(prior: Prior, z: Any) -> Any:
    """What a standard normal becomes under a prior."""
    match prior:
        case Normal():
            return prior.mean + prior.sd * z
        case LogNormal():
            return prior.median * pt.exp(prior.log_sd * z)
    raise TypeError(f"{prior.title}: {prior.distribution}; normal or lognormal is expected")


def _logit_beta(name: str, logit: Any, alpha: Any, beta: Any) -> Any:
    """A Beta variable drawn on the logit scale; the potential is its density with Jacobian."""
    pm.Potential(f"{name}_prior", -pt.sum(alpha * pt.softplus(-logit) + beta * pt.softplus(logit)))
    return pt.sigmoid(logit)


def _scalars(priors: Priors) -> dict[str, Any]:
    """The learned numbers that are one for the whole model, and kappa."""
    theta = pm.Normal("theta", dims="scalar")
    one = {name: _natural(priors.parameters[name], theta[k]) for k, name in enumerate(SCALARS)}
    rho = priors.parameters["rho_drivers"]
    if not isinstance(rho, Beta):
        raise TypeError("rho_drivers must be a beta: it is (rho + 1) / 2")
    logit = pm.Flat("rho_logit", dims="single")
    one["rho_drivers"] = _logit_beta("rho_drivers", logit, rho.alpha, rho.beta)[0]
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


def _sub_constraints(priors: Priors) -> Any:
    """Coefficients of the sub-constraints' own slow paths; the last row is nobody's, zero."""
    z = pm.Normal("sub_sd_z", dims="sub")
    sd = _natural(priors.parameters["sub_deviation_sd"], z)
    pm.Deterministic("sub_deviation_sd", sd, dims="sub")
    own = sd[:, None] * pm.Normal("sub_z", dims=("sub", "slow"))
    return pt.concatenate([own, pt.zeros((1, own.shape[1]))])


def _loading_means(priors: Priors) -> Any:
    z = pm.Normal("loading_mean_z", dims="factor")
    mean = _natural(priors.parameters["loading_mean"], z)
    return pm.Deterministic("loading_mean", mean, dims="factor")


def _loadings(
    z: Any, names: list[str], catalogue: dict[str, Indicator], priors: Priors, mean: Any, tau: Any
) -> Any:
    """Signed loadings, log-normal around their factor's mean; the anchor's is nearly fixed."""
    factor = np.array([FACTORS.index(catalogue[i].informs.factor) for i in names], dtype=np.int64)
    anchor = np.array([catalogue[i].informs.anchor for i in names], dtype=bool)
    sign = np.array([catalogue[i].informs.sign for i in names], dtype=float)
    usual = mean[factor] * pt.exp(tau * z)
    return sign * pt.where(anchor, pt.exp(priors.settings["anchor_log_sd"] * z), usual)


def _by_class(z: Any, names: list[str], catalogue: dict[str, Indicator], priors: Priors) -> Any:
    """One positive scale per indicator, log-normal as its noise class states."""
    stated = [noise_prior(catalogue[i], priors) for i in names]
    medians = np.array([prior.median for prior in stated])
    return medians * pt.exp(np.array([prior.log_sd for prior in stated]) * z)


def _measures_of(
    design: Design, catalogue: dict[str, Indicator], priors: Priors, mean: Any, tau: Any
) -> dict[str, Any]:
    """Signed loading, noise and deviation of the Gaussian indicators."""
    names = design.coords["measure"]
    z = pm.Normal("measure_z", dims=("measure_number", "measure"))
    noise = _by_class(z[1], names, catalogue, priors)
    deviation = _natural(priors.parameters["deviation_sd"], z[2])
    return {
        "loading": _loadings(z[0], names, catalogue, priors, mean, tau),
        "noise": pm.Deterministic("noise_sd", noise, dims="measure"),
        "deviation": pm.Deterministic("deviation_sd", deviation, dims="measure"),
    }


def _counters_of(
    design: Design, catalogue: dict[str, Indicator], priors: Priors, mean: Any, tau: Any
) -> dict[str, Any]:
    """Intercept, signed loading, dispersion and slow deviation of the counts."""
    names = design.coords["counter"]
    z = pm.Normal("counter_z", dims=("counter_number", "counter"))
    intercept = priors.settings["count_intercept_sd"] * z[0]
    dispersion = _by_class(z[2], names, catalogue, priors)
    sd_z = pm.Normal("counter_sd_z", dims="counter")
    sd = _natural(priors.parameters["deviation_sd"], sd_z)
    return {
        "intercept": pm.Deterministic("counter_intercept", intercept, dims="counter"),
        "loading": _loadings(z[1], names, catalogue, priors, mean, tau),
        "dispersion": pm.Deterministic("dispersion", dispersion, dims="counter"),
        "deviation": pm.Deterministic("counter_deviation_sd", sd, dims="counter")[:, None]
        * pm.Normal("counter_deviation_z", dims=("counter", "slow")),
    }


def _recalls(design: Design, catalogue: dict[str, Indicator]) -> Any:
    """Log recall of every window whose list may miss events; the last is 0, for the rest."""
    windows = [name.split(":") for name in design.coords["partial"]]
    shapes = [catalogue[indicator].coverage[int(number)].recall for indicator, number in windows]
    alpha, beta = np.array(shapes, dtype=float).reshape(-1, 2).T
    logit = pm.Flat("recall_logit", dims="partial")
    recalled = _logit_beta("recall", logit, alpha, beta)
    pm.Deterministic("recall", recalled, dims="partial")
    return pt.concatenate([pt.log(recalled), pt.zeros(1)])


def _measures(data: dict[str, Any], paths: dict[str, Any], measure: dict[str, Any]) -> Any:
    """Gaussian indicators in rotated coordinates: intercept and deviation are integrated out."""
    factor, sub = data["y_place"][0], data["y_place"][1]
    seen = (
        _each(data["y_basis"], paths["coefficients"][factor])
        + _each(data["y_shock"], paths["jumps"][factor])
        + _each(data["y_slow"], paths["sub_w"][sub])
    )
    weight, share = data["y_shape"][0], data["y_shape"][1]
    variance = measure["noise"][:, None] ** 2 + measure["deviation"][:, None] ** 2 * share
    miss = data["y"] - measure["loading"][:, None] * seen
    return pt.sum(-0.5 * weight * (miss**2 / variance + pt.log(variance)))


def _each(rows: Any, coefficients: Any) -> Any:
    """Rows of every indicator (indicator, row, k) times its own coefficients (indicator, k)."""
    return pt.sum(rows * coefficients[:, None, :], axis=2)


def _counts(
    data: dict[str, Any], paths: dict[str, Any], counter: dict[str, Any], log_recall: Any
) -> Any:
    """Negative binomial counts with exposure and recall.

    An intercept is the log rate at the mean state of the months that its count covers.
    """
    factor, sub = data["counter_place"][0], data["counter_place"][1]
    which, first, last, window = (data["cell_place"][:, k] for k in range(4))
    count, weight, log_exposure = (data["cells"][:, k] for k in range(3))
    subs = pt.dot(data["slow_path"], paths["sub_w"].T)
    own = pt.dot(data["slow_path"], counter["deviation"].T)
    path = counter["loading"] * (paths["factors"][:, factor] + subs[:, sub]) + own
    path = path - pt.sum(data["usual"] * path.T, axis=1)
    month = pt.arange(path.shape[0])
    covered = pt.and_(month >= first[:, None], month <= last[:, None])
    mean_path = pt.sum(covered * path.T[which], axis=1) / (last - first + 1)
    log_mean = counter["intercept"][which] + mean_path + log_exposure + log_recall[window]
    alpha = counter["dispersion"]
    gap = log_mean - pt.log(alpha)[which]
    each = count * gap - (alpha[which] + count) * pt.softplus(gap)
    steps = pt.arange(data["more_than"].shape[1])
    rising = pt.sum(data["more_than"] * pt.log(alpha[:, None] + steps))
    return rising + pt.sum(weight * each)


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
