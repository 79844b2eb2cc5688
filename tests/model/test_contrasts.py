"""What Lukin's argument says must move the forecast, and which way, moves it that way.

Two states that differ in one thing look ahead with the same seed: chance cancels, path by path.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecaster.belief import FAMILIES
from forecaster.model import future
from forecaster.model.basis import Array
from forecaster.model.future import State
from tests.model.states import CONSTANTS, steady, wild

SEEDS = st.integers(0, 10_000)


def alliance_by(state: State, months: int = 120) -> Array:
    outlook = future.simulate(
        state, CONSTANTS, n_months=months, in_force="retreat", seed=11, n_paths=8
    )
    last: Array = outlook.alliance_by[-1]
    return last


def hazard(state: State) -> dict[str, Array]:
    """Yearly rates now."""
    x = {name: getattr(state, name)[:, None] for name in ("west", "east", "own")}
    paths = future.factors(state, CONSTANTS, x | {"families": state.families[:, None, :]})
    return {name: rate[:, 0] for name, rate in future.rates(state, CONSTANTS, paths).items()}


def answering(seed: int) -> State:
    """Far-off states in which threat matters the way Lukin says: b_T above zero."""
    state = wild(seed, 32)
    return replace(state, b_T=np.abs(state.b_T))


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(["west", "east"]), st.floats(0.1, 3.0))
def test_more_of_either_antagonism_never_lowers_the_hazard(
    seed: int, which: str, more: float
) -> None:
    state = answering(seed)
    raised = replace(state, **{which: getattr(state, which) + more})
    before, after = hazard(state)["alliance"], hazard(raised)["alliance"]
    assert (after >= before * (1.0 - 1e-12)).all()


@pytest.mark.parametrize("which", ["west", "east"])
def test_more_of_either_antagonism_never_lowers_an_alliance(which: str) -> None:
    state = replace(steady(32), b_U=np.full(32, -12.0))
    raised = replace(state, **{which: getattr(state, which) + 1.0})
    assert (alliance_by(raised) >= alliance_by(state)).all()


def test_accommodating_both_powers_lowers_it() -> None:
    state = steady(32)
    eased = replace(state, west=state.west - 1.5, east=state.east - 1.5)
    assert (alliance_by(eased) < alliance_by(state)).all()


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(range(len(FAMILIES))), st.floats(0.1, 3.0))
def test_a_constraint_that_binds_harder_lowers_the_hazard(
    seed: int, family: int, more: float
) -> None:
    state = answering(seed)
    state = replace(state, kappa=np.abs(state.kappa) + 0.01)
    tighter = state.families.copy()
    tighter[:, family] += more
    before, after = (hazard(one)["alliance"] for one in (state, replace(state, families=tighter)))
    assert (after <= before).all()


@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_a_constraint_that_binds_harder_lowers_an_alliance(family: int) -> None:
    state = steady(32)
    tighter = state.families.copy()
    tighter[:, family] += 1.0
    assert (alliance_by(replace(state, families=tighter)) < alliance_by(state)).all()


def test_a_constraint_without_strength_does_nothing_to_the_hazard() -> None:
    state = replace(steady(4), kappa=np.zeros((4, len(FAMILIES))))
    tighter = replace(state, families=state.families + 1.0)
    np.testing.assert_array_equal(hazard(tighter)["alliance"], hazard(state)["alliance"])


def test_all_constraints_lifted_raise_an_alliance() -> None:
    """Lifted: the level is 0. The factor multiplied away is exp(b_al kappa g), as specified."""
    state = steady(32)
    lifted = replace(state, families=np.full((32, len(FAMILIES)), -60.0))
    assert (alliance_by(lifted, 12) > alliance_by(state, 12)).all()
    levels = np.logaddexp(0.0, state.families + CONSTANTS.level_offset)
    gain = np.exp(state.b_al * np.sum(state.kappa * levels, axis=1))
    before, after = (hazard(one)["alliance"] for one in (state, lifted))
    odds = (after / (1.0 - after / CONSTANTS.cap)) / (before / (1.0 - before / CONSTANTS.cap))
    np.testing.assert_allclose(odds, gain, rtol=1e-9)


def test_the_antagonisms_act_through_threat_alone() -> None:
    """What alignment answers to them is taken out again, so that nothing counts twice."""
    state = replace(steady(8), b_T=np.zeros(8))
    raised = replace(state, west=state.west + 1.0, east=state.east + 1.0)
    np.testing.assert_allclose(hazard(raised)["alliance"], hazard(state)["alliance"], rtol=1e-12)


def test_balancing_falls_with_antagonism_and_rises_with_asymmetry() -> None:
    state = steady(8)
    strained = replace(state, west=state.west + 1.0)
    assert (hazard(strained)["balancing"] < hazard(state)["balancing"]).all()
    wider = state.families.copy()
    wider[:, 0] += 1.0
    wide = replace(state, families=wider)
    assert (hazard(wide)["balancing"] > hazard(state)["balancing"]).all()
    assert (hazard(wide)["rupture"] > hazard(state)["rupture"]).all()


def test_rupture_falls_with_alignment() -> None:
    state = steady(8)
    closer = replace(state, own=state.own + 1.0)
    assert (hazard(closer)["rupture"] < hazard(state)["rupture"]).all()
    assert (hazard(closer)["alliance"] > hazard(state)["alliance"]).all()


def test_no_change_is_no_change() -> None:
    np.testing.assert_array_equal(alliance_by(steady(8)), alliance_by(steady(8)))
