"""Where each parameter lies in the sampler's vector, and what it is in its own unit.

The sampler moves a flat vector whose coordinates are standard normal before any data, except where
said: ``z`` (whitened coefficients), ``rho_logit`` and ``recall_logit``. ``Layout.natural`` turns a
block of draws into the parameters that carry the names of their priors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.geometry import noise_prior
from indicators.spec import Indicator
from priors import Beta, LogNormal, Normal, Priors

SCALARS = (
    *("c_R", "c_C", "alignment_own_sd"),
    *("b_A", "b_T", "b_al", "b_B", "b_B_west", "b_B_asym", "b_U", "b_U_asym", "b_U_al"),
    *("kappa_bar", "kappa_tau", "shock_mean", "shock_scale", "loading_tau"),
)
BLOCKS = (
    *("z", "theta", "rho_logit", "kappa_z", "loading_mean_z", "measure_z", "sub_sd_z", "sub_z"),
    *("counter_z", "counter_sd_z", "counter_deviation_z", "recall_logit"),
)


@dataclass(frozen=True)
class Layout:
    """Shapes of the blocks and the numbers that turn them into parameters.

    Attributes
    ----------
    shapes : dict
        Shape of each block, in the order in which they lie.
    location, scale, positive : arrays
        Of ``SCALARS``: natural = location + scale z, or its exponential where positive.
    loading_known : dict
        By kind (``measure``, ``counter``): the share of each loading that the data fix.
    factor_of : dict
        By kind: the place of each one's factor.
    measure_location, measure_scale : arrays (3, measure)
        Log loading (beyond its factor's mean), log noise, log deviation; likewise for counts:
        intercept, log loading, log dispersion.
    """

    shapes: dict[str, tuple[int, ...]]
    location: Array
    scale: Array
    positive: Array
    rho_shape: Array
    kappa_offset: Array
    loading_mean: Array
    loading_tau: Array
    loading_known: dict[str, Array]
    factor_of: dict[str, Array]
    measure_location: Array
    measure_scale: Array
    measure_anchor: Array
    measure_sign: Array
    sub_sd: Array
    sub_known: Array
    counter_location: Array
    counter_scale: Array
    counter_anchor: Array
    counter_sign: Array
    counter_sd: Array
    recall_shape: Array

    @property
    def starts(self) -> Array:
        """First position of each block, and the length of the whole at the end."""
        sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return int(self.starts[-1])

    def blocks(self, x: Array) -> dict[str, Array]:
        """Views of draws (..., size) by block name."""
        starts = self.starts
        return {
            name: x[..., starts[k] : starts[k + 1]].reshape(*x.shape[:-1], *shape)
            for k, (name, shape) in enumerate(self.shapes.items())
        }

    def natural(self, x: Array) -> dict[str, Array]:
        """Parameters in their own units, by the names of their priors."""
        block = self.blocks(x)
        theta = self.location + self.scale * block["theta"]
        theta = np.where(self.positive > 0, np.exp(theta), theta)
        named: dict[str, Array] = {name: theta[..., k] for k, name in enumerate(SCALARS)}
        named["rho_drivers"] = 1.0 / (1.0 + np.exp(-block["rho_logit"][..., 0]))
        tau = named["kappa_tau"][..., None]
        named["kappa"] = named["kappa_bar"][..., None] + self.kappa_offset + tau * block["kappa_z"]
        named["loading_mean"] = np.exp(
            self.loading_mean[0] + self.loading_mean[1] * block["loading_mean_z"]
        )
        for kind, row, scale in (
            ("measure", 0, self.measure_scale[0]),
            ("counter", 1, self.counter_scale[1]),
        ):
            z = block[f"{kind}_z"][..., row, :]
            named[f"{kind}_loading"] = self._loadings(kind, z, scale, named)
        scaled = self.measure_location + self.measure_scale * block["measure_z"]
        named["noise_sd"] = np.exp(scaled[..., 1, :])
        named["deviation_sd"] = np.exp(scaled[..., 2, :])
        named["sub_deviation_sd"] = np.exp(self.sub_sd[0] + self.sub_sd[1] * block["sub_sd_z"])
        sub_sd = named["sub_deviation_sd"][..., : len(self.sub_known)]
        seen = np.einsum("skj,...sj->...sk", self.sub_known, block["sub_z"])
        nominal = np.exp(self.sub_sd[0])
        named["sub_w"] = sub_sd[..., None] * (block["sub_z"] - seen) + nominal * seen
        counted = self.counter_location + self.counter_scale * block["counter_z"]
        named["counter_intercept"] = counted[..., 0, :]
        named["dispersion"] = np.exp(counted[..., 2, :])
        deviation = np.exp(self.counter_sd[0] + self.counter_sd[1] * block["counter_sd_z"])
        named["counter_deviation_sd"] = deviation
        named["counter_w"] = deviation[..., None] * block["counter_deviation_z"]
        named["recall"] = 1.0 / (1.0 + np.exp(-block["recall_logit"]))
        return named

    def _loadings(self, kind: str, z: Array, fixed: Array, named: dict[str, Array]) -> Array:
        """Signed loadings of the measured or the counted indicators; the way of ``live``."""
        known, anchor = self.loading_known[kind], getattr(self, f"{kind}_anchor")
        mean = np.log(named["loading_mean"][..., self.factor_of[kind]])
        step = known * self.loading_tau + (1.0 - known) * named["loading_tau"][..., None]
        usual = step * z + (1.0 - known) * mean + known * self.loading_mean[0]
        signed: Array = getattr(self, f"{kind}_sign")
        return signed * np.exp(np.where(anchor > 0, fixed * z, usual))


def layout(design: Design, catalogue: dict[str, Indicator], priors: Priors) -> Layout:
    """Blocks and numbers for one catalogue and one set of priors."""
    coords = design.coords
    n_slow = design.data["slow_path"].shape[1]
    width = design.data["whiten"].shape[1]
    measures, counters, subs = coords["measure"], coords["counter"], coords["sub"]
    location, scale, positive = np.array([_normal(priors, name) for name in SCALARS]).T
    rho = priors.parameters["rho_drivers"]
    if not isinstance(rho, Beta):
        raise TypeError("rho_drivers must be a beta: it is (rho + 1) / 2")
    deviation = _log(priors, "deviation_sd")
    recalls = [_recall(window, catalogue) for window in coords["partial"]]
    noise = [noise_prior(catalogue[name], priors) for name in measures]
    dispersion = [noise_prior(catalogue[name], priors) for name in counters]
    intercept_sd = priors.settings["count_intercept_sd"]
    return Layout(
        shapes={
            "z": (len(FACTORS), width),
            "theta": (len(SCALARS),),
            "rho_logit": (1,),
            "kappa_z": (len(FAMILIES),),
            "loading_mean_z": (len(FACTORS),),
            "measure_z": (3, len(measures)),
            "sub_sd_z": (len(subs),),
            "sub_z": (len(coords["shared_sub"]), n_slow),
            "counter_z": (3, len(counters)),
            "counter_sd_z": (len(counters),),
            "counter_deviation_z": (len(counters), n_slow),
            "recall_logit": (len(recalls),),
        },
        location=location,
        scale=scale,
        positive=positive,
        rho_shape=np.array([rho.alpha, rho.beta]),
        kappa_offset=np.array([priors.settings[f"kappa_offset_{name}"] for name in FAMILIES]),
        loading_mean=_log(priors, "loading_mean"),
        loading_tau=np.exp(_log(priors, "loading_tau")[:1]),
        loading_known={
            "measure": design.data["measure_known"],
            "counter": design.data["counter_known"],
        },
        factor_of={
            "measure": design.data["y_place"][0].astype(np.int64),
            "counter": design.data["counter_place"][0].astype(np.int64),
        },
        measure_location=np.array(
            [
                np.zeros(len(measures)),
                [np.log(one.median) for one in noise],
                np.full(len(measures), deviation[0]),
            ]
        ),
        measure_scale=np.array(
            [
                np.full(len(measures), priors.settings["anchor_log_sd"]),
                [one.log_sd for one in noise],
                np.full(len(measures), deviation[1]),
            ]
        ),
        measure_anchor=np.array([float(catalogue[i].informs.anchor) for i in measures]),
        measure_sign=np.array([float(catalogue[i].informs.sign) for i in measures]),
        sub_sd=_log(priors, "sub_deviation_sd"),
        sub_known=design.data["sub_known"],
        counter_location=np.array(
            [
                np.zeros(len(counters)),
                np.zeros(len(counters)),
                [np.log(one.median) for one in dispersion],
            ]
        ),
        counter_scale=np.array(
            [
                np.full(len(counters), intercept_sd),
                np.full(len(counters), priors.settings["anchor_log_sd"]),
                [one.log_sd for one in dispersion],
            ]
        ),
        counter_anchor=np.array([float(catalogue[i].informs.anchor) for i in counters]),
        counter_sign=np.array([float(catalogue[i].informs.sign) for i in counters]),
        counter_sd=deviation,
        recall_shape=np.array(recalls).reshape(-1, 2),
    )


def hits(priors: Priors) -> Array:
    """Which shock hits which driver, shape (driver, shock), ones and zeros."""
    return np.array(
        [[float(driver in shock.factors) for shock in priors.shocks] for driver in DRIVERS]
    )


def _normal(priors: Priors, name: str) -> tuple[float, float, float]:
    prior: Any = priors.parameters[name]
    if isinstance(prior, Normal):
        return prior.mean, prior.sd, 0.0
    if isinstance(prior, LogNormal):
        return float(np.log(prior.median)), prior.log_sd, 1.0
    raise TypeError(f"{name} is {prior.distribution}; the live model takes normal or lognormal")


def _log(priors: Priors, name: str) -> Array:
    location, scale, positive = _normal(priors, name)
    if not positive:
        raise TypeError(f"{name} must be lognormal: it scales something")
    return np.array([location, scale])


def _recall(window: str, catalogue: dict[str, Indicator]) -> tuple[float, float]:
    name, number = window.split(":")
    recall = catalogue[name].coverage[int(number)].recall
    if recall is None:
        raise ValueError(f"{window} has no recall; only a window with one is partial")
    return recall
