"""Are the intervals as wide as they say? Many worlds whose truth is known, each fitted anew.

    python -m benchmarks.calibration --worlds 60

A world is drawn from the priors, its exits simulated (one that leaves retreat is drawn again), and
read through the real periods of thirteen indicators. Where the truth lies among a fit's draws is
its rank; over many worlds ranks are even, and nine of ten truths lie in the 90 % intervals. Whole
worlds are independent of each other, quantities within one are not: errors count worlds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from forecaster.belief import FACTORS, FAMILIES
from forecaster.model import fit, future, outcome
from forecaster.model.basis import Array
from forecaster.model.fit import Draws, Effort
from forecaster.model.grid import month_index
from tests.model import worlds
from tests.model.worlds import World

EFFORT = Effort(draws=400, tune=300, chains=2, cores=1)
LOOKED_AT = (date(2000, 1, 1), date(2010, 1, 1), date(2020, 1, 1))
TEN_YEARS = 120
KEPT = 200  # draws of which a rank is taken, far enough apart to be independent


def said(draws: Draws, world: World, seed: int, n_paths: int) -> dict[str, Array]:
    """What is judged, by name: parameters, factors at four dates, levels, hazards, the headline."""
    paths, state, named = outcome.derive(draws, world.layout, world.design, world.priors, seed)
    ahead = future.simulate(
        state,
        outcome.constants(world.priors, world.design),
        n_months=TEN_YEARS,
        in_force="retreat",
        seed=seed,
        n_paths=n_paths,
        threads=1,
    )
    found = {name: named[name].values.ravel() for name in outcome.UPDATED}
    found |= {
        f"kappa {family}": named["kappa"].values.reshape(-1, len(FAMILIES))[:, k]
        for k, family in enumerate(FAMILIES)
    }
    for k, factor in enumerate(FACTORS):
        for month in (*(month_index(day) for day in LOOKED_AT), world.design.n_months - 1):
            found[f"{factor} month {month}"] = paths.factors[:, k, month]
    for k, family in enumerate(FAMILIES):
        found[f"level {family}"] = paths.levels[:, k, -1]
    for name, path in paths.hazards.items():
        found[f"hazard {name}"] = path[:, -1]
    found["alliance in ten years"] = ahead.alliance_by[-1]
    return found


def rank(
    seed: int, names: tuple[str, ...] = worlds.CHOSEN, effort: Effort = EFFORT
) -> dict[str, Any]:
    """Where the truth of one world lies among the draws of its fit, from 0 to 1, by quantity.

    ``names`` are the indicators through which it is read.
    """
    with threadpool_limits(1):
        world = worlds.world(seed, names)
        truth = Draws(world.x[None, None, :], xr.Dataset())
        draws = fit.sample(world.layout, world.design, seed=seed, effort=effort)
        wide = said(truth, world, 10_000 + seed, 4_000)
        narrow = said(draws, world, seed, 32)
    every = max(1, effort.chains * effort.draws // KEPT)
    return {
        "seed": seed,
        "divergences": int(draws.stats["diverging"].values.sum()),
        "ranks": {n: float((v[::every] < wide[n][0]).mean()) for n, v in narrow.items()},
    }


def judged(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Coverage of the 90 % intervals and mean ranks, by kind of quantity, with their errors."""
    fits = list(found)
    kinds: dict[str, list[str]] = {"parameters": [], "factors": [], "levels": [], "hazards": []}
    for name in fits[0]["ranks"]:
        first = name.split(" ", maxsplit=1)[0]
        kind = {"level": "levels", "hazard": "hazards", "alliance": "headline"}.get(
            first, "factors" if first in FACTORS else "parameters"
        )
        kinds.setdefault(kind, []).append(name)
    every = [name for names in kinds.values() for name in names]
    ranks = np.array([[one["ranks"][name] for name in every] for one in fits])
    where = {kind: [every.index(name) for name in names] for kind, names in kinds.items()}
    inside = (ranks >= 0.05) & (ranks <= 0.95)
    off = np.abs(ranks.mean(axis=0) - 0.5) * np.sqrt(12.0 * len(fits))
    return {
        "worlds": len(fits),
        "divergences": sum(one["divergences"] for one in fits),
        "coverage": {
            kind: _with_error(inside[:, columns].mean(axis=1)) for kind, columns in where.items()
        }
        | {"all": _with_error(inside.mean(axis=1))},
        "mean_rank": {
            kind: _with_error(ranks[:, columns].mean(axis=1)) for kind, columns in where.items()
        },
        "worst": {"quantity": every[int(off.argmax())], "sds": float(off.max())},
        "quantities": len(every),
    }


def _with_error(by_world: Array) -> list[float]:
    """Mean over worlds and its standard error."""
    return [float(by_world.mean()), float(by_world.std(ddof=1) / np.sqrt(len(by_world)))]


def run(n_worlds: int, workers: int) -> dict[str, Any]:
    """Fit worlds 1 to N, each in a process that compiles nothing anew."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return judged(pool.map(rank, range(1, n_worlds + 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage and ranks over worlds of known truth.")
    parser.add_argument("--worlds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.worlds, chosen.workers), indent=2))


if __name__ == "__main__":
    main()
