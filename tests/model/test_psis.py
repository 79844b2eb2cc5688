"""Smoothed weights against ArviZ's, and where there is no tail."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.random import default_rng

from forecaster.model import psis


@pytest.mark.parametrize("spread", [0.05, 0.3, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("n", [192, 1000, 4000])
def test_arviz_finds_the_same(spread: float, n: int) -> None:
    raw = spread * default_rng(n).standard_normal(n)
    weights, k_hat = psis.smoothed(raw)
    theirs, shape = array_stats.psislw(-raw)

    assert k_hat == pytest.approx(float(shape), abs=1e-6)
    np.testing.assert_allclose(weights, theirs - np.logaddexp.reduce(theirs), atol=1e-8)
    assert np.exp(weights).sum() == pytest.approx(1.0)


def test_equal_weights_keep_every_draw() -> None:
    weights, k_hat = psis.smoothed(np.full(400, 3.0))

    assert k_hat == 0.0
    assert psis.share_kept(weights) == pytest.approx(1.0)


def test_one_draw_that_takes_all_is_told() -> None:
    raw = np.zeros(400)
    raw[7] = 100.0
    weights, k_hat = psis.smoothed(raw)

    assert k_hat == np.inf
    assert psis.share_kept(weights) == pytest.approx(1.0 / 400)


def test_a_tail_of_one_value_has_no_shape() -> None:
    raw = np.zeros(400)
    raw[:40] = 1.0
    weights, k_hat = psis.smoothed(raw)

    assert k_hat == np.inf
    assert psis.share_kept(weights) == pytest.approx(0.9, abs=0.1)


def test_a_heavy_tail_is_smoothed_and_told() -> None:
    light, heavy = (default_rng(3).standard_normal(4000) * spread for spread in (0.3, 4.0))
    for raw, low, high in ((light, -1.0, 0.5), (heavy, 0.7, 5.0)):
        weights, k_hat = psis.smoothed(raw)
        assert low < k_hat < high
        assert np.corrcoef(weights, raw)[0, 1] > 0.99  # and not the other way round
        assert np.exp(weights).sum() == pytest.approx(1.0)
