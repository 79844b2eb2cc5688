"""The part of ``graph`` in which indicators see the factors: loadings, noise, counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecaster.belief import FACTORS
from forecaster.model.design import Design
from forecaster.model.geometry import noise_prior
from indicators.spec import Indicator
from priors import LogNormal, Normal, Prior, Priors


def natural(prior: Prior, z: Any) -> Any:
    """What a standard normal becomes under a prior."""
    match prior:
        case Normal():
            return prior.mean + prior.sd * z
        case LogNormal():
            return prior.median * pt.exp(prior.log_sd * z)
    raise TypeError(f"{prior.title}: {prior.distribution}; normal or lognormal is expected")


def logit_beta(name: str, logit: Any, alpha: Any, beta: Any) -> Any:
    """A Beta variable drawn on the logit scale; the potential is its density with Jacobian."""
    pm.Potential(f"{name}_prior", -pt.sum(alpha * pt.softplus(-logit) + beta * pt.softplus(logit)))
    return pt.sigmoid(logit)


def loading_means(priors: Priors) -> Any:
    """Typical loading by factor."""
    z = pm.Normal("loading_mean_z", dims="factor")
    mean = natural(priors.parameters["loading_mean"], z)
    return pm.Deterministic("loading_mean", mean, dims="factor")


class Spread(NamedTuple):
    """Mean by factor, and spread, of the log loadings."""

    mean: Any
    tau: Any
    priors: Priors

    def loadings(self, z: Any, kind: str, names: list[str], catalogue: dict[str, Indicator]) -> Any:
        """Signed loadings, log-normal around their factor's mean; the anchor's is nearly fixed.

        The share of a loading that the data fix is drawn around the nominal mean in the nominal
        spread; the potential turns the standard normal ``z`` into the prior of what comes out.
        """
        informs = [catalogue[i].informs for i in names]
        factor = np.array([FACTORS.index(one.factor) for one in informs], dtype=np.int64)
        anchor = np.array([one.anchor for one in informs], dtype=bool)
        sign = np.array([one.sign for one in informs], dtype=float)
        usual, spread = (
            natural(self.priors.parameters[n], 0.0) for n in ("loading_mean", "loading_tau")
        )
        known = pm.modelcontext(None)[f"{kind}_known"]
        mean, step = pt.log(self.mean)[factor], known * spread + (1.0 - known) * self.tau
        log_loading = step * z + (1.0 - known) * mean + known * np.log(usual)
        off = (log_loading - mean) / self.tau
        prior = 0.5 * (z**2 - off**2) + pt.log(step / self.tau)
        pm.Potential(f"{kind}_loadings", pt.sum(pt.where(anchor, 0.0, prior)))
        fixed = self.priors.settings["anchor_log_sd"] * z
        return sign * pt.exp(pt.where(anchor, fixed, log_loading))


def _by_class(z: Any, names: list[str], catalogue: dict[str, Indicator], priors: Priors) -> Any:
    """One positive scale per indicator, log-normal as its noise class states."""
    stated = [noise_prior(catalogue[i], priors) for i in names]
    medians = np.array([prior.median for prior in stated])
    return medians * pt.exp(np.array([prior.log_sd for prior in stated]) * z)


def measured(
    design: Design, catalogue: dict[str, Indicator], priors: Priors, spread: Spread
) -> dict[str, Any]:
    """Signed loading, noise and deviation of the Gaussian indicators."""
    names = design.coords["measure"]
    z = pm.Normal("measure_z", dims=("measure_number", "measure"))
    noise = _by_class(z[1], names, catalogue, priors)
    deviation = natural(priors.parameters["deviation_sd"], z[2])
    return {
        "loading": spread.loadings(z[0], "measure", names, catalogue),
        "noise": pm.Deterministic("noise_sd", noise, dims="measure"),
        "deviation": pm.Deterministic("deviation_sd", deviation, dims="measure"),
    }


def counted(
    design: Design, catalogue: dict[str, Indicator], priors: Priors, spread: Spread
) -> dict[str, Any]:
    """Intercept, signed loading, dispersion and slow deviation of the counts."""
    names = design.coords["counter"]
    z = pm.Normal("counter_z", dims=("counter_number", "counter"))
    intercept = priors.settings["count_intercept_sd"] * z[0]
    dispersion = _by_class(z[2], names, catalogue, priors)
    sd_z = pm.Normal("counter_sd_z", dims="counter")
    sd = natural(priors.parameters["deviation_sd"], sd_z)
    return {
        "intercept": pm.Deterministic("counter_intercept", intercept, dims="counter"),
        "loading": spread.loadings(z[1], "counter", names, catalogue),
        "dispersion": pm.Deterministic("dispersion", dispersion, dims="counter"),
        "deviation": pm.Deterministic("counter_deviation_sd", sd, dims="counter")[:, None]
        * pm.Normal("counter_deviation_z", dims=("counter", "slow")),
    }


def recalls(design: Design, catalogue: dict[str, Indicator]) -> Any:
    """Log recall of every window whose list may miss events; the last is 0, for the rest."""
    windows = [name.split(":") for name in design.coords["partial"]]
    shapes = [catalogue[indicator].coverage[int(number)].recall for indicator, number in windows]
    alpha, beta = np.array(shapes, dtype=float).reshape(-1, 2).T
    logit = pm.Flat("recall_logit", dims="partial")
    recalled = logit_beta("recall", logit, alpha, beta)
    pm.Deterministic("recall", recalled, dims="partial")
    return pt.concatenate([pt.log(recalled), pt.zeros(1)])


def measures(data: dict[str, Any], paths: dict[str, Any], measure: dict[str, Any]) -> Any:
    """Gaussian indicators in rotated coordinates: level and deviation are integrated out."""
    factor, sub = data["y_place"][0], data["y_place"][1]
    seen = (
        _each(data["y_basis"], paths["coefficients"][factor])
        + _each(data["y_shock"], paths["jumps"][factor])
        + _each(data["y_slow"], paths["sub_w"][sub])
    )
    weight, share = data["y_shape"][0], data["y_shape"][1]
    slow = measure["deviation"] ** 2 + (measure["loading"] * paths["sub_sd"][sub]) ** 2
    variance = measure["noise"][:, None] ** 2 + slow[:, None] * share
    miss = data["y"] - measure["loading"][:, None] * seen
    return pt.sum(-0.5 * weight * (miss**2 / variance + pt.log(variance)))


def _each(rows: Any, coefficients: Any) -> Any:
    """Rows of every indicator (indicator, row, k) times its own coefficients (indicator, k)."""
    return pt.sum(rows * coefficients[:, None, :], axis=2)


def counts(
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
