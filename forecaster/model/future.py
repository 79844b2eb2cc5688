"""Paths ahead: from each posterior draw to the probability of every scenario at every month.

Each draw gets ``n_paths`` futures of its own, and its probabilities are averages over them: the
spread over draws is then what is not known *now*, not what chance will still do. Hazards are
integrated along each path, no event is drawn, so that means and intervals agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from forecaster.belief import SCENARIOS
from forecaster.model import equations
from forecaster.model.basis import Array
from forecaster.model.intervention import Intervention

N_CHUNKS = 16
N_PATHS = 32  # futures of each draw
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
    n_paths: int | None = None,
    threads: int = 2,
) -> Outlook:
    """Average each draw over its own futures.

    The result depends on the seed and not on ``threads``: draws are cut into a fixed number of
    chunks, each with a random stream of its own.
    """
    months = range(n_months + 1)
    (found,) = simulate_each(
        state,
        constants,
        [None],
        months=months,
        in_force=in_force,
        seed=seed,
        n_paths=n_paths,
        threads=threads,
    )
    return found


def simulate_each(
    state: State,
    constants: Constants,
    interventions: Sequence[Intervention | None],
    *,
    months: Sequence[int],
    in_force: str,
    seed: int,
    n_paths: int | None = None,
    threads: int = 2,
) -> list[Outlook]:
    """Average each draw over its own futures, once for each intervention (None: none).

    All go along the same paths of chance, those of ``simulate``. ``months``: those ahead that are
    kept, in order, 0 being now.
    """
    n_draws = len(state.west)
    bounds = np.linspace(0, n_draws, min(N_CHUNKS, n_draws) + 1).astype(int)
    parts = [slice(a, b) for a, b in pairwise(bounds)]
    streams = SeedSequence([seed, 20010716]).spawn(len(parts))

    each = N_PATHS if n_paths is None else n_paths

    def run(rows: slice, stream: SeedSequence) -> list[Outlook]:
        some = [None if one is None else one.part(rows) for one in interventions]
        rng = default_rng(stream)
        return _simulate(state.part(rows), constants, some, months, in_force, rng, each)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(run, parts, streams))
    return [
        Outlook(
            np.concatenate([o.scenarios for o in outlooks], axis=1),
            np.concatenate([o.alliance_by for o in outlooks], axis=1),
        )
        for outlooks in zip(*found, strict=True)
    ]


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
    family = x["families"] - state.families_origin[:, None, :]
    level = equations.level(np, family, constants.level_offset)
    return {"families": family, **_answers(state, x, level)}


def _answers(state: State, x: dict[str, Array], level: Array) -> dict[str, Array]:
    """What the antagonisms and the levels of the constraints make of alignment."""
    s = state
    west = x["west"] - s.west_origin[:, None]
    east = x["east"] - s.east_origin[:, None]
    held = np.einsum("dpk,dk->dp", level - 1.0, s.kappa)
    own = x["own"] - s.own_origin[:, None]
    alignment = s.c_R[:, None] * west + s.c_C[:, None] * east - held + own
    return {
        "west": west,
        "east": east,
        "levels": level,
        "gap": level[:, :, 0],
        "alignment": alignment,
    }


def _under(
    one: Intervention, month: int, state: State, x: dict[str, Array], level: Array
) -> dict[str, Array]:
    """The factors of a month ahead under an intervention."""
    kept = level if (one.keep == 1.0).all() else level * one.keep
    return _answers(state, one.on(x, month), kept)


class _Chain:
    """Where the probability of every path stands: in force, and before the first alliance."""

    def __init__(self, in_force: str, back: list[Array], shape: tuple[int, int]) -> None:
        self._back = back
        self._now = np.zeros((len(SCENARIOS), *shape))
        self._now[SCENARIOS.index(in_force)] = 1.0
        self._first = self._now.copy()
        self._passed = self._first[ALLIANCE].copy()
        self._first[ALLIANCE] = 0.0
        self._kept: list[tuple[Array, Array]] = []

    def move(self, hazard: dict[str, Array]) -> None:
        """One month on."""
        leave = _leaving(hazard)
        self._now = _step(self._now, leave, self._back)
        self._first = _step(self._first, leave, self._back)
        self._passed = self._passed + self._first[ALLIANCE]
        self._first[ALLIANCE] = 0.0

    def keep(self) -> None:
        """Average over the paths of each draw as they stand."""
        self._kept.append((self._now.mean(axis=2).T, self._passed.mean(axis=1)))

    def outlook(self) -> Outlook:
        """What was kept."""
        scenarios, alliance_by = zip(*self._kept, strict=True)
        return Outlook(np.stack(scenarios), np.stack(alliance_by))


def _simulate(
    state: State,
    constants: Constants,
    interventions: Sequence[Intervention | None],
    months: Sequence[int],
    in_force: str,
    rng: Generator,
    n_paths: int,
) -> list[Outlook]:
    n_draws = len(state.west)
    x = {
        "west": np.repeat(state.west[:, None], n_paths, 1),
        "east": np.repeat(state.east[:, None], n_paths, 1),
        "own": np.repeat(state.own[:, None], n_paths, 1),
        "families": np.repeat(state.families[:, None, :], n_paths, 1),
    }
    back = [np.zeros(n_draws), *(-np.expm1(-q / 12.0) for q in (state.q_A, state.q_B, state.q_U))]
    chains = [_Chain(in_force, back, (n_draws, n_paths)) for _ in interventions]
    for month in range(months[-1] + 1):
        if month > 0:
            plain = factors(state, constants, x)
            for one, chain in zip(interventions, chains, strict=True):
                found = plain if one is None else _under(one, month, state, x, plain["levels"])
                chain.move(rates(state, constants, found))
            advance(x, state, constants, rng)
        if month in months:
            for chain in chains:
                chain.keep()
    return [chain.outlook() for chain in chains]


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
