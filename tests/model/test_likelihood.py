"""The likelihood by indicator against the one pass that is sampled, and paths on other grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model import likelihood, live
from forecaster.model.basis import Array, decay
from forecaster.model.design import Design, exposed
from forecaster.model.grid import month_index
from forecaster.model.layout import Layout
from forecaster.model.moment import Moment
from forecaster.model.news import survival
from forecaster.model.observed import Observation
from forecaster.model.reopen import Reopened, at_month, opened
from forecaster.model.situation import Situation
from indicators import Indicator
from priors import load
from tests.model import worlds

Known = tuple[dict[str, Indicator], Design, Layout]
DRAWS = 6


@pytest.fixture(scope="module")
def known() -> Known:
    return worlds.real(worlds.shipped())


@pytest.fixture(scope="module")
def vectors(known: Known) -> Array:
    """Draws at all distances: the prior's tails would hide an error in a small term."""
    _, frame, plan = known
    rng = default_rng(3)
    scattered = [worlds.prior_draw(frame, plan, load(), rng) for _ in range(DRAWS)]
    return np.stack([0.3 * x for x in scattered])


@pytest.fixture(scope="module")
def draws(known: Known, vectors: Array) -> Reopened:
    _, frame, plan = known
    return opened(vectors, frame, plan, load())


def observed(frame: Design, name: str) -> list[Observation]:
    return [row.observation for row in frame.rows[name]]


def density(frame: Design, plan: Layout, x: Array) -> float:
    evaluate: Callable[..., float] = live.evaluate  # numba's types do not tell what it takes
    return float(evaluate(x, *live.arguments(plan, frame), np.empty(plan.size)))


def deaf(frame: Design) -> Design:
    """The same coordinates, and nothing is read and no month at risk."""
    place = frame.data["y_place"].copy()
    place[2] = 0
    silent = ("cells", "more_than", "at_risk", "at_risk_balancing")
    nothing = {name: np.zeros_like(frame.data[name]) for name in silent}
    return replace(frame, data={**frame.data, "y_place": place, **nothing})


def test_indicators_and_survival_add_up_to_the_data_part_of_the_density(
    known: Known, vectors: Array, draws: Reopened
) -> None:
    indicators, frame, plan = known
    whole = [density(frame, plan, x) - density(deaf(frame), plan, x) for x in vectors]
    parts = survival(draws, Moment((), Situation(date(2026, 10, 31))), load())
    for name in frame.rows:
        parts = parts + likelihood.of_indicator(
            indicators[name], observed(frame, name), draws.paths
        )

    apart = np.array(whole) - parts
    np.testing.assert_allclose(apart - apart[0], 0.0, atol=1e-6 * np.std(whole))


@pytest.mark.parametrize("name", ["gdp_ratio", "joint_exercises", "us_opinion_of_russia"])
def test_each_indicator_is_what_its_removal_takes_away(
    name: str, known: Known, vectors: Array, draws: Reopened
) -> None:
    """The sum could hide two errors; here one indicator alone is silenced in the density."""
    indicators, frame, plan = known
    without = dict(frame.data)
    if name in frame.coords["measure"]:
        without["y_place"] = frame.data["y_place"].copy()
        without["y_place"][2, frame.coords["measure"].index(name)] = 0
    else:
        index = frame.coords["counter"].index(name)
        without["cells"] = frame.data["cells"].copy()
        without["cells"][frame.data["cell_place"][:, 0] == index, 1] = 0.0
        without["more_than"] = frame.data["more_than"].copy()
        without["more_than"][index] = 0.0
    silent = replace(frame, data=without)
    taken = np.array([density(frame, plan, x) - density(silent, plan, x) for x in vectors])
    alone = likelihood.of_indicator(indicators[name], observed(frame, name), draws.paths)

    np.testing.assert_allclose(alone - alone[0], taken - taken[0], rtol=1e-6, atol=1e-6)


