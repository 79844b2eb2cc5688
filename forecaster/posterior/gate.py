"""The publication gate: no number is shown that the sampler has not earned."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats

from forecaster.belief import Diagnostics
from forecaster.posterior.bounds import BFMI_MIN, ESS_MIN, RHAT_MAX, failures

__all__ = ["BFMI_MIN", "ESS_MIN", "RHAT_MAX", "diagnose", "failures"]


def diagnose(tree: xr.DataTree) -> Diagnostics:
    """R-hat, bulk and tail ESS over everything shown and every named parameter; BFMI.

    Quantities that cannot vary (an alliance by today) are passed over. The raw coordinates of the
    sampler are not looked at by themselves: all that is made of them is.
    """
    names: list[str] = []
    columns: list[Any] = []
    for group in ("shown", "posterior"):
        for name, variable in tree[group].to_dataset().data_vars.items():
            if name == "x":
                continue
            values = np.asarray(variable.values, dtype=np.float64)
            flat = values.reshape(*values.shape[:2], -1)
            width = flat.shape[2]
            names += [f"{name}[{k}]" if width > 1 else str(name) for k in range(width)]
            columns.append(flat)
    draws = np.concatenate(columns, axis=2)
    moving = ~(draws.std(axis=(0, 1)) <= 1e-12)  # NaN counts as moving, and fails below
    names = [name for name, moves in zip(names, moving, strict=True) if moves]
    draws = draws[:, :, moving]
    axes = {"chain_axis": 0, "draw_axis": 1}
    rhat = array_stats.rhat(draws, **axes)
    bulk = array_stats.ess(draws, method="bulk", **axes)
    tail = array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes)
    stats = tree["sample_stats"].to_dataset()
    energy = stats["energy"].values
    bfmi = np.square(np.diff(energy, axis=1)).mean(axis=1) / energy.var(axis=1)
    divergences = int(stats["diverging"].values.sum())
    worst = {
        "rhat_max": names[int(np.argmax(rhat))],
        "ess_bulk_min": names[int(np.argmin(bulk))],
        "ess_tail_min": names[int(np.argmin(tail))],
    }
    result: Diagnostics = {
        "rhat_max": float(rhat.max()),
        "ess_bulk_min": float(bulk.min()),
        "ess_tail_min": float(tail.min()),
        "divergences": divergences,
        "bfmi_min": float(bfmi.min()),
        "n_draws": int(draws.shape[0] * draws.shape[1]),
        "worst": worst,
        "passed": False,
    }
    result["passed"] = not failures(result)
    return result
