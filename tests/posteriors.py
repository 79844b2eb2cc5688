"""A made-up posterior in the declared schema, with as many draws as the gate wants. No fit made it.

Its draws are independent, so that the gate lets it through; the curves behind it are simple.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from forecaster.belief import FACTORS, FAMILIES, SCENARIOS, Band, Series
from forecaster.model.basis import Array
from forecaster.posterior import schema

CHAINS, DRAWS = 4, 300
SAMPLE = ("chain", "draw")
HORIZONS = {
    "2026-12-31": 0.1,
    "2027-11-30": 1.0,
    "2029-11-30": 3.0,
    "2031-11-30": 5.0,
    "2036-11-30": 10.0,
    "2046-11-30": 20.0,
}
MONTHS = ("2026-10", "2026-11")
SCALARS = ("kappa_bar", "c_R", "c_C", "b_A", "b_T", "b_al")
STATISTICS = ("mean", "q05", "q25", "q75", "q95")
# Indicator, period, observed; what is said of a reading is a simple function of it.
READINGS = (
    ("leader_meetings", "2026-08", 0.0),
    ("leader_meetings", "2026-09", 2.0),
    ("trade_total", "2025", 228.1),
)
LONE = np.array([0.0, 0.0, np.nan])


def posterior(seed: int = 1, *, draws: int = DRAWS) -> xr.DataTree:
    """The tree without its attributes, as ``infer`` gives it."""
    rng = np.random.default_rng(seed)
    shape = (CHAINS, draws)

    def free(*more: int) -> Array:
        return rng.standard_normal((*shape, *more))

    years = np.array(list(HORIZONS.values()))
    by = 1.0 - np.exp(-0.015 * np.exp(0.3 * free())[..., None] * years)
    rest = 1.0 - 0.9 * by
    scenarios = np.stack([0.8 * rest, 0.9 * by, 0.15 * rest, 0.05 * rest], axis=-1)
    shown = xr.Dataset(
        {
            "scenarios": ((*SAMPLE, "horizon", "scenario"), scenarios),
            "alliance_by": ((*SAMPLE, "horizon"), by),
            "hazard": ((*SAMPLE, "hazard_name"), 0.01 * np.exp(free(3))),
            "hazard_path": ((*SAMPLE, "year"), 0.01 * np.exp(free(2))),
            "factor": ((*SAMPLE, "factor_name"), free(len(FACTORS))),
            "factor_path": ((*SAMPLE, "factor_name", "year"), free(len(FACTORS), 2)),
            "level": ((*SAMPLE, "family"), np.exp(free(len(FAMILIES)))),
            "sub_level": ((*SAMPLE, "sub"), np.exp(free(1))),
            "kappa": ((*SAMPLE, "family"), free(len(FAMILIES))),
            **{name: (SAMPLE, free()) for name in SCALARS},
        },
        coords={
            "horizon": list(HORIZONS),
            "scenario": list(SCENARIOS),
            "hazard_name": ["alliance", "balancing", "rupture"],
            "factor_name": list(FACTORS),
            "family": list(FAMILIES),
            "sub": ["asymmetry/capability_gap"],
            "year": ["2025-11", "2026-11"],
        },
    )
    return xr.DataTree.from_dict(
        {
            "shown": shown,
            "summary": _summary(),
            "contraction": xr.Dataset(
                {**dict.fromkeys(SCALARS, 0.2), "kappa": ("family", np.full(len(FAMILIES), 0.2))},
                coords={"family": list(FAMILIES)},
            ),
            "posterior": xr.Dataset({"x": ((*SAMPLE, "coordinate"), free(20).astype(np.float32))}),
            "sample_stats": xr.Dataset(
                {"diverging": (SAMPLE, np.zeros(shape, dtype=bool)), "energy": (SAMPLE, free())}
            ),
            "state": _state(free),
            "fitted": _fitted(),
        }
    )


def _state(free: Callable[..., Array]) -> xr.Dataset:
    plain, families = {}, {}
    for name, dims in schema.GROUPS["state"].items():
        if dims == SAMPLE:
            plain[name] = (SAMPLE, free())
        else:
            families[name] = ((*SAMPLE, "family"), free(len(FAMILIES)))
    return xr.Dataset({**plain, **families}, coords={"family": list(FAMILIES)})


def _fitted() -> xr.Dataset:
    names, periods, observed = zip(*READINGS, strict=True)
    seen = np.array(observed)
    dims = ("statistic", "reading")
    return xr.Dataset(
        {
            "factor_alone": (dims, np.stack([seen + 2.0, seen, seen + 4.0])),
            "predictive": (dims, np.stack([seen + 1.0, seen, seen + 3.0])),
            # The one of trade stands alone: there are no others to predict it.
            "left_out": (dims, np.stack([seen + 1.5, seen - 1.0, seen + 4.0]) + LONE),
            "pareto_k": ("reading", np.array([0.2, 0.9, 0.0]) + LONE),
        },
        coords={
            "statistic": ["mean", "q05", "q95"],
            "indicator": ("reading", list(names)),
            "period": ("reading", list(periods)),
            "observed": ("reading", seen),
        },
    )


def _summary() -> xr.Dataset:
    ahead = list(HORIZONS)
    by = 1.0 - np.exp(-0.015 * np.array(list(HORIZONS.values())))
    rest = 1.0 - 0.9 * by
    return xr.Dataset(
        {
            "factor": (
                ("statistic", "factor_name", "month"),
                np.zeros((len(STATISTICS), len(FACTORS), len(MONTHS))),
            ),
            "level": (
                ("statistic", "family", "month"),
                np.ones((len(STATISTICS), len(FAMILIES), len(MONTHS))),
            ),
            "hazard": (("statistic", "month"), np.full((len(STATISTICS), len(MONTHS)), 0.015)),
            "scenario_mean": (
                ("ahead", "scenario"),
                np.stack([0.8 * rest, 0.9 * by, 0.15 * rest, 0.05 * rest], axis=1),
            ),
            "alliance_by": (("statistic", "ahead"), np.tile(by, (len(STATISTICS), 1))),
        },
        coords={
            "statistic": list(STATISTICS),
            "month": list(MONTHS),
            "ahead": ahead,
            "factor_name": list(FACTORS),
            "family": list(FAMILIES),
            "scenario": list(SCENARIOS),
        },
    )


def summary_of(series: Series) -> xr.Dataset:
    """The curves of a page as the group of a posterior file that pages read."""

    def rows(band: Band) -> list[list[float]]:
        return [band[name] for name in ("mean", "q05", "q25", "q75", "q95")]

    outlook, by = series["scenarios"], series["alliance_by"]
    factors = np.array([rows(series["factors"][name]) for name in FACTORS])
    levels = np.array([rows(series["levels"][name]) for name in FAMILIES])
    return xr.Dataset(
        {
            "factor": (("statistic", "factor_name", "month"), factors.transpose(1, 0, 2)),
            "level": (("statistic", "family", "month"), levels.transpose(1, 0, 2)),
            "hazard": (("statistic", "month"), rows(series["hazard"])),
            "scenario_mean": (
                ("ahead", "scenario"),
                np.array([outlook["mean"][name] for name in SCENARIOS]).T,
            ),
            "alliance_by": (
                ("statistic", "ahead"),
                [by["mean"], by["q05"], by["q05"], by["q95"], by["q95"]],
            ),
        },
        coords={
            "statistic": list(STATISTICS),
            "month": series["months"],
            "ahead": [f"{month}-28" for month in outlook["months"]],
            "factor_name": list(FACTORS),
            "family": list(FAMILIES),
            "scenario": list(SCENARIOS),
        },
    )
