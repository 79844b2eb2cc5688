"""The reference class finds what is true in made-up histories, and is judged by the gate."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model.fit import Effort
from forecaster.model.reference.arrays import arrays, keeps
from forecaster.model.reference.fit import Compiled
from priors.reference import draws, stances, table
from priors.reference.table import CAUSES
from tests.model.reference import worlds

EFFORT = Effort(draws=150, tune=200, chains=2)
WORLDS = 2


@pytest.mark.slow
def test_made_up_histories_are_recovered() -> None:
    stated, shipped, rng = stances.load(), table.read(), default_rng(1816)
    compiled = Compiled(arrays(shipped, stated, keeps("all")), len(stated.era))
    inside, errors = [], []
    for seed in range(WORLDS):
        world = worlds.draw(rng, stated)
        lived = worlds.live(world, shipped, stated, rng)
        fit = compiled.sample(arrays(lived, stated, keeps("all")), stated, seed, EFFORT)
        for name in ("log_rate", "effect", "shift"):
            found = fit.posterior[name].values.reshape(2 * EFFORT.draws, -1)
            truth = getattr(world, name).ravel()
            lower, upper = np.quantile(found, [0.05, 0.95], axis=0)
            inside += list((lower < truth) & (truth < upper))
            errors += list((found.mean(axis=0) - truth) / found.std(axis=0))
        assert set(fit.draws.numbers) == set(draws.columns(stated))
        assert fit.diagnostics["rhat_max"] < 1.1
    # 60 numbers a world, correlated within it: 90 % intervals that cover are near 90 %.
    assert 0.8 < np.mean(inside) < 0.98
    assert abs(np.mean(errors)) < 0.4
    assert len(inside) == WORLDS * (6 * len(CAUSES) + len(world.effect) + 12)
