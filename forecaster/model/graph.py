"""Design and priors as a PyMC model: the random variables, and one density for all they explain.

The structure, top down: drivers and families are slow processes with steps at documented shocks;
alignment answers the antagonisms and is held back by the constraints; indicators see factors;
months without an exit are data for the hazards. Simple priors are PyMC's; the rest is ``live``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model.design import Design, noise_prior
from forecaster.model.live import DATA, STRUCTURE, LiveDensity
from indicators.spec import Indicator
from priors import Beta, Fixed, Gamma, LogNormal, Normal, Prior, Priors, StudentT


def build(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> pm.Model:
    """The whole live model."""
    with pm.Model(coords=dict(design.coords)) as model:
        inputs = parameters(design, catalogue, priors)
        data = [pm.Data(name, design.data[name]) for name in DATA]
        pm.Potential("live", LiveDensity()(*inputs, *data)[0])
    return model


def parameters(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> list[Any]:
    """Every random variable, arranged as the density takes them (inside a model context)."""
    z = pm.Normal("z", 0.0, 1.0, shape=design.data["whiten"].shape[:2], dims=("factor", "basis"))
    rho = 2.0 * parameter(priors, "rho_drivers") - 1.0
    structure = [rho, *(parameter(priors, name) for name in STRUCTURE[1:])]
    kappa = _kappa(priors)
    steps = _steps(design, priors)
    parameter(priors, "loading_mean", dims="factor")
    parameter(priors, "loading_tau")
    sub_sd = parameter(priors, "sub_deviation_sd", dims="sub")
    sub_w = sub_sd[:, None] * pm.Normal("sub_z", dims=("sub", "slow"))
    measure = _measure(design, catalogue, priors)
    counter, counter_w = _counter(design, catalogue, priors)
    return [
        z,
        pt.stack(structure),
        kappa,
        steps,
        sub_w,
        measure,
        counter,
        counter_w,
        _log_recall(design, catalogue),
    ]


def random_variable(name: str, prior: Prior, **kwargs: Any) -> Any:
    """A PyMC variable with the distribution that the priors room states."""
    match prior:
        case Normal():
            return pm.Normal(name, prior.mean, prior.sd, **kwargs)
        case LogNormal():
            return pm.LogNormal(name, np.log(prior.median), prior.log_sd, **kwargs)
        case Beta():
            return pm.Beta(name, prior.alpha, prior.beta, **kwargs)
        case Gamma():
            return pm.Gamma(name, prior.alpha, prior.beta, **kwargs)
        case StudentT():
            return pm.StudentT(name, nu=prior.nu, mu=prior.mean, sigma=prior.scale, **kwargs)
        case Fixed():
            return pt.constant(prior.value)


def parameter(priors: Priors, name: str, **kwargs: Any) -> Any:
    """The variable of one named prior."""
    return random_variable(name, priors.parameters[name], **kwargs)


def _kappa(priors: Priors) -> Any:
    """Constraint strength by family, around a common mean."""
    bar = parameter(priors, "kappa_bar")
    tau = parameter(priors, "kappa_tau")
    offsets = np.array([priors.settings[f"kappa_offset_{family}"] for family in FAMILIES])
    z = pm.Normal("kappa_z", dims="family")
    return bar + offsets + tau * z


def _steps(design: Design, priors: Priors) -> Any:
    """Size of each documented shock on each driver it hits, (driver, shock); 0 where it does not."""
    scale, mean = parameter(priors, "shock_scale"), parameter(priors, "shock_mean")
    places = [
        (row, column)
        for row, driver in enumerate(DRIVERS)
        for column, shock in enumerate(priors.shocks)
        if driver in shock.factors
    ]
    names = design.coords["shock"]
    model = pm.modelcontext(None)
    model.add_coord("hit", [f"{names[column]}:{DRIVERS[row]}" for row, column in places])
    z = pm.StudentT("shock_size_z", nu=priors.settings["shock_nu"], dims="hit")
    select = np.zeros((len(places), len(DRIVERS) * len(names)))
    for hit, (row, column) in enumerate(places):
        select[hit, row * len(names) + column] = 1.0
    return pt.dot(mean + scale * z, select).reshape((len(DRIVERS), len(names)))


def _measure(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> Any:
    """Intercept, signed loading, noise and deviation of the Gaussian indicators, one row each."""
    names = design.coords["measure"]
    sd = priors.settings["intercept_sd"]
    return pt.stack(
        [
            pm.Normal("measure_intercept", 0.0, sd, dims="measure"),
            _loadings("measure", names, catalogue, priors),
            _by_class("noise_sd", "measure", names, catalogue, priors),
            parameter(priors, "deviation_sd", dims="measure"),
        ]
    )


def _counter(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> tuple[Any, Any]:
    """Intercept, signed loading and dispersion of the counts; coefficients of their deviations."""
    names = design.coords["counter"]
    sd = priors.settings["count_intercept_sd"]
    rows = [
        pm.Normal("counter_intercept", 0.0, sd, dims="counter"),
        _loadings("counter", names, catalogue, priors),
        _by_class("dispersion", "counter", names, catalogue, priors),
    ]
    deviation = random_variable(
        "counter_deviation_sd", priors.parameters["deviation_sd"], dims="counter"
    )
    own = pm.Normal("counter_deviation_z", dims=("counter", "slow"))
    return pt.stack(rows), deviation[:, None] * own


def _loadings(kind: str, names: list[str], catalogue: dict[str, Indicator], priors: Priors) -> Any:
    """Signed loadings, log-normal around their factor's mean; the anchor's is nearly fixed."""
    model = pm.modelcontext(None)
    factor = [FACTORS.index(catalogue[i].informs.factor) for i in names]
    anchor = np.array([catalogue[i].informs.anchor for i in names], dtype=float)
    z = pm.Normal(f"{kind}_loading_z", dims=kind)
    usual = pt.log(model["loading_mean"])[factor] + model["loading_tau"] * z
    fixed = priors.settings["anchor_log_sd"] * z
    sign = np.array([catalogue[i].informs.sign for i in names], dtype=float)
    return sign * pt.exp(anchor * fixed + (1.0 - anchor) * usual)


def _by_class(
    name: str, dim: str, names: list[str], catalogue: dict[str, Indicator], priors: Priors
) -> Any:
    """One positive scale per indicator, log-normal as its noise class states."""
    stated = [noise_prior(catalogue[i], priors) for i in names]
    medians = np.array([one.median for one in stated])
    spreads = np.array([one.log_sd for one in stated])
    return pm.LogNormal(name, np.log(medians), spreads, dims=dim)


def _log_recall(design: Design, catalogue: dict[str, Indicator]) -> Any:
    """Log recall of every window whose list is known to miss events, Beta by window."""
    shapes = []
    for window in design.coords["partial"]:
        indicator, number = window.split(":")
        recall = catalogue[indicator].coverage[int(number)].recall
        assert recall is not None
        shapes.append(recall)
    alpha, beta = (np.array([shape[k] for shape in shapes]) for k in (0, 1))
    return pt.log(pm.Beta("recall", alpha, beta, dims="partial"))
