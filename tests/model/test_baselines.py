"""What is said without a model: right about the series that it is made for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import t

from forecaster.model import baselines
from forecaster.model.basis import Array
from forecaster.model.observed import Observation


def yearly(values: Array, first: int = 0) -> list[Observation]:
    return [
        Observation(str(1992 + k), first + 12 * k, first + 12 * k + 11, float(v), float(v))
        for k, v in enumerate(values)
    ]


def monthly(values: Array) -> list[Observation]:
    return [Observation(f"m{k}", k, k, float(v), float(v)) for k, v in enumerate(values)]


def within(triple: tuple[float, float, float], value: float) -> bool:
    location, scale, df = triple
    return bool(abs(t.cdf(value, df, location, scale) - 0.5) <= 0.45)


@pytest.mark.parametrize("years_ahead", [1, 3])
def test_no_change_covers_a_random_walk(years_ahead: int) -> None:
    rng, inside = default_rng(1), []
    for _ in range(400):
        walk = np.cumsum(0.3 * rng.standard_normal(30))
        found = yearly(walk[: -years_ahead or None])
        month = 12 * 29
        said = baselines.measured(found, month, month + 11, 0.3, monthly=False)
        assert said.no_change[0] == found[-1].value
        inside.append(within(said.no_change, float(walk[-1])))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)


def test_no_change_of_a_series_of_noise_is_no_wider_than_the_noise() -> None:
    rng = default_rng(2)
    found = monthly(rng.standard_normal(60))
    said = baselines.measured(found, 59 + 24, 59 + 24, 0.3, monthly=True)
    assert 1.0 < said.no_change[1] < 1.8  # two draws differ by 1.41


def test_trend_goes_on_and_no_change_does_not() -> None:
    line = 0.5 * np.arange(20.0) + 0.01 * default_rng(3).standard_normal(20)
    said = baselines.measured(yearly(line), 240, 251, 0.1, monthly=False)
    assert said.trend[0] == pytest.approx(10.0, abs=0.1)
    assert said.no_change[0] == pytest.approx(9.5, abs=0.1)
    assert said.seasonal is None


def test_seasonal_takes_the_same_month_a_year_before() -> None:
    season = np.tile(np.sin(np.arange(12.0)), 6)
    said = baselines.measured(monthly(season), 74, 74, 0.1, monthly=True)
    assert said.seasonal is not None
    assert said.seasonal[0] == pytest.approx(season[62])
    assert said.seasonal[1] < said.no_change[1]
    gone = [row for row in monthly(season) if (row.first - 74) % 12]
    assert baselines.measured(gone, 74, 74, 0.1, monthly=True).seasonal is None


def test_one_reading_is_enough_with_the_scale_of_the_others() -> None:
    said = baselines.measured(yearly(np.array([1.5])), 24, 35, 0.4, monthly=False)
    assert said.no_change[0] == said.trend[0] == 1.5
    assert said.no_change[1] == pytest.approx(0.4 * np.sqrt(2.0))


def test_the_usual_scale_is_a_typical_change() -> None:
    rng = default_rng(4)
    series = [yearly(np.cumsum(s * rng.standard_normal(400))) for s in (0.1, 0.3, 5.0)]
    assert baselines.usual_scale(series) == pytest.approx(0.3, rel=0.4)
    assert baselines.usual_scale([]) == baselines.USUAL


def test_a_count_goes_on_at_its_last_rate() -> None:
    rng = default_rng(5)
    early, late = rng.poisson(0.2, 120), rng.poisson(2.0, 12)
    said = baselines.counted(monthly(np.concatenate([early, late])), 133, 133)
    assert said.no_change[0] == pytest.approx(late.mean(), rel=0.15)
    assert said.trend[0] > said.no_change[0]
    assert said.seasonal is not None


def test_counts_of_a_year_are_told_for_a_year() -> None:
    said = baselines.counted(yearly(np.array([4.0, 5.0, 6.0, 5.0, 4.0, 6.0])), 72, 83)
    assert said.no_change[0] == pytest.approx(5.0, abs=0.3)
    assert said.seasonal is None
    # A year counted by months says the same.
    by_month = monthly(np.tile([1.0, 0.0, 0.0], 24))
    assert baselines.counted(by_month, 72, 83).no_change[0] == pytest.approx(4.0, abs=1.0)


def test_a_year_of_nothing_does_not_mean_never() -> None:
    said = baselines.counted(monthly(np.zeros(40)), 41, 41)
    assert 0.0 < said.no_change[0] < 0.05
    assert said.no_change[1] > 0.0
