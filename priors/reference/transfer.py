"""From the saved posterior to the prior of the live model: two entries for each stance.

The fit speaks of pairs of powers at large. ``stances.toml`` says what the step to one pair adds.
"""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

import numpy as np

from priors.distribution import Draws as Numbers
from priors.reference import rates
from priors.reference.draws import Draws
from priors.reference.stances import Eras, Stances, Wars

DECIMALS = 2
SETS: dict[str, tuple[Wars, Eras]] = {
    "reference": ("all", "now"),
    "without_wars": ("without", "now"),
    "turning_eras": ("all", "turning"),
    "post_1945": ("all", "post_1945"),
    "all_history": ("all", "history"),
}
"""Which stance each prior set of the live model states; ``reference`` is the default."""


class Entry(NamedTuple):
    """Mean and sd of a normal prior, rounded as they are written down."""

    mean: float
    sd: float


def entries(draws: Draws, stances: Stances, eras: Eras) -> dict[str, Entry]:
    """``b_A`` and ``b_T`` under a stance on eras, from the draws of one on wars."""
    origin = rates.kind(stances, rival=0, asymmetry=stances.pair.asymmetry_origin)
    base = rates.stance_log_rate(draws, stances, "pledge", origin, eras)
    total = rates.contrast(draws, stances, eras)
    if eras == "turning":
        base, total = _turned(draws, stances, base, total)
    transfer = stances.transfer
    return {
        "b_A": _entry(base, transfer.base_rate_sd),
        "b_T": _entry(total, transfer.contrast_sd),
    }


def _entry(draws: Numbers, wider: float) -> Entry:
    return Entry(
        round(float(draws.mean()), DECIMALS), round(hypot(float(draws.std()), wider), DECIMALS)
    )


def _turned(
    draws: Draws, stances: Stances, base: Numbers, total: Numbers
) -> tuple[Numbers, Numbers]:
    """Both as they stand at some time of the coming ten years, an era later where one began."""
    rng = np.random.default_rng(rates.SEED)
    again = 20
    shape = (again, len(draws))
    after = rng.uniform(0.0, rates.HORIZON, shape)
    begun = rng.random(shape) < -np.expm1(-after / stances.transfer.new_era_years)
    majors = stances.pair.majors * draws.numbers["shift_sd.majors"]
    era_sd = np.hypot(draws.numbers["era_sd.pledge"], majors)
    contrast_sd = draws.numbers["shift_sd.rival"]
    moved = base + begun * era_sd * rng.standard_normal(shape)
    return moved.ravel(), (total + begun * contrast_sd * rng.standard_normal(shape)).ravel()
