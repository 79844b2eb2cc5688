"""Made-up worlds are draws from the prior, and the same in whichever coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from priors import load
from tests.model import worlds


def test_loadings_and_own_paths_spread_as_their_prior_says() -> None:
    """Whatever share of them the readings fix: it is a matter of coordinates alone."""
    _, frame, plan = worlds.real(worlds.CHOSEN)
    rng, loadings, paths = default_rng(1816), [], []
    for _ in range(400):
        named = plan.natural(worlds.prior_draw(frame, plan, load(), rng))
        for kind, _ in worlds.KINDS:
            free = getattr(plan, f"{kind}_anchor") == 0
            off = np.log(np.abs(named[f"{kind}_loading"]))
            off -= np.log(named["loading_mean"])[plan.factor_of[kind]]
            loadings.append((off / named["loading_tau"])[free])
        sd = named["sub_deviation_sd"][: len(named["sub_w"]), None]
        paths.append((named["sub_w"] / sd).ravel())
    for draws in (np.concatenate(loadings), np.concatenate(paths)):
        assert len(draws) > 2000
        assert draws.mean() == pytest.approx(0.0, abs=0.08)
        assert draws.std() == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_world_that_was_read_is_the_same_in_the_coordinates_of_its_readings(seed: int) -> None:
    world = worlds.world(seed)
    _, real, _ = worlds.real(worlds.CHOSEN)
    assert np.abs(world.design.data["whiten"] - real.data["whiten"]).max() > 0.01
    again = worlds.derived(world.x, world.design, world.layout, world.priors)
    assert again.factors[0] == pytest.approx(world.factors, abs=1e-9)
    named = world.layout.natural(world.x)
    assert set(named) == set(world.natural)
    for name, value in world.natural.items():
        assert named[name] == pytest.approx(value, abs=1e-9), name
