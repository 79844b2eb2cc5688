"""Readings to come: the formulas of what was read, and as often right as stated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from numpy.random import default_rng
from scipy.stats import nbinom
from threadpoolctl import threadpool_limits

from forecaster.model import fitted, left_out
from forecaster.model.basis import Array
from forecaster.model.fit import Draws
from forecaster.model.likelihood import seen_by
from forecaster.model.observed import Observation
from forecaster.model.predictive import (
    Counted,
    Measured,
    Unpredictable,
    asked,
    lengthened,
    months_of,
    next_reading,
    of_draws,
    thinned,
)
from forecaster.model.reopen import Reopened, opened
from indicators import Period
from indicators.spec import Indicator
from priors import load
from tests.model import worlds

PRIORS = load()
CHOSEN, FRAME, PLAN = worlds.real(worlds.CHOSEN)
N = 400


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Products are small: threads that wait for each other take all the time."""
    with threadpool_limits(1, "blas"):
        yield


def drawn(seed: int, many: int = N, *, alike: bool = False) -> tuple[Reopened, Array]:
    """Draws from the prior (all the same one if ``alike``), as paths, and their vectors."""
    rng = default_rng(seed)
    if alike:
        x = np.tile(worlds.prior_draw(FRAME, PLAN, PRIORS, rng), (many, 1))
    else:
        x = np.stack([worlds.prior_draw(FRAME, PLAN, PRIORS, rng) for _ in range(many)])
    with np.errstate(over="ignore"):
        return opened(x, FRAME, PLAN, PRIORS), x


def rows_of(name: str) -> list[Observation]:
    return [row.observation for row in FRAME.rows[name]]


@pytest.mark.parametrize(
    "name", ["arms_to_india", "trade_total", "gdp_ratio", "un_distance_russia_us"]
)
def test_no_months_ahead_it_is_what_the_others_say_of_a_reading(name: str) -> None:
    """The last reading from those before it: the same as leaving it out."""
    given, x = drawn(1, 20)
    known = fitted.known(given.paths.factors, Draws(x[None], xr.Dataset()), PLAN)
    block = fitted.block(name, known, FRAME)
    miss, precision = left_out.missed(
        block.left, block.kernel, block.slow + block.mine, block.noise
    )
    found = rows_of(name)
    said = of_draws(CHOSEN[name], found[:-1], given, Period.parse(found[-1].period), 1)
    assert isinstance(said, Measured)
    np.testing.assert_allclose(said.mean, (block.seen + block.left - miss)[:, -1], rtol=1e-8)
    np.testing.assert_allclose(said.sd**2, 1.0 / precision[:, -1], rtol=1e-8)


def test_no_months_ahead_a_count_is_what_was_fitted() -> None:
    name = "joint_exercises"
    given, x = drawn(1, 20)
    known = fitted.known(given.paths.factors, Draws(x[None], xr.Dataset()), PLAN)
    said = fitted.counted(name, known, FRAME, default_rng(1))
    last = rows_of(name)[-1]
    found = of_draws(CHOSEN[name], [], given, Period.parse(last.period), 1)
    assert isinstance(found, Counted)
    np.testing.assert_allclose(found.mean, said.expected[:, -1], rtol=1e-8)
    alpha = known["dispersion"][:, FRAME.coords["counter"].index(name)]
    np.testing.assert_array_equal(found.alpha, alpha)


def test_what_a_draw_says_of_a_count_does_not_hang_on_how_far_the_grid_goes() -> None:
    given, _ = drawn(2, 20)
    last = Period.parse(rows_of("sanctions_on_russia")[-1].period)
    one = CHOSEN["sanctions_on_russia"]
    near = of_draws(one, [], given, last, 1)
    far = of_draws(one, [], lengthened(given, FRAME.n_months + 30, 1), last, 1)
    np.testing.assert_allclose(near.mean, far.mean)


def test_readings_to_come_fall_where_they_are_expected_as_often_as_stated() -> None:
    """Parameters and the past are known; the future, the level and the deviation are not."""
    more = 14
    periods = {"trade_total": "2027-12", "gdp_ratio": "2027", "un_distance_china_us": "2027"}
    within = []
    for seed in range(60):
        given, _ = drawn(seed, 100, alike=True)
        truth = lengthened(given, FRAME.n_months + more, 10_000 + seed)
        rng = default_rng([seed, 7])
        for name, text in periods.items():
            one, target = CHOSEN[name], asked(CHOSEN[name], Period.parse(text))
            read = _read(one, [*rows_of(name), target], truth, rng)
            found = [replace(row, value=v) for row, v in zip(rows_of(name), read, strict=False)]
            said = of_draws(one, found, given, Period.parse(text), seed)
            assert isinstance(said, Measured)
            sample = said.mean + said.sd * rng.standard_normal(len(said.mean))
            within.append(np.mean(sample <= read[-1]))
    for central in (0.5, 0.9):
        share = np.mean(np.abs(np.array(within) - 0.5) <= central / 2)
        error = np.sqrt(central * (1.0 - central) / len(within))
        assert abs(share - central) < 3.0 * error, (central, share)


