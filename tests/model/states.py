"""Hand-made states to go on from: one as the priors see today, others far from it."""

from __future__ import annotations

import numpy as np
from numpy.random import default_rng

from forecaster.belief import FAMILIES
from forecaster.model.basis import decay
from forecaster.model.future import Constants, State

CONSTANTS = Constants(
    phi=decay(10.0),
    cap=0.5,
    sharpness=2.0,
    level_offset=0.5413248546129181,
    shock_nu=4.0,
    shock_correlation=0.5,
)
TODAY = {
    "west": 1.6,
    "east": 1.2,
    "own": 0.6,
    "west_origin": -0.2,
    "east_origin": -0.1,
    "own_origin": 0.0,
    "rho": 0.2,
    "own_sd": 0.7,
    "c_R": 0.35,
    "c_C": 0.2,
    "contrast": 1.2,
    "strain": 1.8,
    "usual_gap": 1.4,
    "shock_rate": 0.2,
    "shock_mean": 0.2,
    "shock_scale": 0.7,
    "b_A": -5.1,
    "b_T": 1.0,
    "b_al": 0.4,
    "b_B": -3.9,
    "b_B_west": 1.8,
    "b_B_asym": 0.15,
    "b_U": -5.3,
    "b_U_asym": 0.2,
    "b_U_al": 0.3,
    "q_A": 0.04,
    "q_B": 0.05,
    "q_U": 0.04,
}
LEVELS = {
    "families": [0.8, 0.3, 0.2, 0.1],
    "families_origin": [0.0, 0.0, 0.0, 0.0],
    "kappa": [0.1, 0.25, 0.15, 0.2],
}


def steady(n_draws: int) -> State:
    """The same state in every draw."""
    numbers = {name: np.full(n_draws, value) for name, value in TODAY.items()}
    by_family = {name: np.tile(value, (n_draws, 1)) for name, value in LEVELS.items()}
    return State(**numbers, **by_family)


def wild(seed: int, n_draws: int) -> State:
    """Every number far from today's and different in every draw; scales stay positive."""
    rng = default_rng(seed)
    positive = {
        *("own_sd", "contrast", "strain", "usual_gap", "shock_rate", "shock_scale", "b_al"),
        *("b_B_west", "b_B_asym", "b_U_asym", "b_U_al", "q_A", "q_B", "q_U"),
    }
    numbers = {}
    for name, value in TODAY.items():
        if name in positive:
            numbers[name] = value * np.exp(rng.normal(0.0, 0.5, n_draws))
        else:
            numbers[name] = value + rng.normal(0.0, 1.0, n_draws)
    numbers["rho"] = rng.uniform(-0.9, 0.9, n_draws)
    shape = (n_draws, len(FAMILIES))
    by_family = {name: value + rng.normal(0.0, 1.0, shape) for name, value in LEVELS.items()}
    return State(**numbers, **by_family)
