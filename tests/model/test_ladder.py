"""A world whose truth is known, and what a fit makes of its readings."""

from __future__ import annotations

import numpy as np
import pytest

from forecaster.belief import FACTORS
from forecaster.model import fit, fitted, outcome
from forecaster.model.fit import Effort
from forecaster.model.grid import ORIGIN_INDEX
from tests.model import worlds
from tests.model.worlds import World


@pytest.fixture(scope="module")
def world() -> World:
    return worlds.world(4)


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    again = worlds.world(4)
    np.testing.assert_array_equal(world.x, again.x)
    for name, array in world.design.data.items():
        np.testing.assert_array_equal(array, again.design.data[name], err_msg=name)
    assert (worlds.world(5).design.data["y"] != world.design.data["y"]).any()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores(world: World) -> None:
    one, two = (
        fit.sample(
            world.layout,
            world.design,
            seed=9,
            effort=Effort(draws=10, tune=30, chains=2, cores=cores),
        )
        for cores in (1, 2)
    )
    np.testing.assert_array_equal(one.x, two.x)


@pytest.mark.slow
def test_the_truth_lies_within_the_intervals(world: World) -> None:
    """One world, so a loose bound: calibration over many worlds is a benchmark of its own."""
    effort = Effort(draws=250, tune=350, chains=2, cores=2)
    draws = fit.sample(world.layout, world.design, seed=1, effort=effort)
    assert not draws.stats["diverging"].values.any()
    paths, _, named = outcome.derive(draws, world.layout, world.design, world.priors, 1)
    low, high = np.quantile(paths.factors, [0.05, 0.95], axis=0)
    months = np.arange(world.design.n_months) != ORIGIN_INDEX
    inside = ((low <= world.factors) & (world.factors <= high))[:, months]
    by_factor = dict(zip(FACTORS, inside.mean(axis=1).round(2), strict=True))
    assert inside.mean() >= 0.8, by_factor
    prior = np.sqrt(2.0)  # of a difference between two months far apart
    assert (high - low)[:3, -60].mean() < 2.0 * 1.645 * prior, "readings narrowed nothing"
    scalars = [name for name in outcome.UPDATED if name in named]
    covered = [
        np.quantile(named[name], 0.01) <= world.natural[name] <= np.quantile(named[name], 0.99)
        for name in scalars
    ]
    assert np.mean(covered) >= 0.8, [n for n, c in zip(scalars, covered, strict=True) if not c]
    given = fitted.known(paths.factors, draws, world.layout)
    said = fitted.readings(given, world.design, world.indicators, 1)
    low, high = said["predictive"].sel(statistic=["q05", "q95"]).values
    observed = said["observed"].values
    within = ((low - 1e-9 <= observed) & (observed <= high + 1e-9)).mean()
    # More than 0.9: each reading also told of the level and the deviation that it is held against.
    assert within >= 0.88, within
