"""Time series of a saved posterior as plain lists, for pages."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from forecaster.belief import FACTORS, SCENARIOS, Band, Series, Track
from forecaster.posterior import files, schema

_BAND = ("mean", "q05", "q25", "q75", "q95")


def load(path: Path, sha256: str) -> Series:
    """Series of the posterior file at ``path``.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    tree = files.load(path, sha256)
    schema.check(tree, path.name)
    return series(tree)


def series(tree: xr.DataTree) -> Series:
    """Series of a posterior tree."""
    summary = tree["summary"].dataset
    ahead = [str(day)[:7] for day in summary["ahead"].values]
    track: Track = {
        "mean": _line(summary["alliance_by"], "mean"),
        "q05": _line(summary["alliance_by"], "q05"),
        "q95": _line(summary["alliance_by"], "q95"),
    }
    return {
        "months": [str(month) for month in summary["month"].values],
        "factors": {name: _band(summary["factor"].sel(factor_name=name)) for name in FACTORS},
        "hazard": _band(summary["hazard"]),
        "scenarios": {
            "months": ahead,
            "mean": {
                name: [float(p) for p in summary["scenario_mean"].sel(scenario=name).values]
                for name in SCENARIOS
            },
        },
        "alliance_by": track,
    }


def _line(array: xr.DataArray, statistic: str) -> list[float]:
    return [float(value) for value in array.sel(statistic=statistic).values]


def _band(array: xr.DataArray) -> Band:
    mean, q05, q25, q75, q95 = (_line(array, name) for name in _BAND)
    return {"mean": mean, "q05": q05, "q25": q25, "q75": q75, "q95": q95}
