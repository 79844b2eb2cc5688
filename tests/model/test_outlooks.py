"""Where the headline would go: against a case that is known exactly, and where it is noise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model import outlooks
from forecaster.model.predictive import Counted, Measured
from tests.model import worlds

N, CHAINS = 8_000, 4
ONE = "un_distance_russia_us"  # on no transform but its frozen scale


def test_the_expected_move_of_a_normal_case_is_the_exact_one() -> None:
    """Headline and reading jointly normal: the move is normal, its mean size 0.8 of its sd."""
    rng = default_rng(1)
    state = rng.standard_normal(N)
    headline = 0.3 + 0.02 * state
    said = Measured(state, np.full(N, 1.0))
    found = outlooks.outlook(worlds.shipped()[ONE], said, 12, headline, CHAINS, rng)

    exact = 0.02 / np.sqrt(2.0) * np.sqrt(2.0 / np.pi)
    assert found.move == pytest.approx(exact, abs=3.0 * found.mcse + 0.03 * exact)
    assert found.mcse < 0.1 * found.move
    low, middle, high = found.shown
    assert low.headline < middle.headline < high.headline
    assert middle.headline == pytest.approx(0.3, abs=4.0 * middle.mcse)
    # A reading at its 90 % quantile, 1.28 sd of sqrt(2), moves by half of that.
    assert high.headline == pytest.approx(0.3 + 0.02 * 1.2816 * np.sqrt(2.0) / 2.0, abs=1.5e-3)
    assert all(one.k_hat < 0.7 for one in found.shown)


def test_a_reading_that_says_nothing_is_not_told_from_noise() -> None:
    """The raw mean size of noise is not zero; over many cases what is left has to be small."""
    told, sizes = 0, []
    for seed in range(20):
        rng = default_rng(seed)
        said = Measured(rng.standard_normal(N), np.full(N, 1.0))
        headline = 0.3 + 0.02 * rng.standard_normal(N)
        found = outlooks.outlook(worlds.shipped()[ONE], said, 12, headline, CHAINS, rng)
        told += found.move > 2.0 * found.mcse
        sizes.append(found.move / found.mcse)
    assert told <= 3
    assert np.mean(sizes) < 1.0


def test_counts_are_weighed_by_how_likely_they_are() -> None:
    rng = default_rng(2)
    rate = np.exp(rng.standard_normal(N))
    said = Counted(rate, np.full(N, 5.0))
    found = outlooks.outlook(
        worlds.shipped()["leader_meetings"], said, 1, 0.2 + 0.05 * np.log(rate), CHAINS, rng
    )
    low, middle, high = found.shown
    assert low.value == round(low.value)
    assert low.value <= middle.value < high.value
    assert low.headline <= middle.headline < high.headline
    assert found.move > 5.0 * found.mcse


def test_likelihoods_are_those_of_the_distributions() -> None:
    from scipy import stats

    mean, alpha = np.array([0.5, 2.0]), np.array([1.0, 4.0])
    values = np.array([0.0, 1.0, 3.0])
    counted = outlooks.log_likelihood(Counted(mean, alpha), values)
    exact = stats.nbinom.logpmf(values[:, None], alpha, alpha / (alpha + mean))
    np.testing.assert_allclose(counted, exact)
    measured = outlooks.log_likelihood(Measured(mean, alpha), values)
    exact = stats.norm.logpdf(values[:, None], mean, alpha)
    np.testing.assert_allclose(measured - measured[0], exact - exact[0])


def test_values_come_back_in_the_indicators_unit() -> None:
    rng = default_rng(3)
    one = worlds.shipped()["trade_total"]
    said = Measured(rng.standard_normal(N) * 0.1, np.full(N, 0.1))
    month, year = (
        outlooks.outlook(one, said, months, rng.standard_normal(N), CHAINS, default_rng(4)).shown[1]
        for months in (1, 12)
    )
    assert year.value == pytest.approx(12.0 * month.value)
