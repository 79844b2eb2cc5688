"""How much of a forecast's movement was taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.posterior.stability import stability

START = datetime(2026, 1, 1, tzinfo=UTC)


def days(n: int, step: int = 10) -> list[datetime]:
    return [START + timedelta(days=step * k) for k in range(n)]


def test_a_forecast_that_swings_takes_everything_back() -> None:
    found = stability(days(9), [0.1, 0.2] * 4 + [0.1])
    assert found["path"] == pytest.approx(0.8)
    assert found["net"] == pytest.approx(0.0)
    assert found["taken_back"] == pytest.approx(7 / 8)  # of the last move nobody knows yet


def test_a_forecast_that_goes_one_way_takes_nothing_back() -> None:
    found = stability(days(8), list(np.linspace(0.1, 0.3, 8)))
    assert found["taken_back"] == 0.0
    assert found["overreaction"] < 0.0


def test_a_forecast_without_fault_is_led_back_by_nothing_in_the_mean() -> None:
    rng = default_rng(1)
    found = [
        stability(days(60), list(0.5 + np.cumsum(0.01 * rng.standard_normal(60))))["overreaction"]
        for _ in range(200)
    ]
    assert np.mean(found) == pytest.approx(0.0, abs=0.15)


def test_one_that_overreacts_is_led_back() -> None:
    rng = default_rng(2)
    noisy = 0.5 + 0.05 * rng.standard_normal(200)
    found = stability(days(200), list(noisy))
    assert found["overreaction"] == pytest.approx(0.5, abs=0.15)
    assert found["taken_back"] > 0.7


def test_what_happens_later_than_the_time_looked_at_is_not_counted() -> None:
    swings = [0.1, 0.2, 0.1, 0.2, 0.1]
    assert stability(days(5, step=100), swings)["taken_back"] == 0.0
    assert stability(days(5, step=10), swings)["taken_back"] > 0.5


@pytest.mark.parametrize("values", [[], [0.2], [0.2, 0.3], [0.2] * 5])
def test_too_few_moves_say_nothing(values: list[float]) -> None:
    found = stability(days(len(values)), values)
    assert found["taken_back"] is None
    assert found["overreaction"] is None
