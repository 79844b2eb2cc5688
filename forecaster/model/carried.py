"""Where each draw stood when its futures began, kept in full precision.

The sampler's vectors are saved in single precision. A what-if that does nothing has to give the
published numbers again to the last bit, so what no plain unit tells is saved beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from forecaster.belief import FAMILIES
from forecaster.model.basis import Array
from forecaster.model.future import State

if TYPE_CHECKING:
    import xarray as xr

SAMPLE = ("chain", "draw")
FAMILY = ("families", "families_origin")
PATHS = (
    *("west", "east", "own", *FAMILY, "west_origin", "east_origin", "own_origin"),
    *("rho", "own_sd", "contrast", "strain", "usual_gap"),
)
PLAIN = tuple(one.name for one in fields(State) if one.name not in PATHS)


def saved(state: State, shape: tuple[int, int]) -> xr.Dataset:
    """The part of a state that no other group holds, by chain and draw."""
    import xarray as xr

    found = {}
    for name in PATHS:
        array = getattr(state, name)
        dims = (*SAMPLE, "family") if name in FAMILY else SAMPLE
        found[name] = (dims, array.reshape(*shape, *array.shape[1:]))
    return xr.Dataset(found, coords={"family": list(FAMILIES)})


def taken(shown: Mapping[str, Array], state: Mapping[str, Array]) -> dict[str, Array]:
    """What of a state was saved, chains one after another; old files hold none of ``state``."""
    found = {name: shown[name] for name in PLAIN if name in shown}
    found |= {name: state[name] for name in PATHS if name in state}
    return {
        name: np.asarray(array, dtype=np.float64).reshape(-1, *array.shape[2:])
        for name, array in found.items()
    }
