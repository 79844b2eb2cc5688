"""Scores against their definitions: closed forms, sums, and draws."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.integrate import quad
from scipy.stats import kstest, nbinom, norm, t

from forecaster.posterior import scores
from forecaster.posterior.levels import LEVELS


def test_a_normal_distribution_is_scored_exactly() -> None:
    """CRPS in closed form: sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))."""
    mean, sd = 1.3, 0.4
    value = np.array([-4.0, 0.2, 1.3, 1.8, 6.0])
    knots = np.tile(norm.ppf(LEVELS, mean, sd), (len(value), 1))
    z = (value - mean) / sd
    found = scores.measured(knots, value)
    exact = sd * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / np.sqrt(np.pi))
    np.testing.assert_allclose(found.crps, exact, rtol=1e-6)
    np.testing.assert_allclose(found.log_score, norm.logpdf(value, mean, sd), atol=1e-6)
    np.testing.assert_allclose(found.pit, norm.cdf(value, mean, sd), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("df", [3, 8])
def test_a_heavy_tail_is_scored_nearly_exactly(df: int) -> None:
    knots = t.ppf(LEVELS, df)[None]
    for value in (-6.0, 0.1, 2.5):
        exact = (
            quad(lambda x: t.cdf(x, df) ** 2, -np.inf, value)[0]
            + quad(lambda x: t.sf(x, df) ** 2, value, np.inf)[0]
        )
        found = scores.measured(knots, np.array([value]))
        assert found.crps[0] == pytest.approx(exact, rel=0.01)
        assert found.log_score[0] == pytest.approx(t.logpdf(value, df), abs=0.15)
        assert found.pit[0] == pytest.approx(t.cdf(value, df), abs=0.003)


def test_the_density_sums_to_one() -> None:
    knots = np.tile(t.ppf(LEVELS, 4), (200_001, 1))
    x = np.linspace(-60.0, 60.0, 200_001)
    density = np.exp(scores.measured(knots, x).log_score)
    assert density.sum() * (x[1] - x[0]) == pytest.approx(1.0, abs=1e-3)


def test_quantiles_that_agree_do_no_harm() -> None:
    found = scores.measured(np.zeros((1, len(LEVELS))), np.array([0.5]))
    assert found.crps[0] == pytest.approx(0.5, abs=1e-4)
    assert np.isfinite(found.log_score[0]) or found.log_score[0] < 0.0


def test_quantiles_of_a_mixture_are_those_of_its_draws() -> None:
    rng = default_rng(1)
    mean, sd = rng.standard_t(5, 2_000), np.exp(0.5 * rng.standard_normal(2_000))
    found = scores.quantiles_of_normals(mean, sd)
    for level, one in zip(LEVELS, found, strict=True):
        assert norm.cdf(one, mean, sd).mean() == pytest.approx(level, rel=0.05)


def test_counts_are_scored_by_their_definition() -> None:
    mean, alpha = 2.7, 1.4
    p = scores.negative_binomial(mean, alpha)
    exact = nbinom(alpha, alpha / (alpha + mean))
    np.testing.assert_allclose(p, exact.pmf(np.arange(len(p))), rtol=1e-8)
    k = np.arange(2_000)
    for value in (0, 3, 60):
        found = scores.counted([p], np.array([float(value)]), np.array([0.25]))
        assert found.crps[0] == pytest.approx(np.sum((exact.cdf(k) - (k >= value)) ** 2), rel=1e-4)
        assert found.pit[0] == pytest.approx(
            exact.cdf(value - 1) + 0.25 * exact.pmf(value), abs=1e-5
        )
        if value < len(p):
            assert found.log_score[0] == pytest.approx(exact.logpmf(value), rel=1e-6)
        assert np.isfinite(found.log_score[0])


def test_the_pit_of_a_right_distribution_is_uniform() -> None:
    rng = default_rng(3)
    n, mean, alpha = 4_000, 0.6, 0.8
    value = nbinom.rvs(alpha, alpha / (alpha + mean), size=n, random_state=rng).astype(float)
    found = scores.counted([scores.negative_binomial(mean, alpha)] * n, value, rng.random(n))
    assert kstest(found.pit, "uniform").pvalue > 0.01


def test_the_true_distribution_scores_better_than_another() -> None:
    rng = default_rng(4)
    value = rng.standard_normal(4_000)

    def mean_scores(mean: float, sd: float) -> tuple[float, float]:
        found = scores.measured(np.tile(norm.ppf(LEVELS, mean, sd), (4_000, 1)), value)
        return float(found.crps.mean()), float(found.log_score.mean())

    best = mean_scores(0.0, 1.0)
    for other in (mean_scores(0.4, 1.0), mean_scores(0.0, 2.0), mean_scores(0.0, 0.5)):
        assert best[0] < other[0]
        assert best[1] > other[1]


def test_a_mixture_of_counts_is_the_mean_of_its_parts() -> None:
    found = scores.mixture(np.array([0.5, 4.0]), np.array([1.0, 3.0]))
    k = np.arange(len(found))
    parts = [nbinom.pmf(k, a, a / (a + m)) for m, a in ((0.5, 1.0), (4.0, 3.0))]
    np.testing.assert_allclose(found, np.mean(parts, axis=0), rtol=1e-8)
    assert found.sum() > 1.0 - 1e-5
