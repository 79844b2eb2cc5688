"""What the readings say by themselves, taken out of what was thought before and after."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest

import priors
from forecaster.belief import FAMILIES, Strength
from forecaster.posterior import learned, reweighed
from forecaster.posterior.learned import Before
from tests import synthetic

Z = 1.6448536269514722


def after(mean: float, contraction: float) -> Strength:
    return {**synthetic.strength(mean, contraction), "mean": mean}


def prior(mean: float, sd: float, *, positive: bool = False) -> Before:
    return Before({"mean": mean, "lower": mean, "upper": mean}, mean, sd, positive)


def test_a_normal_posterior_gives_back_the_readings_exactly() -> None:
    mean, sd, seen, error = 0.2, 0.5, 1.1, 0.3
    precision = 1 / sd**2 + 1 / error**2
    both = (mean / sd**2 + seen / error**2) / precision
    found = learned.readings_alone(prior(mean, sd), after(both, 1 - 1 / precision / sd**2))

    assert found is not None
    assert found["mean"] == pytest.approx(seen)
    assert found["upper"] - found["lower"] == pytest.approx(2 * Z * error)


def test_a_positive_quantity_is_compared_by_its_logarithm() -> None:
    at, spread = prior(log(0.4), 0.5, positive=True), 0.5 * sqrt(1 - 0.6)
    found = learned.readings_alone(at, after(exp(log(0.6) + spread**2 / 2), 0.6))

    assert found is not None
    middle = sqrt(found["lower"] * found["upper"])
    assert log(middle) == pytest.approx(log(0.4) + (log(0.6) - log(0.4)) / 0.6)
    assert found["lower"] > 0


@pytest.mark.parametrize("contraction", [-0.2, 0.0, 0.0999, 1.0])
def test_readings_that_took_nothing_away_say_nothing(contraction: float) -> None:
    assert learned.readings_alone(prior(0.1, 0.2), after(0.1, contraction)) is None


def test_the_border_is_that_of_what_is_called_assumed() -> None:
    assert learned.ASSUMED_BELOW == reweighed.ASSUMED_BELOW
    assert learned.readings_alone(prior(0.1, 0.2), after(0.1, 0.1)) is not None


def test_the_prior_of_a_family_is_the_one_that_contraction_is_measured_against() -> None:
    """Its mean is shifted by the offset; its variance is that of the mean and of its own part."""
    known = priors.load()
    found = learned.before(known)
    tau: Any = known.parameters["kappa_tau"]
    variance = 0.2**2 + tau.median**2 * exp(2 * tau.log_sd**2)

    for family in FAMILIES:
        offset = known.settings[f"kappa_offset_{family}"]
        assert found[family].mean == pytest.approx(0.15 + offset, abs=0.005)
        assert found[family].sd == pytest.approx(sqrt(variance), rel=0.02)


def test_shown_intervals_hold_nine_of_ten_draws() -> None:
    known = priors.load()
    rng = np.random.default_rng(3)
    for name in ("kappa_bar", *learned.SHOWN):
        shown = learned.before(known)[name].shown
        draws = known.parameters[name].sample(rng, 40_000)
        inside = ((draws > shown["lower"]) & (draws < shown["upper"])).mean()
        assert inside == pytest.approx(0.9, abs=0.01), name
        assert shown["mean"] == pytest.approx(draws.mean(), abs=0.02), name


def test_a_base_rate_that_is_solved_has_no_prior_to_show() -> None:
    elicited = next(
        known for name in priors.set_names() if (known := priors.load(name)).elicitation is not None
    )
    assert "b_A" not in learned.before(elicited)
    document = synthetic.document()
    document["parameters"]["b_A"] = synthetic.strength(-5.0, 0.3)
    found = learned.learned(document, elicited)["b_A"]
    assert found.before is None
    assert found.readings is None
    assert found.after["mean"] == -5.0
