"""Where each draw stood when its futures began, kept in full precision.

The sampler's vectors are saved in single precision. A what-if that does nothing has to give the
published numbers again to the last bit, so what no plain unit tells is saved beside them.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import xarray as xr

from forecaster.belief import FAMILIES
from forecaster.model.basis import Array
from forecaster.model.future import State

SAMPLE = ("chain", "draw")
FAMILY = ("families", "families_origin")
PATHS = (
    *("west", "east", "own", *FAMILY, "west_origin", "east_origin", "own_origin"),
    *("rho", "own_sd", "contrast", "strain", "usual_gap"),
)
PLAIN = tuple(one.name for one in fields(State) if one.name not in PATHS)


def saved(state: State, shape: tuple[int, int]) -> xr.Dataset:
    """The part of a state that no other group holds, by chain and draw."""
    found = {}
    for name in PATHS:
        array = getattr(state, name)
        dims = (*SAMPLE, "family") if name in FAMILY else SAMPLE
        found[name] = (dims, array.reshape(*shape, *array.shape[1:]))
    return xr.Dataset(found, coords={"family": list(FAMILIES)})


def taken(tree: xr.DataTree) -> dict[str, Array]:
    """What of a state was saved, chains one after another; old files hold less of it."""
    groups = {"shown": PLAIN, "state": PATHS}
    found = {}
    for group, names in groups.items():
        if group not in tree.children:
            continue
        dataset = tree[group].dataset
        for name in names:
            array = np.asarray(dataset[name].values, dtype=np.float64)
            found[name] = array.reshape(-1, *array.shape[2:])
    return found
