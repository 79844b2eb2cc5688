"""The draws of a saved posterior as plain arrays, by name.

Read with h5py, and only what a forecast is worked out from: the whole file as a tree would take
longer than a provisional forecast may, with the import that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecaster.posterior import series

if TYPE_CHECKING:
    import xarray as xr

#: Through the years, for charts alone: the largest arrays of the group, and no forecast needs them.
CHARTED = ("hazard_path", "factor_path")
LABELS = ("horizon", "scenario", "hazard_name", "factor_name", "family", "sub")


@dataclass(frozen=True)
class Saved:
    """Draws as they were saved.

    Attributes
    ----------
    x : array (chain, draw, coordinate)
        The sampler's vectors.
    shown : dict of arrays (chain, draw, ...)
        Everything that is said of the world, by its name in ``posterior.schema``.
    labels : dict
        What the places along each further dimension are called.
    state : dict of arrays (chain, draw, ...)
        Where each draw stood when its futures began, by name; empty in files that lack it.
    """

    x: NDArray[Any]
    shown: Mapping[str, NDArray[np.float64]]
    labels: Mapping[str, list[str]]
    state: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def load(path: Path, sha256: str, *, vectors: bool = True) -> Saved:
    """Draws of the posterior file at ``path``; without ``vectors`` those are not unpacked.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    with series.opened(path, sha256) as file:
        group = file["shown"]
        labels = {name: [str(one) for one in group[name].asstr()[:]] for name in LABELS}
        return Saved(
            file["posterior"]["x"][:] if vectors else np.empty((0, 0, 0)),
            {
                name: np.asarray(array[:], dtype=np.float64)
                for name, array in group.items()
                if array.ndim >= 2 and name not in CHARTED
            },
            labels,
            _state(file["state"]) if "state" in file else {},
        )


def _state(group: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    return {
        name: np.asarray(array[:], dtype=np.float64)
        for name, array in group.items()
        if array.ndim >= 2
    }


def of_tree(tree: xr.DataTree) -> Saved:
    """The same of a posterior that is in memory."""
    shown = tree["shown"].to_dataset()
    return Saved(
        tree["posterior"].to_dataset()["x"].values,
        {
            str(name): np.asarray(array.values, dtype=np.float64)
            for name, array in shown.data_vars.items()
            if name not in CHARTED
        },
        {name: [str(one) for one in shown[name].values] for name in LABELS},
        {
            str(name): np.asarray(array.values, dtype=np.float64)
            for name, array in tree["state"].to_dataset().data_vars.items()
        }
        if "state" in tree.children
        else {},
    )
