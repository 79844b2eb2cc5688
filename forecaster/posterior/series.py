"""Time series of a saved posterior as plain lists, for pages.

Read with h5py from the two groups that pages need: loading the whole file as a tree would bring
xarray, which costs the web process seconds and 100 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from forecaster.belief import FACTORS, FAMILIES, SCENARIOS, Band, Fitted, Series, Track
from forecaster.posterior import damage

_BAND = ("mean", "q05", "q25", "q75", "q95")


def load(path: Path, sha256: str, *, fitted: bool = True) -> Series:
    """Series of the posterior file at ``path``; what it says of each reading only if wanted.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    with opened(path, sha256) as file:
        found = _series(file["summary"])
        if fitted and "fitted" in file:  # since November 2026
            found["fitted"] = _fitted(file["fitted"])
        return found


@contextmanager
def opened(path: Path, sha256: str) -> Iterator[h5py.File]:
    """The posterior file at ``path``, to be read within the block.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    damage.require_unchanged(path, sha256)
    try:
        with h5py.File(path, "r") as file:
            yield file
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


def _fitted(group: Any) -> dict[str, Fitted]:
    """Readings by indicator; those of one stand together."""
    names, periods = _names(group, "indicator"), _names(group, "period")
    observed = group["observed"][:].tolist()
    as_fitted, alone = _lines(group, "predictive"), _lines(group, "factor_alone")
    without = _without(group) if "left_out" in group else None
    found: dict[str, Fitted] = {}
    for name, places in groupby(range(len(names)), key=names.__getitem__):
        run = list(places)
        here = slice(run[0], run[-1] + 1)
        found[name] = {
            "periods": periods[here],
            "observed": observed[here],
            "mean": as_fitted["mean"][here],
            "q05": as_fitted["q05"][here],
            "q95": as_fitted["q95"][here],
            "factor_mean": alone["mean"][here],
            "factor_q05": alone["q05"][here],
            "factor_q95": alone["q95"][here],
        }
        if without is not None:
            found[name]["left_out"] = {
                "mean": without["mean"][here],
                "q05": without["q05"][here],
                "q95": without["q95"][here],
                "pareto_k": without["pareto_k"][here],
            }
    return found


def _without(group: Any) -> dict[str, list[float | None]]:
    """What the others say of each reading, and how far to trust it; no number is None."""
    rows = dict(zip(_names(group, "statistic"), group["left_out"][:], strict=True))
    return {
        name: [float(one) if np.isfinite(one) else None for one in values]
        for name, values in (rows | {"pareto_k": group["pareto_k"][:]}).items()
    }


def _names(summary: Any, dimension: str) -> list[str]:
    return [str(name) for name in summary[dimension].asstr()[:]]


def _lines(summary: Any, name: str) -> dict[str, list[float]]:
    """The rows of an array (statistic, time or reading) by statistic."""
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