def _read(
    one: Indicator, rows: list[Observation], truth: Reopened, rng: np.random.Generator
) -> Array:
    """All readings of an indicator in the first draw's world: level, slow path, noise anew."""
    paths = truth.paths
    index = list(paths.coords["measure"]).index(one.id)
    loading, deviation, noise = (
        paths.named[key][0, index] for key in ("measure_loading", "deviation_sd", "noise_sd")
    )
    root = np.linalg.cholesky(paths.kernel + 1e-9 * np.eye(paths.n_months))
    slow = deviation * root @ rng.standard_normal(paths.n_months)
    sub = one.informs.sub_constraint
    if sub is not None and (key := f"{one.informs.factor}/{sub}") not in paths.coords["shared_sub"]:
        own = paths.named["sub_deviation_sd"][0, list(paths.coords["sub"]).index(key)]
        slow = slow + loading * own * root @ rng.standard_normal(paths.n_months)
    apart = np.array([slow[row.first : row.last + 1].mean() for row in rows])
    seen = loading * seen_by(one, rows, paths)[0]
    return np.asarray(rng.normal(0.0, 3.0) + seen + apart + noise * rng.standard_normal(len(rows)))


def test_counts_to_come_are_negative_binomial_around_what_is_expected() -> None:
    given, _ = drawn(3, 4_000, alike=True)
    period, one = Period.parse("2027-03"), CHOSEN["joint_exercises"]
    said = of_draws(one, rows_of(one.id), given, period, 1)
    assert isinstance(said, Counted)
    sample = next_reading(one, rows_of(one.id), given, period, 1)
    assert np.all(sample == np.round(sample))
    exact = nbinom.pmf(0, said.alpha, said.alpha / (said.alpha + said.mean)).mean()
    assert np.mean(sample == 0) == pytest.approx(exact, abs=0.03)


def test_further_ahead_less_is_known_and_shocks_add_to_it() -> None:
    given, _ = drawn(4, 1_000, alike=True)
    one = CHOSEN["un_distance_russia_us"]
    spreads = [
        next_reading(one, rows_of(one.id), given, Period.parse(text), 1).std()
        for text in ("2026", "2028", "2034")
    ]
    assert spreads[0] < spreads[1] < spreads[2]
    calm = replace(given, state=replace(given.state, shock_rate=0.0 * given.state.shock_rate))
    without = next_reading(one, rows_of(one.id), calm, Period.parse("2034"), 1).std()
    assert without < spreads[2]


def test_a_yearly_total_is_told_as_a_total() -> None:
    given, _ = drawn(5, 500)
    one = CHOSEN["trade_total"]
    year = next_reading(one, rows_of(one.id), given, Period.parse("2027"), 1)
    month = next_reading(one, rows_of(one.id), given, Period.parse("2027-06"), 1)
    assert 6.0 < np.median(year) / np.median(month) < 24.0
    assert months_of(Period.parse("2027")) == 12


def test_the_same_seed_says_the_same_whatever_else_was_asked() -> None:
    given, _ = drawn(6, 50)
    one, period = CHOSEN["trade_total"], Period.parse("2027-02")
    first = next_reading(one, rows_of(one.id), given, period, 3)
    next_reading(CHOSEN["gdp_ratio"], rows_of("gdp_ratio"), given, Period.parse("2027"), 3)
    np.testing.assert_array_equal(first, next_reading(one, rows_of(one.id), given, period, 3))
    assert not np.array_equal(first, next_reading(one, rows_of(one.id), given, period, 4))


def test_fewer_draws_are_some_of_them() -> None:
    given, _ = drawn(8, 25)
    few = thinned(given, 10)
    one, period = CHOSEN["gdp_ratio"], Period.parse(rows_of("gdp_ratio")[-1].period)
    all_of_them = of_draws(one, rows_of("gdp_ratio")[:-1], given, period, 1)
    some = of_draws(one, rows_of("gdp_ratio")[:-1], few, period, 1)
    assert isinstance(some, Measured)
    assert isinstance(all_of_them, Measured)
    np.testing.assert_allclose(some.mean, all_of_them.mean[::3])
    assert len(few.state.west) == len(few.hazards["alliance"]) == 9
    assert lengthened(few, FRAME.n_months + 2, 1).paths.factors.shape[0] == 9


def test_what_cannot_be_predicted_says_why() -> None:
    given, _ = drawn(7, 5)
    with pytest.raises(Unpredictable, match="its level is unknown"):
        of_draws(CHOSEN["gdp_ratio"], [], given, Period.parse("2027"), 1)
    with pytest.raises(Unpredictable, match="no coverage window of joint_exercises holds 1993"):
        of_draws(CHOSEN["joint_exercises"], [], given, Period.parse("1993"), 1)
    with pytest.raises(Unpredictable, match="before the first month"):
        of_draws(CHOSEN["gdp_ratio"], [], given, Period.parse("1990"), 1)
    stranger = worlds.shipped()["milex_ratio"]
    with pytest.raises(Unpredictable, match="does not know milex_ratio"):
        of_draws(stranger, [], given, Period.parse("2027"), 1)