def test_one_reading_of_an_unknown_level_says_nothing(known: Known, draws: Reopened) -> None:
    indicators, frame, _ = known
    first = observed(frame, "gdp_ratio")[:1]
    assert not likelihood.of_indicator(indicators["gdp_ratio"], first, draws.paths).any()


def test_an_indicator_that_the_draws_do_not_know_is_named(known: Known, draws: Reopened) -> None:
    indicators, frame, _ = known
    stranger = indicators["gdp_ratio"].model_copy(update={"id": "stranger"})
    with pytest.raises(KeyError, match="stranger"):
        likelihood.of_indicator(stranger, observed(frame, "gdp_ratio"), draws.paths)


def test_a_longer_grid_cut_back_is_the_same_again(draws: Reopened) -> None:
    n = draws.paths.n_months
    back = at_month(at_month(draws, n + 7, seed=1), n, seed=1)

    np.testing.assert_array_equal(back.paths.factors, draws.paths.factors)
    for one in fields(draws.state):
        np.testing.assert_allclose(
            getattr(back.state, one.name), getattr(draws.state, one.name), atol=1e-9
        )
    for name, path in draws.hazards.items():
        np.testing.assert_allclose(back.hazards[name], path, rtol=1e-9)


def test_what_was_known_is_the_same_on_a_longer_grid(known: Known, draws: Reopened) -> None:
    """Measured: exactly. Counts: the usual level of an open window moves with the grid's end."""
    indicators, frame, _ = known
    longer = at_month(draws, draws.paths.n_months + 7, seed=1)
    for name in ("gdp_ratio", "arms_to_india", "ofac_russia_additions"):
        args = indicators[name], observed(frame, name)
        short, long = (likelihood.of_indicator(*args, one.paths) for one in (draws, longer))
        np.testing.assert_allclose(long, short, rtol=1e-9)


def test_paths_go_on_by_their_own_process() -> None:
    """Moments of the step from one draw repeated: reversion to the mean, spread as stated."""
    chosen, frame, plan = worlds.real(worlds.CHOSEN)
    assert chosen
    x = worlds.prior_draw(frame, plan, load(), default_rng(4))
    many, months = 4000, 24
    draws = opened(np.tile(x, (many, 1)), frame, plan, load())
    longer = at_month(draws, frame.n_months + months, seed=2)
    fade = frame.phi**months
    slow = decay(load().settings["deviation_half_life"]) ** months
    named = draws.paths.named
    for now, then, spread, kept in (
        (draws.state.west, longer.state.west, 1.0, fade),
        (draws.state.families[:, 2], longer.state.families[:, 2], 1.0, fade),
        (draws.state.own, longer.state.own, draws.state.own_sd[0], fade),
    ):
        sd = spread * np.sqrt(1.0 - kept**2)
        assert then.mean() == pytest.approx(kept * now[0], abs=4.0 * sd / np.sqrt(many))
        assert then.std() == pytest.approx(sd, rel=0.05)
    step = longer.paths.deviation(0)[:, -1] - draws.paths.deviation(0)[:, -1]
    sd = named["counter_deviation_sd"][0, 0] * np.sqrt(1.0 - slow**2)
    assert step.std() == pytest.approx(sd, rel=0.05)
    own = longer.paths.own(0)[:, -1] - draws.paths.own(0)[:, -1]
    assert own.std() == pytest.approx(
        named["sub_deviation_sd"][0, 0] * np.sqrt(1.0 - slow**2), rel=0.05
    )


def test_the_months_at_risk_end_where_retreat_was_left(draws: Reopened) -> None:
    left = date(2020, 1, 15)
    never, then = (
        survival(draws, Moment((), Situation(date(2026, 10, 31), state, day)), load())
        for state, day in (("retreat", None), ("alliance", left))
    )
    assert (then > never).all()
    risk, balancing = exposed(draws.paths.n_months, load(), month_index(left))
    leaving = (draws.hazards["alliance"] + draws.hazards["rupture"]) @ risk
    np.testing.assert_allclose(then, -leaving - draws.hazards["balancing"] @ balancing)
