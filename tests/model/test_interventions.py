"""What is done to the future acts as it says, and nothing done changes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecaster.belief import FAMILIES, SCENARIOS
from forecaster.model import future, imagined
from forecaster.model.basis import Array, decay
from forecaster.model.future import State
from forecaster.model.intervention import Intervention
from priors.what_if import WhatIf
from tests.model.states import CONSTANTS, steady, wild

MONTHS = 60
SEEDS = st.integers(0, 10_000)
SIZES = st.floats(0.0, 3.0)


def does(state: State, **done: Any) -> Intervention:
    """An intervention that is there from the first month on; what is not named is as it was."""
    nothing = np.zeros(len(state.west))
    sizes = {name: nothing + done.get(name, 0.0) for name in ("west", "east", "own")}
    keep = np.array([done.get(name, 1.0) for name in FAMILIES])
    return Intervention(profile=np.ones(MONTHS), keep=keep, **sizes)


def under(state: State, *interventions: Intervention | None, **more: Any) -> list[Array]:
    """P(alliance by then) of each draw under each, at the end."""
    options: dict[str, Any] = {"in_force": "retreat", "seed": 7, "n_paths": 4, **more}
    found = future.simulate_each(state, CONSTANTS, interventions, months=[MONTHS], **options)
    return [one.alliance_by[-1] for one in found]


def fearful(seed: int) -> State:
    """Far-off states in which threat drives, constraints hold, and alignment answers."""
    state = wild(seed, 16)
    positive = ("b_T", "kappa", "c_R", "c_C")
    return replace(state, **{name: np.abs(getattr(state, name)) for name in positive})


@settings(max_examples=10)
@given(SEEDS, st.sampled_from(SCENARIOS))
def test_nothing_done_changes_no_bit(seed: int, in_force: str) -> None:
    state = wild(seed, 17)
    options: dict[str, Any] = {"in_force": in_force, "seed": seed, "n_paths": 3}
    whole = future.simulate(state, CONSTANTS, n_months=MONTHS, **options)
    months = [0, 1, 12, MONTHS]
    beside = [None, does(state), does(state, west=1.0, asymmetry=0.0)]
    plain, nothing, something = future.simulate_each(
        state, CONSTANTS, beside, months=months, **options
    )
    for found in (plain, nothing):
        np.testing.assert_array_equal(found.alliance_by, whole.alliance_by[months])
        np.testing.assert_array_equal(found.scenarios, whole.scenarios[months])
    if in_force == "retreat":
        assert (something.alliance_by[-1] != plain.alliance_by[-1]).all()
    np.testing.assert_allclose(something.scenarios.sum(axis=2), 1.0, atol=1e-6)


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(["west", "east"]), SIZES, SIZES)
def test_more_of_either_antagonism_never_lowers_it(
    seed: int, which: str, less: float, more: float
) -> None:
    state = fearful(seed)
    few, many = sorted((less, more))
    # Where Russia balances sooner or breaks with China, less is left to become allied.
    state = replace(state, b_B=state.b_B - 20.0, b_U=state.b_U - 20.0)
    low, high = under(state, does(state, **{which: few}), does(state, **{which: many}))
    assert (high >= low * (1.0 - 1e-12)).all()


@settings(max_examples=10)
@given(SEEDS)
def test_accommodating_both_lowers_it_and_containing_both_raises_it(seed: int) -> None:
    state = replace(fearful(seed), b_B=np.full(16, -20.0), b_U=np.full(16, -20.0))
    eased, plain, tense = under(
        state, does(state, west=-1.0, east=-1.0), None, does(state, west=1.0, east=1.0)
    )
    assert (eased < plain).all()
    assert (plain < tense).all()


def test_accommodating_both_lowers_it_today_whatever_else_may_happen() -> None:
    state = steady(64)
    eased, plain, tense = under(
        state, does(state, west=-1.0, east=-1.0), None, does(state, west=1.0, east=1.0)
    )
    assert (eased < plain).all()
    assert (plain < tense).all()


@settings(max_examples=10)
@given(SEEDS, st.sampled_from(FAMILIES))
def test_lifting_is_monotone(seed: int, family: str) -> None:
    """Less of a constraint that holds never lowers it; nothing else leads out here."""
    state = replace(fearful(seed), b_B=np.full(16, -20.0), b_U=np.full(16, -20.0))
    steps = [does(state, **{family: kept}) for kept in (2.0, 1.0, 0.5, 0.0)]
    found = under(state, *steps, does(state, **dict.fromkeys(FAMILIES, 0.0)))
    for less, more in pairwise(found):
        assert (more >= less * (1.0 - 1e-12)).all()


def test_every_constraint_lifted_raises_it() -> None:
    state = steady(32)
    plain, lifted = under(state, None, does(state, **dict.fromkeys(FAMILIES, 0.0)))
    assert (lifted > plain).all()


def test_a_constraint_that_binds_does_not_hold_back_when_it_is_lifted() -> None:
    """Where a strength is negative, lifting lowers: the sign is the draws' to say."""
    state = replace(steady(32), kappa=np.tile([-0.2, 0.0, 0.0, 0.0], (32, 1)))
    state = replace(state, b_B=np.full(32, -20.0), b_U=np.full(32, -20.0))
    plain, lifted = under(state, None, does(state, asymmetry=0.0))
    assert (lifted < plain).all()


def asked(**entry: Any) -> WhatIf:
    return WhatIf.model_validate({"id": "some", "title": "Some", **entry})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, [1, 1, 1, 1]),
        ({"ramp_months": 4}, [0.25, 0.5, 0.75, 1]),
        ({"ramp_months": 2}, [0.5, 1, 1, 1]),
        ({"hold_months": 0}, [1, 0.9, 0.81, 0.729]),
        ({"hold_months": 2}, [1, 1, 1, 0.9]),
        ({"ramp_months": 2, "hold_months": 1}, [0.5, 1, 1, 0.9]),
        ({"hold_months": 0, "half_life": 1 / 12}, [1, 0.5, 0.25, 0.125]),
    ],
)
def test_how_a_shift_comes_and_goes(entry: dict[str, Any], expected: list[float]) -> None:
    one = asked(shift={"ru_west": 1.0}, **entry)
    np.testing.assert_allclose(imagined.profile(one, 4, 0.9), expected)


def test_a_shock_fades_as_the_processes_do() -> None:
    """Done at once and left alone, a shift is a step of the process itself."""
    quiet = replace(steady(8), shock_rate=np.zeros(8))
    moved = replace(quiet, west=quiet.west + 1.5)
    shock = replace(
        does(quiet, west=1.5),
        profile=imagined.profile(asked(like=["x"], hold_months=0), MONTHS, decay(10.0)),
    )
    (stepped,), (shocked,) = under(moved, None), under(quiet, shock)
    np.testing.assert_allclose(shocked, stepped, rtol=1e-9)
