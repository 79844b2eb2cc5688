"""Power-scaling against the library's own, log densities against SciPy's, and the noise floor."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from arviz_stats import psense
from numpy.random import default_rng
from scipy import stats

from forecaster.model import scaling
from forecaster.model.basis import Array
from priors import Prior, load

SHAPE = (4, 500)


def like_data(slope: float) -> tuple[Array, Array]:
    """A quantity, and a log density that follows it more or less."""
    rng = default_rng(5)
    quantity = rng.standard_normal(SHAPE)
    return quantity, -0.5 * slope * quantity**2 + 0.1 * rng.standard_normal(SHAPE)


def test_it_is_what_the_library_says() -> None:
    quantity, part = like_data(1.0)
    dims = ("chain", "draw")
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({"q": (dims, quantity)}),
            "log_prior": xr.Dataset({"p": (dims, part)}),
        }
    )
    expected = float(psense(tree, var_names=["q"], group="prior")["q"])
    assert scaling.follows(quantity, part, 1).value == pytest.approx(expected, rel=1e-9)


def test_what_follows_stands_out_and_what_does_not_is_noise() -> None:
    strong, weak = (scaling.follows(*like_data(slope), seed=1) for slope in (1.0, 0.0))
    assert strong.stands_out
    assert strong.value > 5.0 * strong.noise
    assert not weak.stands_out
    # Many terms that say nothing of the quantity: chance alone exceeds the threshold.
    quantity, _ = like_data(0.0)
    loud = scaling.follows(quantity, 20.0 * default_rng(6).standard_normal(SHAPE), 1)
    assert loud.noise > scaling.COUNTS
    assert not loud.stands_out


def test_what_cannot_vary_follows_nothing() -> None:
    quantity, part = like_data(1.0)
    assert scaling.follows(np.ones(SHAPE), part, 1).value == 0.0
    assert scaling.follows(quantity, np.ones(SHAPE), 1).value == 0.0


def reference(prior: Prior, x: Array) -> Array:
    match prior.distribution:
        case "normal":
            return np.asarray(stats.norm.logpdf(x, prior.mean, prior.sd))
        case "lognormal":
            # Of the logarithm: the sampler moves that.
            return np.asarray(stats.norm.logpdf(np.log(x), np.log(prior.median), prior.log_sd))
        case "beta":
            return np.asarray(stats.beta.logpdf(x, prior.alpha, prior.beta))
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("name", scaling.SCALARS)
def test_log_densities_agree_up_to_a_constant(name: str) -> None:
    prior = load().parameters[name]
    draws = prior.sample(default_rng(2), 50)
    apart = scaling.log_density(prior, draws) - reference(prior, draws)
    np.testing.assert_allclose(apart, apart[0], atol=1e-9)


def test_what_is_set_has_no_density() -> None:
    with pytest.raises(TypeError, match="fixed"):
        scaling.log_density(load().parameters["half_life"], np.ones(3))
