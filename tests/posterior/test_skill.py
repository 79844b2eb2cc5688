"""Scores taken together: skill, coverage, PIT, and how sure they are."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.posterior import skill
from forecaster.posterior.skill import Array, Scores


def scores(
    n_years: int,
    model: float,
    base: float,
    names: tuple[str, ...] = ("one", "two"),
    spread: float = 0.2,
    forecasts: int = 1,
) -> Scores:
    """Yearly readings of some indicators, predicted by some forecasts each."""
    rng = default_rng(1)
    keys = [
        (name, year)
        for name in names
        for year in range(2005, 2005 + n_years)
        for _ in range(forecasts)
    ]
    n = len(keys)

    def crps(mean: float) -> Array:
        return np.asarray(mean * np.exp(spread * rng.standard_normal(n)))

    return Scores(
        indicator=[name for name, _ in keys],
        period=[str(year) for _, year in keys],
        period_end=[date(year, 12, 31) for _, year in keys],
        ahead=[12] * n,
        pit=rng.random(n),
        crps={
            "model": crps(model),
            "no_change": crps(base),
            "trend": crps(base),
            "seasonal": np.full(n, np.nan),
        },
        log={way: rng.standard_normal(n) for way in ("model", *skill.BASELINES)},
    )


def whole(found: Scores) -> tuple[skill.Units, dict[str, object]]:
    of = skill.units(found)
    return of, skill.told(of, np.ones(len(of), dtype=bool))


def test_half_the_crps_is_a_skill_of_a_half() -> None:
    of, told = whole(scores(20, 0.5, 1.0))
    found = told["skill"]["no_change"]  # type: ignore[index]
    assert found["mean"] == pytest.approx(0.5, abs=0.05)
    assert found["lower"] < found["mean"] < found["upper"]
    assert of.blocks == "calendar years"
    assert told["readings"] == told["predictions"] == 40


def test_nothing_gained_is_a_skill_of_about_nothing() -> None:
    found = whole(scores(20, 1.0, 1.0))[1]["skill"]["no_change"]  # type: ignore[index]
    assert found["lower"] < 0.0 < found["upper"]


def test_units_do_not_matter_and_twice_as_good_makes_up_for_twice_as_bad() -> None:
    good, bad = scores(20, 1.0, 2.0, ("good",), 0.0), scores(20, 2000.0, 1000.0, ("bad",), 0.0)
    both = Scores(
        good.indicator + bad.indicator,
        good.period + bad.period,
        good.period_end + bad.period_end,
        good.ahead + bad.ahead,
        np.concatenate([good.pit, bad.pit]),
        {way: np.concatenate([good.crps[way], bad.crps[way]]) for way in good.crps},
        {way: np.concatenate([good.log[way], bad.log[way]]) for way in good.log},
    )
    found = whole(both)[1]["skill"]["no_change"]  # type: ignore[index]
    assert found["mean"] == pytest.approx(0.0, abs=1e-9)


def test_one_lucky_zero_does_not_decide_over_several() -> None:
    found = scores(1, 1.0, 1.0, ("one", "two"), 0.0)
    found.crps["no_change"][1] = 1e-6
    mean = whole(found)[1]["skill"]["no_change"]["mean"]  # type: ignore[index]
    assert -1.0 < mean < 0.0


def test_a_reading_counts_once_however_many_forecasts_told_of_it() -> None:
    of, told = whole(scores(10, 0.5, 1.0, forecasts=7))
    assert len(of) == 20
    assert (told["readings"], told["predictions"]) == (20, 140)
    shares = skill.histogram(of, np.ones(20, dtype=bool))
    assert sum(shares) == pytest.approx(1.0)
    assert len(shares) == skill.BINS


def test_where_nothing_is_known_nothing_is_told() -> None:
    found = whole(scores(3, 0.5, 1.0))[1]["skill"]
    assert found["seasonal"] == {"mean": None, "lower": None, "upper": None}  # type: ignore[index]
    assert found["no_change"]["lower"] is None  # type: ignore[index]


def test_months_are_blocks_where_years_are_too_few() -> None:
    found = scores(2, 0.5, 1.0)
    ends = [date(2026, 1 + k % 8, 28) for k in range(len(found.indicator))]
    of = skill.units(
        Scores(
            found.indicator,
            [str(k) for k in range(4)],
            ends,
            found.ahead,
            found.pit,
            found.crps,
            found.log,
        )
    )
    assert of.blocks is None
    many = scores(20, 0.5, 1.0)
    ends = [date(2026, 1 + k % 8, 28) for k in range(40)]
    of = skill.units(
        Scores(many.indicator, many.period, ends, many.ahead, many.pit, many.crps, many.log)
    )
    assert of.blocks == "calendar months"


def test_coverage_is_the_share_within() -> None:
    found = scores(20, 1.0, 1.0, ("one",))
    found.pit[:] = np.linspace(0.025, 0.975, 20)
    cover = whole(found)[1]["coverage"]
    assert cover["50"]["mean"] == pytest.approx(0.5)  # type: ignore[index]
    assert cover["90"]["mean"] == pytest.approx(0.9)  # type: ignore[index]


def test_intervals_hold_the_truth_as_often_as_stated() -> None:
    """Blocks that share a surprise: intervals from single readings would be far too narrow."""
    rng, inside = default_rng(9), []
    for _ in range(120):
        base = scores(22, 1.0, 1.0, ("one",), 0.0)
        shared = np.exp(0.3 * rng.standard_normal(22))
        base.crps["model"][:] = 0.8 * shared
        found = whole(base)[1]["skill"]["no_change"]  # type: ignore[index]
        truth = 1.0 - 0.8 * np.exp(0.5 * 0.3**2)
        inside.append(found["lower"] <= truth <= found["upper"])
    assert 0.8 < np.mean(inside) < 0.97
