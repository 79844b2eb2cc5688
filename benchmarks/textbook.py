"""The peer: the same readings and equations, written the way a textbook writes such a model.

A monthly increment for every factor, summed; intercepts as they are, half-normal noise, loadings
and constraint strengths drawn around their means, and ``pm.sample`` with its defaults. Processes,
priors (but for the noise) and hazards are those of the live model. Where a choice was open the one
that is cheaper for this model was taken: slow deviations have a short basis, not months of their
own, and only yearly points of the factors are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecaster.belief import DRIVERS, FACTORS, FAMILIES
from forecaster.model import design as live_design
from forecaster.model import equations
from forecaster.model.design import Design
from forecaster.model.geometry import noise_prior
from forecaster.model.grid import ORIGIN_INDEX, month_index
from forecaster.model.layout import SCALARS
from forecaster.model.observed import observations
from forecaster.store import readings
from forecaster.wiring import Desk
from indicators.spec import Indicator
from priors import Beta, LogNormal, Normal, Prior, Priors

WIDE = 5.0  # an intercept, in sds of its series
HALF_NORMAL_MEDIAN = 0.6745  # of one with scale 1
WATCHED = ("rho_drivers", *SCALARS, "kappa", "factor")


@dataclass(frozen=True)
class World:
    """What both models are given."""

    design: Design
    catalogue: Mapping[str, Indicator]
    priors: Priors

    def number(self, name: str) -> float:
        """A fixed number of the priors."""
        return self.priors.settings[name]


class Usual(NamedTuple):
    """Mean by factor, and spread, of the log loadings."""

    log_mean: Any
    tau: Any


def gather(desk: Desk, now: datetime) -> World:
    """Readings as known now, arranged by the live model's own code."""
    last = month_index(now.date())
    known = observations(readings.as_known(desk.engine, now), desk.catalogue, last)
    frame = live_design.build(known, desk.catalogue, desk.priors, last + 1)
    return World(frame, desk.catalogue, desk.priors)


def build(world: World) -> pm.Model:
    """The whole model."""
    with pm.Model() as model:
        scalar = {
            name: variable(name, world.priors.parameters[name])
            for name in ("rho_drivers", *SCALARS)
        }
        offsets = np.array([world.number(f"kappa_offset_{name}") for name in FAMILIES])
        kappa = pm.Normal("kappa", scalar["kappa_bar"] + offsets, scalar["kappa_tau"])
        factors, levels = _factors(world, scalar, kappa)
        now = world.design.n_months - 1
        pm.Deterministic("factor", factors[now % 12 :: 12])
        seen = _Seen(world, factors)
        mean = variable("loading_mean", world.priors.parameters["loading_mean"], len(FACTORS))
        usual = Usual(pt.log(mean), scalar["loading_tau"])
        _measured(world, seen, usual)
        _counted(world, seen, usual)
        _quiet_months(world, scalar, factors, levels)
    return model


def variable(name: str, prior: Prior, shape: int | tuple[int, ...] = ()) -> Any:
    """The variable of one prior."""
    match prior:
        case Normal():
            return pm.Normal(name, prior.mean, prior.sd, shape=shape)
        case LogNormal():
            return pm.LogNormal(name, np.log(prior.median), prior.log_sd, shape=shape)
        case Beta():
            return pm.Beta(name, prior.alpha, prior.beta, shape=shape)
        case _:
            raise TypeError(f"{name} is {prior.distribution}; expected normal, lognormal or beta")


