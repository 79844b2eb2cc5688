"""Noise and deviation integrated out: against plain sums over a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model import likelihood, marginal
from forecaster.model.basis import Array
from forecaster.model.likelihood import Contrasts
from forecaster.model.marginal import Scales, of_contrasts
from forecaster.model.reopen import opened
from priors import load
from tests.model import worlds

SCALES = Scales((np.log(0.3), 0.5), (np.log(0.35), 0.6))


def by_hand(seen: Contrasts, given: Scales) -> Array:
    """The double integral as a sum over the logs of noise and deviation."""
    logs = np.linspace(-7.0, 7.0, 281)
    noise, slow = np.meshgrid(
        given.noise[0] + given.noise[1] * logs, given.slow[0] + given.slow[1] * logs, indexing="ij"
    )
    prior = -0.5 * (logs[:, None] ** 2 + logs[None, :] ** 2)
    variance = np.exp(2.0 * noise)[..., None] + np.exp(2.0 * slow)[..., None] * seen.share
    found = []
    for miss in seen.miss:
        total = np.sum(miss**2 / variance + np.log(variance), axis=-1)
        found.append(np.logaddexp.reduce((prior - 0.5 * seen.weight * total).ravel()))
    return np.array(found)


@pytest.mark.parametrize("n", [1, 4, 30, 150])
@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_it_is_the_double_integral(n: int, weight: float) -> None:
    rng = default_rng(n)
    share = np.sort(rng.gamma(0.4, 1.0, n))
    typical = np.sqrt(0.3**2 + 0.35**2 * share)
    miss = typical * rng.standard_normal((6, n)) * np.array([0.3, 0.7, 1.0, 1.0, 2.0, 5.0])[:, None]
    seen = Contrasts(miss, share, weight)
    found, exact = of_contrasts(seen, SCALES), by_hand(seen, SCALES)

    np.testing.assert_allclose(found - found[2], exact - exact[2], atol=2e-3)


def test_a_draw_that_misses_by_nothing_is_no_exception() -> None:
    seen = Contrasts(np.array([[0.0, 0.0], [0.1, 0.2]]), np.array([0.5, 1.0]), 1.0)
    assert np.isfinite(of_contrasts(seen, SCALES)).all()


def test_draws_of_noise_given_paths_have_that_ratio_on_average() -> None:
    """Over draws of noise and deviation the mean likelihood ratio is that of the integrals."""
    chosen, frame, plan = worlds.real(["gdp_ratio", "cinc_ratio", "milex_ratio"])
    x = worlds.prior_draw(frame, plan, load(), default_rng(2))
    many = np.tile(x, (8_000, 1))
    block = plan.blocks(many)["measure_z"]
    index = frame.coords["measure"].index("gdp_ratio")
    block[:, 1:, index] = default_rng(3).standard_normal((len(many), 2))
    paths = opened(many, frame, plan, load()).paths
    rows = [row.observation for row in frame.rows["gdp_ratio"]]
    some, more = rows[:6], rows[:8]
    one = chosen["gdp_ratio"]
    conditional = [likelihood.of_indicator(one, data, paths) for data in (some, more)]
    means = [np.log(np.mean(np.exp(value - value.max()))) + value.max() for value in conditional]
    whole = [marginal.of_indicator(one, data, paths, load())[0] for data in (some, more)]

    assert whole[1] - whole[0] == pytest.approx(means[1] - means[0], abs=0.05)


@pytest.mark.parametrize("n", [3, 40])
def test_for_many_draws_it_is_interpolated_without_loss(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = default_rng(n)
    miss = 0.7 * rng.standard_normal((3000, n)) * np.exp(0.5 * rng.standard_normal((3000, 1)))
    seen = Contrasts(miss, np.abs(rng.standard_normal(n)), 1.0)
    given = Scales((np.log(0.4), 0.5), (np.log(0.5), 0.6))
    quick = marginal.of_contrasts(seen, given)
    monkeypatch.setattr(marginal, "TABLE", len(miss))
    exact = marginal.of_contrasts(seen, given)
    assert np.abs(quick - exact).max() < 1e-5
    assert np.ptp(exact) > 5.0
