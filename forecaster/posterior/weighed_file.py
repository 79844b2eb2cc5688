"""The file of a provisional forecast: curves for pages, and what each draw of another file counts.

No draws are in it: they are those of the published forecast that it names. The curves of the past
are that forecast's bands, moved as mean and spread move under the weights; the curves ahead are its
curves, moved as they move at the horizons, unless futures were drawn anew.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.posterior import files, series
from forecaster.posterior.reweighed import Weights

Array = NDArray[np.float64]
STATISTICS = ("mean", "q05", "q25", "q75", "q95")
_PACKED = {"compression": "gzip", "compression_opts": 4, "fletcher32": True}


@dataclass(frozen=True)
class Curve:
    """One variable of the file."""

    dims: tuple[str, ...]
    values: Any


Group = dict[str, Curve]


def moved(bands: Array, paths: Array, weights: Weights) -> Array:
    """Bands (statistic, ..., month) of paths (sample, ..., month), under other weights."""
    if weights.equal:
        return bands
    flat = paths.reshape(len(paths), -1)
    square = flat**2
    was, now = flat.mean(axis=0), weights.each @ flat
    before = np.sqrt(np.maximum(square.mean(axis=0) - was**2, 0.0))
    after = np.sqrt(np.maximum(weights.each @ square - now**2, 0.0))
    stretch = np.divide(after, before, out=np.ones_like(after), where=before > 1e-12)
    shape = bands.shape[1:]
    return np.asarray(now.reshape(shape) + (bands - was.reshape(shape)) * stretch.reshape(shape))


def quantiles(paths: Array, weights: Weights) -> Array:
    """Mean and quantiles (statistic, time) of paths (time, sample)."""
    ends = (0.05, 0.25, 0.75, 0.95)
    rows = [
        [float(weights.mean(row)), *(weights.quantile(row, at) for at in ends)] for row in paths
    ]
    return np.array(rows).T


def ahead_moved(curve: Array, times: Array, at: Array, change: Array) -> Array:
    """A curve (..., time) moved by what changes (..., horizon) at ``at``, and in between."""
    known = np.concatenate([[0.0], at])
    steps = np.concatenate([np.zeros((*change.shape[:-1], 1)), change], axis=-1)
    flat = steps.reshape(-1, steps.shape[-1])
    between = np.array([np.interp(times, known, row) for row in flat])
    return np.asarray(np.clip(curve + between.reshape(curve.shape), 0.0, 1.0))


def read(path: Path, sha256: str) -> tuple[Group, Group]:
    """The groups ``summary`` and ``fitted`` of a posterior file; the second may be empty.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    with series.opened(path, sha256) as file:
        return _group(file["summary"]), _group(file["fitted"]) if "fitted" in file else {}


def _group(group: Any) -> Group:
    """Variables with the names of their dimensions, which HDF5 keeps as scales."""
    found: Group = {}
    for name, array in group.items():
        if b"but not a netCDF variable" in array.attrs.get("NAME", b""):
            continue  # a dimension that has only a length
        dims = tuple(
            scale[0].name.rsplit("/", 1)[-1] if len(scale) else name for scale in array.dims
        )
        text = array.dtype.kind == "O"
        found[name] = Curve(dims, array.asstr()[:] if text else array[:])
    return found


def save(path: Path, groups: Mapping[str, Group], about: Mapping[str, Any]) -> str:
    """Write the file as a whole; returns its SHA-256.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    import h5netcdf
    import h5py

    out = io.BytesIO()
    with h5netcdf.File(out, "w") as file:
        for name, value in about.items():
            file.attrs[name] = value
        for label, variables in groups.items():
            group = file.create_group(label)
            for name, one in variables.items():
                values = np.asarray(one.values)
                for dim, size in zip(one.dims, values.shape, strict=True):
                    if dim not in group.dimensions:
                        group.dimensions[dim] = size
                text = values.dtype.kind in "OU"
                kind = h5py.string_dtype() if text else values.dtype
                more = {} if text or not values.size or not one.dims else _PACKED
                made = group.create_variable(name, one.dims, kind, **more)
                if values.size:
                    made[...] = values.astype(object) if text else values
    return files.write(out.getbuffer(), path)
