"""Invariants of the paths ahead, whatever the state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecaster.belief import SCENARIOS
from forecaster.model import future
from forecaster.model.future import Outlook
from tests.model.states import CONSTANTS, steady, wild

ALLIANCE = SCENARIOS.index("alliance")


def ahead(seed: int, in_force: str = "retreat", threads: int = 2) -> Outlook:
    return future.simulate(
        wild(seed, 24),
        CONSTANTS,
        n_months=60,
        in_force=in_force,
        seed=seed,
        n_paths=4,
        threads=threads,
    )


@settings(max_examples=6)
@given(st.integers(0, 10_000), st.sampled_from(SCENARIOS))
def test_scenarios_exhaust_the_future_in_every_draw(seed: int, in_force: str) -> None:
    outlook = ahead(seed, in_force)
    assert np.isfinite(outlook.scenarios).all()
    assert (outlook.scenarios >= 0.0).all()
    np.testing.assert_allclose(outlook.scenarios.sum(axis=2), 1.0, atol=1e-6)


@settings(max_examples=6)
@given(st.integers(0, 10_000), st.sampled_from(SCENARIOS))
def test_first_passage_never_falls_and_is_never_below_in_force(seed: int, in_force: str) -> None:
    outlook = ahead(seed, in_force)
    assert (np.diff(outlook.alliance_by, axis=0) >= 0.0).all()
    assert (outlook.alliance_by >= outlook.scenarios[:, :, ALLIANCE] - 1e-12).all()
    assert (outlook.alliance_by <= 1.0 + 1e-12).all()


@pytest.mark.parametrize("in_force", SCENARIOS)
def test_the_future_starts_from_what_is_in_force(in_force: str) -> None:
    outlook = ahead(3, in_force)
    now = np.zeros(len(SCENARIOS))
    now[SCENARIOS.index(in_force)] = 1.0
    np.testing.assert_array_equal(outlook.scenarios[0], np.tile(now, (24, 1)))
    np.testing.assert_array_equal(outlook.alliance_by[0], float(in_force == "alliance"))
    if in_force == "alliance":
        np.testing.assert_array_equal(outlook.alliance_by, 1.0)
    moved = outlook.scenarios[-1, :, SCENARIOS.index(in_force)]
    assert (moved < 1.0).all()


def test_from_another_state_an_alliance_needs_a_way_back() -> None:
    state = steady(64)
    fenced = replace(state, q_U=np.zeros(64))
    options = {"n_months": 120, "seed": 1, "n_paths": 4}
    stuck = future.simulate(fenced, CONSTANTS, in_force="rupture", **options)
    assert not stuck.alliance_by.any()
    home = future.simulate(state, CONSTANTS, in_force="rupture", **options)
    quo = future.simulate(state, CONSTANTS, in_force="retreat", **options)
    assert (home.alliance_by[-1] > 0.0).all()
    assert (home.alliance_by[-1] < quo.alliance_by[-1]).all()


def test_same_seed_same_numbers_however_many_threads() -> None:
    one, two = ahead(5, threads=1), ahead(5, threads=4)
    np.testing.assert_array_equal(one.scenarios, two.scenarios)
    np.testing.assert_array_equal(one.alliance_by, two.alliance_by)
    other = future.simulate(
        wild(5, 24), CONSTANTS, n_months=60, in_force="retreat", seed=6, n_paths=4
    )
    assert (one.alliance_by[-1] != other.alliance_by[-1]).any()


@pytest.mark.parametrize("n_draws", [1, 2, 17])
def test_any_number_of_draws(n_draws: int) -> None:
    outlook = future.simulate(
        wild(1, n_draws), CONSTANTS, n_months=3, in_force="retreat", seed=1, n_paths=2
    )
    assert outlook.scenarios.shape == (4, n_draws, len(SCENARIOS))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(1.0, 12.0))
def test_hazards_are_positive_and_capped(seed: int, far: float) -> None:
    state = wild(seed, 16)
    state = replace(state, west=state.west * far, east=state.east * far, own=state.own * far)
    x = {name: getattr(state, name)[:, None] for name in ("west", "east", "own")}
    paths = future.factors(state, CONSTANTS, x | {"families": state.families[:, None, :]})
    for rate in future.rates(state, CONSTANTS, paths).values():
        assert np.isfinite(rate).all()
        assert (rate >= 0.0).all()
        assert (rate <= CONSTANTS.cap).all()


def test_private_futures_are_averaged() -> None:
    """More paths a draw: less chance, the same ignorance."""
    state = steady(400)
    spread = {}
    for n_paths in (1, 32):
        outlook = future.simulate(
            state, CONSTANTS, n_months=120, in_force="retreat", seed=1, n_paths=n_paths
        )
        spread[n_paths] = outlook.alliance_by[-1].std()
    assert spread[32] < 0.4 * spread[1]
