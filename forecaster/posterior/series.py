"""Time series of a saved posterior as plain lists, for pages.

Read with h5py from the one group that pages need: loading the whole file as a tree would bring
xarray, which costs the web process seconds and 100 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py

from forecaster.belief import FACTORS, FAMILIES, SCENARIOS, Band, Series, Track
from forecaster.posterior import damage

_BAND = ("mean", "q05", "q25", "q75", "q95")


def load(path: Path, sha256: str) -> Series:
    """Series of the posterior file at ``path``.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    damage.require_unchanged(path, sha256)
    try:
        with h5py.File(path, "r") as file:
            return _series(file["summary"])
    except (OSError, KeyError, ValueError) as error:
        # Its hash is right, so somebody else's program wrote it.
        raise damage.unlike(path, error) from error


def _series(summary: Any) -> Series:
    ahead = [day[:7] for day in _names(summary, "ahead")]
    scenarios = _names(summary, "scenario")
    by = _lines(summary, "alliance_by")
    track: Track = {"mean": by["mean"], "q05": by["q05"], "q95": by["q95"]}
    shares = summary["scenario_mean"][:]
    return {
        "months": _names(summary, "month"),
        "factors": _bands(summary, "factor", "factor_name", FACTORS),
        "levels": _bands(summary, "level", "family", FAMILIES),
        "hazard": _band(_lines(summary, "hazard")),
        "scenarios": {
            "months": ahead,
            "mean": {name: shares[:, scenarios.index(name)].tolist() for name in SCENARIOS},
        },
        "alliance_by": track,
    }


def _names(summary: Any, dimension: str) -> list[str]:
    return [str(name) for name in summary[dimension].asstr()[:]]


def _lines(summary: Any, name: str) -> dict[str, list[float]]:
    """The rows of an array (statistic, time) by statistic."""
    rows = summary[name][:].tolist()
    return dict(zip(_names(summary, "statistic"), rows, strict=True))


def _bands(summary: Any, name: str, dimension: str, wanted: tuple[str, ...]) -> dict[str, Band]:
    """The lines of an array (statistic, name, time) by name."""
    values = summary[name][:]
    statistics, found = _names(summary, "statistic"), _names(summary, dimension)
    return {
        one: _band(
            {
                statistic: values[row, found.index(one)].tolist()
                for row, statistic in enumerate(statistics)
            }
        )
        for one in wanted
    }


def _band(lines: dict[str, list[float]]) -> Band:
    mean, q05, q25, q75, q95 = (lines[name] for name in _BAND)
    return {"mean": mean, "q05": q05, "q25": q25, "q75": q75, "q95": q95}
