"""From a posterior tree to the forecast document: means, intervals, strengths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from forecaster.belief import (
    FACTORS,
    FAMILIES,
    HORIZON_YEARS,
    SCENARIOS,
    Constraints,
    Headline,
    Horizon,
    Interval,
    Level,
    Strength,
)
from forecaster.posterior.reweighed import ASSUMED_BELOW, HEADLINE_YEARS, PROBABILITY

if TYPE_CHECKING:
    import xarray as xr


def interval(draws: Any) -> Interval:
    """Mean and central 90 % of draws shaped (chain, draw)."""
    values = np.asarray(draws, dtype=np.float64)
    tail = (1.0 - PROBABILITY) / 2.0
    lower, upper = np.quantile(values, [tail, 1.0 - tail])
    return {"mean": float(values.mean()), "lower": float(lower), "upper": float(upper)}


def with_error(draws: Any) -> Interval:
    """The same with the Monte Carlo standard error of the mean; 0 where nothing varies."""
    from arviz_stats.base import array_stats

    values = np.asarray(draws, dtype=np.float64)
    result = interval(values)
    if values.std() > 1e-12:
        result["mcse"] = float(array_stats.mcse(values, method="mean", chain_axis=0, draw_axis=1))
    else:
        result["mcse"] = 0.0
    return result


def strength(draws: Any, contraction: float) -> Strength:
    """An effect with its sign probability and how far the data moved it from the prior."""
    values = np.asarray(draws, dtype=np.float64)
    return {
        **with_error(values),
        "p_positive": float((values > 0).mean()),
        "contraction": contraction,
        "assumed": contraction < ASSUMED_BELOW,
    }


def horizons(shown: xr.Dataset, as_of: date) -> list[Horizon]:
    """The six dates: probabilities of the scenarios, and of an alliance by then."""
    rows: list[Horizon] = []
    fixed: list[float | None] = [None, *HORIZON_YEARS]
    for index, (text, years) in enumerate(zip(shown["horizon"].values, fixed, strict=True)):
        when = date.fromisoformat(str(text))
        ahead = years if years is not None else round((when - as_of).days / 365.25, 1)
        scenarios = shown["scenarios"].isel(horizon=index)
        rows.append(
            {
                "date": when.isoformat(),
                "years": ahead,
                "scenarios": {
                    name: with_error(scenarios.sel(scenario=name).values) for name in SCENARIOS
                },
                "alliance_by": with_error(shown["alliance_by"].isel(horizon=index).values),
            }
        )
    return rows


def headline(rows: list[Horizon]) -> Headline:
    """P(alliance by the end of the month ten years after as-of)."""
    row = next(row for row in rows if row["years"] == HEADLINE_YEARS)
    by = row["alliance_by"]
    return {
        "quantity": "alliance_by",
        "date": row["date"],
        "mean": by["mean"],
        "lower": by["lower"],
        "upper": by["upper"],
        "mcse": by["mcse"],
    }


def constraints(
    tree: xr.DataTree, titles: dict[str, str], indicators: dict[str, list[str]]
) -> Constraints:
    """Strength by family, level by family and sub-constraint.

    ``titles`` names families, and sub-constraints as ``family/sub``; a sub-constraint without
    indicators is listed with no level, never dropped.
    """
    shown, contraction = tree["shown"].to_dataset(), tree["contraction"].to_dataset()
    subs: dict[str, Level | None] = {}
    known = [str(name) for name in shown["sub"].values]
    for name, title in titles.items():
        if "/" not in name:
            continue
        if name not in known:
            subs[name] = None
            continue
        found = interval(shown["sub_level"].sel(sub=name).values)
        subs[name] = _level(found, title, indicators.get(name, []))
    return {
        "strength": strength(shown["kappa_bar"].values, float(contraction["kappa_bar"])),
        "families": {
            family: strength(
                shown["kappa"].sel(family=family).values,
                float(contraction["kappa"].sel(family=family)),
            )
            for family in FAMILIES
        },
        "levels": {
            family: _level(
                interval(shown["level"].sel(family=family).values),
                titles.get(family, family),
                indicators.get(family, []),
            )
            for family in FAMILIES
        },
        "sub_constraints": subs,
    }


def _level(found: Interval, title: str, indicators: list[str]) -> Level:
    return {
        "mean": found["mean"],
        "lower": found["lower"],
        "upper": found["upper"],
        "title": title,
        "indicators": indicators,
    }


def parameters(tree: xr.DataTree) -> dict[str, Strength]:
    """Every scalar parameter: posterior, sign, contraction; ``assumed`` where data said little."""
    shown, contraction = tree["shown"].to_dataset(), tree["contraction"].to_dataset()
    return {
        str(name): strength(shown[name].values, float(contraction[name]))
        for name in contraction.data_vars
        if contraction[name].ndim == 0
    }


def factors(shown: xr.Dataset) -> dict[str, Interval]:
    """Each factor now, in standard deviations of its process, 0 at July 2001."""
    return {name: with_error(shown["factor"].sel(factor_name=name).values) for name in FACTORS}


def hazards(shown: xr.Dataset) -> dict[str, Interval]:
    """Yearly rates out of the state in force in 1992, now."""
    return {
        str(name): with_error(shown["hazard"].sel(hazard_name=name).values)
        for name in shown["hazard_name"].values
    }
