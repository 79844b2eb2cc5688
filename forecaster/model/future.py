"""Paths ahead: from each posterior draw to the probability of every scenario at every month.

Each draw gets ``n_paths`` futures of its own, and its probabilities are averages over them: the
spread over draws is then what is not known *now*, not what chance will still do. Hazards are
integrated along each path, no event is drawn, so that means and intervals agree.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from forecaster.belief import SCENARIOS
from forecaster.model import equations
from forecaster.model.basis import Array

N_CHUNKS = 16
RETREAT, ALLIANCE, BALANCING, RUPTURE = range(len(SCENARIOS))


@dataclass(frozen=True)
class State:
    """Where each draw stands now, and the parameters that carry it on; arrays over draws.

    ``west``, ``east``, ``own`` and ``families`` (draw, family) are deviations of the processes
    from their own mean; ``*_origin`` the same at July 2001, so that a factor is the difference.
    """

    west: Array
    east: Array
    own: Array
    families: Array
    west_origin: Array
    east_origin: Array
    own_origin: Array
    families_origin: Array
    rho: Array
    own_sd: Array
    c_R: Array
    c_C: Array
    kappa: Array
    contrast: Array
    strain: Array
    usual_gap: Array
    shock_rate: Array
    shock_mean: Array
    shock_scale: Array
    b_A: Array
    b_T: Array
    b_al: Array
    b_B: Array
    b_B_west: Array
    b_B_asym: Array
    b_U: Array
    b_U_asym: Array
    b_U_al: Array
    q_A: Array
    q_B: Array
    q_U: Array

    def part(self, rows: slice) -> State:
        """The same for some of the draws."""
        return State(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True)
class Constants:
    """Numbers that no draw changes (all stated in the priors room)."""

    phi: float
    cap: float
    sharpness: float
    level_offset: float
    shock_nu: float
    shock_correlation: float


@dataclass(frozen=True)
class Outlook:
    """Probabilities by draw.

    Attributes
    ----------
    scenarios : array (month, draw, scenario)
        In force at the end of each month ahead; entry 0 is now.
    alliance_by : array (month, draw)
        First passage into alliance by the end of each month, paths through other states included.
    """

    scenarios: Array
    alliance_by: Array


def simulate(
    state: State,
    constants: Constants,
    *,
    n_months: int,
    in_force: str,
    seed: int,
    n_paths: int = 32,
    threads: int = 2,
) -> Outlook:
    """Average each draw over its own futures.

    The result depends on the seed and not on ``threads``: draws are cut into a fixed number of
    chunks, each with a random stream of its own.
    """
    n_draws = len(state.west)
    bounds = np.linspace(0, n_draws, min(N_CHUNKS, n_draws) + 1).astype(int)
    parts = [state.part(slice(a, b)) for a, b in pairwise(bounds)]
    streams = SeedSequence([seed, 20010716]).spawn(len(parts))

    def run(part: State, stream: SeedSequence) -> Outlook:
        return _simulate(part, constants, n_months, in_force, default_rng(stream), n_paths)

    with ThreadPoolExecutor(threads) as pool:
        outlooks = list(pool.map(run, parts, streams))
    return Outlook(
        np.concatenate([o.scenarios for o in outlooks], axis=1),
        np.concatenate([o.alliance_by for o in outlooks], axis=1),
    )


def rates(state: State, constants: Constants, paths: dict[str, Array]) -> dict[str, Array]:
    """Yearly hazards out of retreat where the factors stand at ``paths``.

    ``paths`` holds ``west``, ``east``, ``own`` (draw, path) and ``gap`` (draw, path), the level of
    asymmetry, and ``alignment``.
    """
    s = state
    threat = (
        equations.soft_minimum(np, paths["west"], paths["east"], constants.sharpness)
        / s.contrast[:, None]
    )
    kept = paths["alignment"] - s.c_R[:, None] * paths["west"] - s.c_C[:, None] * paths["east"]
    alliance = equations.alliance_log_rate(
        s.b_A[:, None], s.b_T[:, None], s.b_al[:, None], threat, kept
    )
    balancing = equations.balancing_log_rate(
        s.b_B[:, None],
        s.b_B_west[:, None],
        s.b_B_asym[:, None],
        paths["west"] / s.strain[:, None],
        paths["gap"],
        s.usual_gap[:, None],
    )
    rupture = equations.rupture_log_rate(
        s.b_U[:, None], s.b_U_asym[:, None], s.b_U_al[:, None], paths["gap"], paths["alignment"]
    )
    return {
        "alliance": equations.capped(np, alliance, constants.cap),
        "balancing": equations.capped(np, balancing, constants.cap),
        "rupture": equations.capped(np, rupture, constants.cap),
    }


def factors(state: State, constants: Constants, x: dict[str, Array]) -> dict[str, Array]:
    """Factors, levels and alignment from the processes ``x`` (draw, path[, family])."""
    s = state
    west = x["west"] - s.west_origin[:, None]
    east = x["east"] - s.east_origin[:, None]
    family = x["families"] - s.families_origin[:, None, :]
    level = equations.level(np, family, constants.level_offset)
    held = np.einsum("dpk,dk->dp", level - 1.0, s.kappa)
    own = x["own"] - s.own_origin[:, None]
    alignment = s.c_R[:, None] * west + s.c_C[:, None] * east - held + own
    return {
        "west": west,
        "east": east,
        "families": family,
        "levels": level,
        "gap": level[:, :, 0],
        "alignment": alignment,
    }


def _simulate(
    state: State,
    constants: Constants,
    n_months: int,
    in_force: str,
    rng: Generator,
    n_paths: int,
) -> Outlook:
    n_draws = len(state.west)
    shape = (n_draws, n_paths)
    x = {
        "west": np.repeat(state.west[:, None], n_paths, 1),
        "east": np.repeat(state.east[:, None], n_paths, 1),
        "own": np.repeat(state.own[:, None], n_paths, 1),
        "families": np.repeat(state.families[:, None, :], n_paths, 1),
    }
    now = np.zeros((len(SCENARIOS), *shape))
    now[SCENARIOS.index(in_force)] = 1.0
    first = now.copy()
    passed = first[ALLIANCE].copy()
    first[ALLIANCE] = 0.0
    back = [np.zeros(n_draws), *(-np.expm1(-q / 12.0) for q in (state.q_A, state.q_B, state.q_U))]
    scenarios = np.empty((n_months + 1, n_draws, len(SCENARIOS)))
    alliance_by = np.empty((n_months + 1, n_draws))
    scenarios[0], alliance_by[0] = now.mean(axis=2).T, passed.mean(axis=1)
    for month in range(1, n_months + 1):
        hazard = rates(state, constants, factors(state, constants, x))
        leave = _leaving(hazard)
        now = _step(now, leave, back)
        first = _step(first, leave, back)
        passed = passed + first[ALLIANCE]
        first[ALLIANCE] = 0.0
        scenarios[month], alliance_by[month] = now.mean(axis=2).T, passed.mean(axis=1)
        advance(x, state, constants, rng)
    return Outlook(scenarios, alliance_by)


def _leaving(hazard: dict[str, Array]) -> dict[str, Array]:
    """Monthly probability of each exit, shared out of the probability of any exit."""
    total = hazard["alliance"] + hazard["balancing"] + hazard["rupture"]
    share = -np.expm1(-total / 12.0) / total
    return {name: rate * share for name, rate in hazard.items()}


def _step(p: Array, leave: dict[str, Array], back: list[Array]) -> Array:
    """One month of the chain: out of retreat by the hazards, back to it at base rates."""
    after = np.empty_like(p)
    stays = p[RETREAT].copy()
    for index, name in ((ALLIANCE, "alliance"), (BALANCING, "balancing"), (RUPTURE, "rupture")):
        out = p[RETREAT] * leave[name]
        home = p[index] * back[index][:, None]
        after[index] = p[index] + out - home
        stays += home - out
    after[RETREAT] = stays
    return after


def advance(x: dict[str, Array], state: State, constants: Constants, rng: Generator) -> None:
    """Move the processes one month on, in place."""
    phi = constants.phi
    noise = np.sqrt(1.0 - phi**2)
    shape = x["west"].shape
    rho = state.rho[:, None]
    one = rng.standard_normal(shape)
    other = rho * one + np.sqrt(1.0 - rho**2) * rng.standard_normal(shape)
    x["west"] = phi * x["west"] + noise * one
    x["east"] = phi * x["east"] + noise * other
    x["own"] = phi * x["own"] + noise * state.own_sd[:, None] * rng.standard_normal(shape)
    x["families"] = phi * x["families"] + noise * rng.standard_normal(x["families"].shape)
    hit = np.nonzero(rng.random(shape) < -np.expm1(-state.shock_rate[:, None] / 12.0))
    draw, n_hits = hit[0], len(hit[0])
    correlation = constants.shock_correlation
    first = rng.standard_normal(n_hits)
    second = correlation * first + np.sqrt(1 - correlation**2) * rng.standard_normal(n_hits)
    tail = np.sqrt(constants.shock_nu / rng.chisquare(constants.shock_nu, n_hits))
    scale, mean = state.shock_scale[draw] * tail, state.shock_mean[draw]
    x["west"][hit] += mean + scale * first
    x["east"][hit] += mean + scale * second
