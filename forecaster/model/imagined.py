"""From a future that somebody asks about to what it does to the paths ahead of each draw."""

from __future__ import annotations

from math import inf

import numpy as np

from forecaster.belief import FAMILIES
from forecaster.model.basis import Array, decay
from forecaster.model.intervention import Intervention
from forecaster.model.reopen import Reopened
from priors import Priors
from priors.what_if import WhatIf


def intervention(one: WhatIf, given: Reopened, priors: Priors, n_months: int) -> Intervention:
    """What ``one`` adds to the processes of each draw, and what constraints keep of their level.

    A shock that hits once more does so with the sizes that each draw has for it; of alignment only
    its own step is added, for its answer to the antagonisms comes by itself.
    """
    state = given.state
    size = {
        name: np.full(len(state.west), getattr(one.shift, name))
        for name in ("ru_west", "cn_us", "alignment")
    }
    ids = [shock.id for shock in priors.shocks]
    for name in one.like:
        west, east, depth = (given.steps[driver][:, ids.index(name)] for driver in size)
        size["ru_west"] = size["ru_west"] + west
        size["cn_us"] = size["cn_us"] + east
        size["alignment"] = size["alignment"] + depth - state.c_R * west - state.c_C * east
    return Intervention(
        profile=profile(one, n_months, given.constants.phi),
        west=size["ru_west"],
        east=size["cn_us"],
        own=size["alignment"],
        keep=np.array([getattr(one.level, name) for name in FAMILIES]),
    )


def profile(one: WhatIf, n_months: int, phi: float) -> Array:
    """Share of the shifts in each month ahead: it grows, stays, fades; ``phi`` is the model's own.

    What comes at once is there in the first month.
    """
    month = np.arange(1.0, n_months + 1.0)
    grown = max(one.ramp_months, 1)
    end = grown + (inf if one.hold_months is None else one.hold_months)
    fading = phi if one.half_life is None else decay(one.half_life)
    over = np.maximum(month - end, 0.0)
    return np.asarray(np.minimum(month / grown, 1.0) * fading**over)
