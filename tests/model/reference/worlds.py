"""Made-up histories: parameters drawn from the priors, and what happens under them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from forecaster.model.reference import graph
from priors.reference.covariates import EFFECTS, values
from priors.reference.stances import Stances
from priors.reference.table import CAUSES, LAST_YEAR, Change, Table


@dataclass(frozen=True)
class World:
    """What is true, by the names of the posterior: (cause, era), (effect,), (shifting, era)."""

    log_rate: np.ndarray
    effect: np.ndarray
    shift: np.ndarray


def draw(rng: Generator, stances: Stances) -> World:
    """One draw from the prior."""
    n_causes, n_eras = len(CAUSES), len(stances.era)
    spread = np.abs(rng.normal(0.0, graph.ERA_SD, n_causes))
    walk = np.cumsum(rng.standard_normal((n_causes, n_eras - 1)), axis=1)
    steps = np.concatenate([np.zeros((n_causes, 1)), walk], axis=1)
    return World(
        log_rate=rng.normal(graph.LOG_RATE, graph.LOG_RATE_SD, (n_causes, 1))
        + spread[:, None] * steps,
        effect=rng.normal(0.0, graph.EFFECT_SD, len(EFFECTS)),
        shift=np.abs(rng.normal(0.0, graph.SHIFT_SD, (2, 1))) * rng.standard_normal((2, n_eras)),
    )


def live(world: World, table: Table, stances: Stances, rng: Generator) -> Table:
    """The same pair-years, with the changes that this world brings.

    Years have a gamma frailty of shape 2; a change takes further pairs of the same kind with it.
    """
    changes: list[Change] = []
    for place, cause in enumerate(CAUSES):
        mine = [name.split(".")[0] == cause for name in EFFECTS]
        effects = world.effect[mine]
        mood: dict[int, float] = defaultdict(lambda: float(rng.gamma(2.0, 0.5)))
        for one in table.exposure:
            cell = one.cell
            if not cell.at_risk(cause) or cell.year > LAST_YEAR[cause]:
                continue
            era = stances.era_of(cell.year)
            eta = world.log_rate[place, era] + float(np.dot(values(cause, cell), effects))
            if cause == "pledge":
                eta += cell.rival * world.shift[0, era] + cell.majors * world.shift[1, era]
            for k in range(rng.poisson(one.pair_years * np.exp(eta) * mood[cell.year])):
                event = f"{cell.year}-{len(changes)}-{k}"
                members = 1 + rng.poisson(rng.gamma(1.0, 0.8))
                changes += [Change(cause, event, f"pair {m}", cell) for m in range(members)]
    return Table(table.exposure, tuple(changes))
