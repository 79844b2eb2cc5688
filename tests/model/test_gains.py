"""What readings add is the difference of two whole likelihoods, however it is worked out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model import likelihood, marginal
from forecaster.model.design import Design
from forecaster.model.gains import Gains
from forecaster.model.observed import Observation
from forecaster.model.reopen import Reopened, opened
from indicators import Indicator
from priors import load
from tests.model import worlds

Known = tuple[dict[str, Indicator], Design, Reopened]


@pytest.fixture(scope="module")
def known() -> Known:
    indicators, frame, plan = worlds.real(worlds.shipped())
    rng = default_rng(3)
    drawn = [0.3 * worlds.prior_draw(frame, plan, load(), rng) for _ in range(6)]
    return indicators, frame, opened(np.stack(drawn), frame, plan, load())


def alone_for_a_sub(known: Known) -> str:
    """An indicator whose sub-constraint no other speaks for."""
    indicators, frame, draws = known
    return next(
        name
        for name in frame.coords["measure"]
        if likelihood.own_sub(indicators[name], draws.paths) is not None
    )


@pytest.mark.parametrize("name", ["gdp_ratio", "joint_exercises", "us_opinion_of_russia", ""])
def test_it_is_the_difference_of_two_whole_likelihoods(known: Known, name: str) -> None:
    indicators, frame, draws = known
    name = name or alone_for_a_sub(known)
    one, paths = indicators[name], draws.paths
    rows = [row.observation for row in frame.rows[name]]
    revised = [*rows[:-3], replace(rows[-3], value=rows[-3].value + 0.2, raw=rows[-3].raw + 1)]
    ways = [(rows[:-2], rows), (rows, rows[:-2]), (rows, revised), (rows[:-2], revised), (rows, [])]
    gain = Gains(one, [*rows, *revised], paths, load())

    def whole(found: list[Observation]) -> np.ndarray:
        return marginal.of_indicator(one, found, paths, load())

    for before, after in ways:
        told = gain.between(before, after)
        np.testing.assert_allclose(told, whole(after) - whole(before), rtol=1e-9, atol=1e-9)
        assert np.ptp(told) > 0.0
    assert not gain.between(rows, rows).any()


def test_an_indicator_that_the_draws_do_not_know_is_named(known: Known) -> None:
    indicators, frame, draws = known
    for name in ("gdp_ratio", "joint_exercises"):
        rows = [row.observation for row in frame.rows[name]]
        stranger = indicators[name].model_copy(update={"id": "stranger"})
        gain = Gains(stranger, rows, draws.paths, load())
        with pytest.raises(KeyError, match="stranger"):
            gain.between(rows[:-1], rows)
