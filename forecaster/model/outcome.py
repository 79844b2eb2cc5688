"""Everything that is said of the world, draw by draw: factors, levels, hazards, probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forecaster.belief import DRIVERS, FACTORS, FAMILIES, HORIZON_YEARS, SCENARIOS
from forecaster.model import equations, future, own_paths
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.future import Constants, Outlook, State
from forecaster.model.grid import month_end, month_name
from forecaster.model.layout import SCALARS, Layout
from priors import LogNormal, Priors

if TYPE_CHECKING:  # takes as long to import as all the rest, and paths do not need it
    import xarray as xr

    from forecaster.model.fit import Draws

MONTHS_AHEAD = 12 * max(HORIZON_YEARS)
HAZARDS = ("alliance", "balancing", "rupture")
UPDATED = ("rho_drivers", *SCALARS)
VECTORS = {
    "kappa": "family",
    "loading_mean": "factor",
    "noise_sd": "measure",
    "deviation_sd": "measure",
    "sub_deviation_sd": "sub",
    "counter_intercept": "counter",
    "dispersion": "counter",
    "counter_deviation_sd": "counter",
    "recall": "partial",
}
ASSUMED = ("q_A", "q_B", "q_U", "shock_rate")


@dataclass(frozen=True)
class Paths:
    """Factors by draw and month since January 1992; first axis is chain times draw.

    Attributes
    ----------
    factors : array (sample, factor, month)
    levels : array (sample, family, month)
    sub_levels : array (sample, sub) now
    hazards : dict of arrays (sample, month), yearly rates out of retreat
    steps : dict of arrays (sample, shock), the documented shocks by driver
    """

    factors: Array
    levels: Array
    sub_levels: Array
    hazards: dict[str, Array]
    steps: dict[str, Array]


def constants(priors: Priors, design: Design) -> Constants:
    """The fixed numbers of the future, as the priors room states them."""
    return Constants(
        phi=design.phi,
        cap=priors.settings["hazard_cap"],
        sharpness=priors.settings["threat_sharpness"],
        level_offset=priors.settings["level_offset"],
        shock_nu=priors.settings["shock_nu"],
        shock_correlation=priors.settings["shock_correlation"],
    )


def derive(
    draws: Draws, layout: Layout, design: Design, priors: Priors, seed: int
) -> tuple[Paths, State, xr.Dataset]:
    """Paths, the state to go on from, and the named parameters as (chain, draw) variables."""
    import xarray as xr

    shape = draws.x.shape[:2]
    paths, state, flat = walk(
        draws.x.reshape(shape[0] * shape[1], -1), layout, design, priors, seed
    )
    named: dict[str, tuple[tuple[str, ...], Array]] = {
        name: (("chain", "draw"), flat[name].reshape(shape)) for name in (*UPDATED, *ASSUMED)
    }
    for name, dim in VECTORS.items():
        named[name] = (("chain", "draw", dim), flat[name].reshape(*shape, -1))
    coords = {dim: design.coords[dim] for dim in set(VECTORS.values())}
    return paths, state, xr.Dataset(named, coords=coords)


def walk(
    x: Array, layout: Layout, design: Design, priors: Priors, seed: int
) -> tuple[Paths, State, dict[str, Array]]:
    """The same of vectors (sample, coordinate): paths, state, and the parameters by name."""
    n, flat = len(x), layout.natural(x)
    rng = np.random.default_rng([seed, 1992])
    for name in ASSUMED:
        flat[name] = priors.parameters[name].sample(rng, n)
    offset = priors.settings["level_offset"]
    w, steps = _coefficients(layout.blocks(x)["z"], flat, design, offset)
    factors = _factor_paths(w, steps, design)
    levels = equations.level(np, factors[:, len(DRIVERS) :], offset)
    state = _state(flat, w, steps, factors, levels, design, priors)
    hazards = hazard_paths(state, factors, levels, constants(priors, design))
    own = own_paths.now(flat, w, design, rng)
    subs = _sub_levels(own, factors, design, offset)
    return Paths(factors, levels, subs, hazards, steps), state, flat


def _coefficients(
    z: Array, flat: dict[str, Array], design: Design, offset: float
) -> tuple[Array, dict[str, Array]]:
    """Coefficients (sample, factor, basis) and shock sizes by driver; the way of ``live``."""
    data = design.data
    width = data["factor_path"].shape[1]
    both = np.einsum("fij,sfj->sfi", data["whiten"], z)
    w = both[:, :, :width].copy()
    hit = both[:, : len(DRIVERS), width:] * data["hits"]
    rho, sd = 2.0 * flat["rho_drivers"] - 1.0, flat["alignment_own_sd"]
    idle = np.eye(width) - data["centred"]
    w[:, 1] += (np.sqrt(1.0 - rho**2) - 1.0)[:, None] * (w[:, 1] @ idle[0])
    w[:, 2] += (sd - 1.0)[:, None] * (w[:, 2] @ idle[1])
    families = w[:, len(DRIVERS) :] @ data["factor_path"].T
    excess = equations.level(np, families, offset) - 1.0
    held = np.einsum("skm,sk->sm", excess, flat["kappa"]) @ data["project"].T
    w[:, 1] += (rho[:, None] * w[:, 0]) @ idle[0]
    answer = flat["c_R"][:, None] * w[:, 0] + flat["c_C"][:, None] * w[:, 1] - held
    w[:, 2] += answer @ idle[1]
    steps = {driver: hit[:, k] for k, driver in enumerate(DRIVERS)}
    steps["alignment"] = (
        steps["alignment"]
        + flat["c_R"][:, None] * steps["ru_west"]
        + flat["c_C"][:, None] * steps["cn_us"]
    )
    return w, steps


def _factor_paths(w: Array, steps: dict[str, Array], design: Design) -> Array:
    n = design.n_months
    factors = w @ design.data["factor_path"][:n].T
    for k, driver in enumerate(DRIVERS):
        factors[:, k] += steps[driver] @ design.data["shock_path"][:n].T
    return np.asarray(factors)


def _state(
    flat: dict[str, Array],
    w: Array,
    steps: dict[str, Array],
    factors: Array,
    levels: Array,
    design: Design,
    priors: Priors,
) -> State:
    c_R, c_C, kappa = flat["c_R"], flat["c_C"], flat["kappa"]
    held = np.einsum("skm,sk->sm", levels - 1.0, kappa)
    own_path = factors[:, 2] - c_R[:, None] * factors[:, 0] - c_C[:, None] * factors[:, 1] + held
    project = design.data["project"][:, : design.n_months]
    own_w = w[:, 2] - c_R[:, None] * w[:, 0] - c_C[:, None] * w[:, 1] + held @ project.T
    origin, origin_shock = design.data["origin_basis"], design.data["origin_shock"]
    starts = {d: steps[d] @ origin_shock for d in DRIVERS}
    own_start = (
        own_w @ origin + starts["alignment"] - c_R * starts["ru_west"] - c_C * starts["cn_us"]
    )
    west_start = w[:, 0] @ origin + starts["ru_west"]
    east_start = w[:, 1] @ origin + starts["cn_us"]
    family_start = w[:, len(DRIVERS) :] @ origin
    contrast, strain, usual_gap = contrasts(
        factors, levels, design.data["threat_window"][: design.n_months], priors.settings
    )
    carried = ("c_R", "c_C", "kappa", "shock_rate", "shock_mean", "shock_scale")
    hazards = (*("b_A", "b_T", "b_al", "b_B", "b_B_west"), *("b_B_asym", "b_U", "b_U_asym"))
    back = ("b_U_al", "q_A", "q_B", "q_U")
    return State(
        west=factors[:, 0, -1] + west_start,
        east=factors[:, 1, -1] + east_start,
        own=own_path[:, -1] + own_start,
        families=factors[:, len(DRIVERS) :, -1] + family_start,
        west_origin=west_start,
        east_origin=east_start,
        own_origin=own_start,
        families_origin=family_start,
        rho=2.0 * flat["rho_drivers"] - 1.0,
        own_sd=flat["alignment_own_sd"],
        contrast=contrast,
        strain=strain,
        usual_gap=usual_gap,
        **{name: flat[name] for name in (*carried, *hazards, *back)},
    )


def contrasts(
    factors: Array, levels: Array, window: Array, settings: Mapping[str, float]
) -> tuple[Array, Array, Array]:
    """Threat and strain of 2022-24 against July 2001, and the level of asymmetry then.

    The first two are the units of ``b_T`` and ``b_B_west``.
    """
    unknown = settings["threat_nominal"] * (1.0 - window.sum())
    floor, sharpness = settings["threat_floor"], settings["threat_sharpness"]
    soft = equations.soft_minimum(np, factors[:, 0], factors[:, 1], sharpness)
    contrast = equations.soft_floor(np, soft @ window + unknown, floor)
    strain = equations.soft_floor(np, factors[:, 0] @ window + unknown, floor)
    usual_gap = levels[:, 0] @ window + 1.0 - window.sum()
    return np.asarray(contrast), np.asarray(strain), np.asarray(usual_gap)


def hazard_paths(state: State, factors: Array, levels: Array, fixed: Constants) -> dict[str, Array]:
    """Yearly rates out of retreat through time, by exit, shape (sample, month)."""
    paths = {
        "west": factors[:, 0],
        "east": factors[:, 1],
        "alignment": factors[:, 2],
        "gap": levels[:, 0],
    }
    return future.rates(state, fixed, paths)


def _sub_levels(own: Array, factors: Array, design: Design, offset: float) -> Array:
    columns = []
    for index, name in enumerate(design.coords["sub"]):
        family = FACTORS.index(name.split("/")[0])
        columns.append(equations.level(np, factors[:, family, -1] + own[:, index], offset))
    return np.stack(columns, axis=1) if columns else np.zeros((len(own), 0))


def horizons(n_months: int) -> list[int]:
    """Months ahead of the six dates: the end of this year, then 1, 3, 5, 10 and 20 years on."""
    month = (n_months - 1) % 12 + 1
    return [12 - month, *(12 * years for years in HORIZON_YEARS)]


def assemble(
    paths: Paths,
    outlook: Outlook,
    named: xr.Dataset,
    draws: Draws,
    design: Design,
    priors: Priors,
) -> xr.DataTree:
    """The labelled posterior that is saved; ``posterior.schema`` declares what it must hold."""
    import xarray as xr

    shape = (named.sizes["chain"], named.sizes["draw"])
    ahead = horizons(design.n_months)
    last = design.n_months - 1
    yearly = list(range(last % 12, design.n_months, 12))

    def by_draw(array: Array) -> Array:
        return np.asarray(array).reshape(*shape, *array.shape[1:])

    sample = ("chain", "draw")
    shown = xr.Dataset(
        {
            "scenarios": (
                (*sample, "horizon", "scenario"),
                by_draw(outlook.scenarios[ahead].transpose(1, 0, 2)),
            ),
            "alliance_by": ((*sample, "horizon"), by_draw(outlook.alliance_by[ahead].T)),
            "hazard": (
                (*sample, "hazard_name"),
                by_draw(np.stack([paths.hazards[h][:, -1] for h in HAZARDS], axis=1)),
            ),
            "hazard_path": ((*sample, "year"), by_draw(paths.hazards["alliance"][:, yearly])),
            "factor": ((*sample, "factor_name"), by_draw(paths.factors[:, :, -1])),
            "factor_path": (
                (*sample, "factor_name", "year"),
                by_draw(paths.factors[:, :, yearly]).astype(np.float32),
            ),
            "level": ((*sample, "family"), by_draw(paths.levels[:, :, -1])),
            "sub_level": ((*sample, "sub"), by_draw(paths.sub_levels)),
        },
        coords={
            "horizon": [month_end(last + k).isoformat() for k in ahead],
            "scenario": list(SCENARIOS),
            "hazard_name": list(HAZARDS),
            "factor_name": list(FACTORS),
            "family": list(FAMILIES),
            "sub": design.coords["sub"],
            "year": [month_name(k) for k in yearly],
        },
    ).merge(named[[*UPDATED, *ASSUMED, "kappa"]])
    return xr.DataTree.from_dict(
        {
            "shown": shown,
            "summary": _summary(paths, outlook, design),
            "contraction": contraction(named, priors),
            "posterior": _compact(draws, named),
            "sample_stats": draws.stats,
        }
    )


def contraction(named: xr.Dataset, priors: Priors) -> xr.Dataset:
    """1 - var(posterior) / var(prior), on the log scale for what is positive by definition.

    About 0: the data said nothing and the number is an assumption. Negative: the data pulled
    against the prior. What is drawn from its prior has 0 by definition.
    """
    import xarray as xr

    rng = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for name in (*UPDATED, *ASSUMED):
        prior = priors.parameters[name]
        positive = isinstance(prior, LogNormal)
        before, after = prior.sample(rng, 20_000), named[name].values
        if positive:
            before, after = np.log(before), np.log(after)
        found[name] = 0.0 if name in ASSUMED else 1.0 - after.var() / before.var()
    bar, tau = (priors.parameters[n].sample(rng, 20_000) for n in ("kappa_bar", "kappa_tau"))
    spread = (bar + tau * rng.standard_normal(20_000)).var()
    found["kappa"] = ("family", 1.0 - named["kappa"].values.var(axis=(0, 1)) / spread)
    return xr.Dataset(found, coords={"family": list(FAMILIES)})


def _summary(paths: Paths, outlook: Outlook, design: Design) -> xr.Dataset:
    """Means and quantiles through time: what pages draw, without touching the draws."""
    import xarray as xr

    last = design.n_months - 1
    quarter = list(range(0, outlook.alliance_by.shape[0], 3))
    return xr.Dataset(
        {
            "factor": (("statistic", "factor_name", "month"), _statistics(paths.factors)),
            "level": (("statistic", "family", "month"), _statistics(paths.levels)),
            "hazard": (("statistic", "month"), _statistics(paths.hazards["alliance"])),
            "scenario_mean": (("ahead", "scenario"), outlook.scenarios[quarter].mean(axis=1)),
            "alliance_by": (("statistic", "ahead"), _statistics(outlook.alliance_by[quarter].T)),
        },
        coords={
            "statistic": ["mean", "q05", "q25", "q75", "q95"],
            "month": [month_name(k) for k in range(design.n_months)],
            "ahead": [month_end(last + k).isoformat() for k in quarter],
            "factor_name": list(FACTORS),
            "family": list(FAMILIES),
            "scenario": list(SCENARIOS),
        },
    )


def _statistics(array: Array) -> Array:
    quantiles = np.quantile(array, [0.05, 0.25, 0.75, 0.95], axis=0)
    return np.concatenate([array.mean(axis=0)[None], quantiles])


def _compact(draws: Draws, named: xr.Dataset) -> xr.Dataset:
    """The sampler's vector in single precision, and what the indicators are like."""
    compact = named[[name for name in VECTORS if name != "kappa"]]
    return compact.assign(x=(("chain", "draw", "coordinate"), draws.x.astype(np.float32)))