def _factors(world: World, scalar: Mapping[str, Any], kappa: Any) -> tuple[Any, Any]:
    """Factors (month, factor) and levels of the constraints, from monthly increments."""
    n, phi = world.design.n_months, world.design.phi
    fade = phi ** np.arange(n)[:, None]
    size = np.full((n, 1), np.sqrt(1.0 - phi**2))
    size[0] = 1.0
    increments = pm.Normal("increment", 0.0, 1.0, shape=(n, len(FACTORS)))
    rho = 2.0 * scalar["rho_drivers"] - 1.0
    joint = rho * increments[:, 0] + pt.sqrt(1.0 - rho**2) * increments[:, 1]
    moved = pt.set_subtensor(increments[:, 1], joint)
    paths = fade * pt.cumsum(moved * size / fade, axis=0)
    paths = paths - paths[ORIGIN_INDEX]

    hits = np.argwhere(world.design.data["hits"] > 0)
    shock = pm.StudentT(
        "shock",
        nu=world.number("shock_nu"),
        mu=scalar["shock_mean"],
        sigma=scalar["shock_scale"],
        shape=len(hits),
    )
    steps = pt.zeros(world.design.data["hits"].shape)
    steps = pt.set_subtensor(steps[hits[:, 0], hits[:, 1]], shock)
    jumps = pt.dot(pm.Data("shock_path", world.design.data["shock_path"][:n]), steps.T)

    west, east = (paths[:, k] + jumps[:, k] for k in (0, 1))
    families = paths[:, len(DRIVERS) :]
    levels = equations.level(pt, families, world.number("level_offset"))
    alignment = (
        scalar["c_R"] * west
        + scalar["c_C"] * east
        - pt.dot(levels - 1.0, kappa)
        + scalar["alignment_own_sd"] * paths[:, 2]
        + jumps[:, 2]
    )
    drivers = pt.stack([west, east, alignment], axis=1)
    return pt.concatenate([drivers, families], axis=1), levels


class _Seen:
    """Means of factor and sub-constraint over the months that a reading covers."""

    def __init__(self, world: World, factors: Any) -> None:
        n, subs = world.design.n_months, world.design.coords["sub"]
        self.slow = world.design.data["slow_path"][:n]
        spread = variable("sub_sd", world.priors.parameters["sub_deviation_sd"], len(subs))
        own = pm.Normal("sub_z", 0.0, 1.0, shape=(len(subs), self.slow.shape[1]))
        parts = pt.dot(pm.Data("slow_path", self.slow), (spread[:, None] * own).T)
        # The last column is zero, for indicators without a sub-constraint.
        paths = pt.concatenate([factors, parts, pt.zeros((n, 1))], axis=1)
        self.sums = pt.concatenate([pt.zeros((1, paths.shape[1])), pt.cumsum(paths, axis=0)])
        self.none = len(FACTORS) + len(subs)

    def mean(self, kind: str, place: Any, factor: Any, sub: Any) -> Any:
        """What each reading sees; ``sub`` is -1 where there is none."""
        which, first, last = place
        part = np.where(sub < 0, self.none, len(FACTORS) + sub)
        before, after = pm.Data(f"{kind}_first", first), pm.Data(f"{kind}_next", last + 1)
        columns = pm.Data(f"{kind}_factor", factor[which]), pm.Data(f"{kind}_part", part[which])
        both = sum(self.sums[after, column] - self.sums[before, column] for column in columns)
        return both / pm.Data(f"{kind}_months", last - first + 1.0)

    def deviation(self, kind: str, world: World, names: list[str], place: Any) -> Any:
        """An indicator's own slow way; ``place`` rows: indicator, first and last month."""
        prior = world.priors.parameters["deviation_sd"]
        spread = variable(f"{kind}_deviation_sd", prior, len(names))
        own = pm.Normal(f"{kind}_deviation_z", 0.0, 1.0, shape=(len(names), self.slow.shape[1]))
        sums = np.concatenate([np.zeros((1, self.slow.shape[1])), self.slow.cumsum(axis=0)])
        which, first, last = place
        weights = (sums[last + 1] - sums[first]) / (last - first + 1)[:, None]
        mine = pm.Data(f"{kind}_own", which)
        seen = pm.Data(f"{kind}_weights", weights)
        return spread[mine] * (seen * own[mine]).sum(axis=1)


def _loadings(kind: str, world: World, names: list[str], factor: Any, usual: Usual) -> Any:
    """Signed loadings, around the mean of their factor; an anchor's is nearly fixed."""
    informs = [world.catalogue[name].informs for name in names]
    anchor = np.array([one.anchor for one in informs])
    loading = pm.LogNormal(
        f"{kind}_loading",
        pt.where(anchor, 0.0, usual.log_mean[factor]),
        pt.where(anchor, world.number("anchor_log_sd"), usual.tau),
    )
    return loading * np.array([one.sign for one in informs], dtype=float)


def _measured(world: World, seen: _Seen, usual: Usual) -> None:
    names = world.design.coords["measure"]
    factor, sub, _ = world.design.data["y_place"].astype(int)
    rows = [
        (which, row.observation.first, row.observation.last)
        for which, name in enumerate(names)
        for row in world.design.rows[name]
    ]
    values = [row.observation.value for name in names for row in world.design.rows[name]]
    place = np.array(rows).T
    which = pm.Data("measured_by", place[0])
    weight = np.array([world.catalogue[name].observation.weight for name in names])
    medians = [noise_prior(world.catalogue[name], world.priors).median for name in names]
    intercept = pm.Normal("intercept", 0.0, WIDE, shape=len(names))
    noise = pm.HalfNormal("noise", np.array(medians) / HALF_NORMAL_MEDIAN)
    loading = _loadings("measure", world, names, factor, usual)
    mean = (
        intercept[which]
        + loading[which] * seen.mean("measure", place, factor, sub)
        + seen.deviation("measure", world, names, place)
    )
    each = pm.logp(pm.Normal.dist(mean, noise[which]), pm.Data("values", values))
    pm.Potential("measured", (pm.Data("weights", weight[place[0]]) * each).sum())


def _counted(world: World, seen: _Seen, usual: Usual) -> None:
    data, names = world.design.data, world.design.coords["counter"]
    used = data["cells"][:, 1] > 0
    count, weight, log_exposure = data["cells"][used].T
    *place, window = data["cell_place"][used].astype(int).T
    which = pm.Data("counted_by", place[0])
    factor, sub = data["counter_place"].astype(int)
    intercept = pm.Normal(
        "count_intercept", 0.0, world.number("count_intercept_sd"), shape=len(names)
    )
    stated = [noise_prior(world.catalogue[name], world.priors) for name in names]
    dispersion = pm.LogNormal(
        "dispersion",
        np.log([one.median for one in stated]),
        np.array([one.log_sd for one in stated]),
    )
    loading = _loadings("counter", world, names, factor, usual)
    log_rate = (
        intercept[which]
        + loading[which] * seen.mean("counter", place, factor, sub)
        + seen.deviation("counter", world, names, place)
        + pm.Data("log_exposure", log_exposure)
    )
    if partial := world.design.coords["partial"]:
        alpha, beta = np.array([_recall(world, name) for name in partial]).T
        log_recall = pt.concatenate([pt.log(pm.Beta("recall", alpha, beta)), pt.zeros(1)])
        log_rate = (
            log_rate + log_recall[pm.Data("window", np.where(window < 0, len(partial), window))]
        )
    rate = pt.exp(log_rate)
    counts = pm.Data("counts", count.astype(int))
    each = pm.logp(pm.NegativeBinomial.dist(mu=rate, alpha=dispersion[which]), counts)
    pm.Potential("counted", (pm.Data("count_weights", weight) * each).sum())


def _recall(world: World, window: str) -> tuple[float, float]:
    name, number = window.split(":")
    recall = world.catalogue[name].coverage[int(number)].recall
    if recall is None:
        raise ValueError(f"the window {window} has no recall")
    return recall


def _quiet_months(world: World, scalar: Mapping[str, Any], factors: Any, levels: Any) -> None:
    """No exit from retreat in the months at risk."""
    n, data = world.design.n_months, world.design.data
    window = data["threat_window"][:n]
    ahead = world.number("threat_nominal") * (1.0 - window.sum())
    west, east, alignment = (factors[:, k] for k in range(3))
    gap = levels[:, 0]
    soft = equations.soft_minimum(pt, west, east, world.number("threat_sharpness"))
    floor = world.number("threat_floor")
    contrast = equations.soft_floor(pt, pt.dot(window, soft) + ahead, floor)
    strain = equations.soft_floor(pt, pt.dot(window, west) + ahead, floor)
    usual_gap = pt.dot(window, gap) + 1.0 - window.sum()
    kept = alignment - scalar["c_R"] * west - scalar["c_C"] * east
    alliance = equations.alliance_log_rate(
        scalar["b_A"], scalar["b_T"], scalar["b_al"], soft / contrast, kept
    )
    relief = west / strain
    base = scalar["b_B"], scalar["b_U"]
    balancing = equations.balancing_log_rate(
        base[0], scalar["b_B_west"], scalar["b_B_asym"], relief, gap, usual_gap
    )
    rupture = equations.rupture_log_rate(
        base[1], scalar["b_U_asym"], scalar["b_U_al"], gap, alignment
    )
    cap = world.number("hazard_cap")
    at_risk, later = (pm.Data(name, data[name][:n]) for name in ("at_risk", "at_risk_balancing"))
    expected = sum(
        pt.dot(months, equations.capped(pt, log_rate, cap))
        for months, log_rate in ((at_risk, alliance), (later, balancing), (at_risk, rupture))
    )
    pm.Potential("quiet", -expected)
