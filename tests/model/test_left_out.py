"""Readings as all others predict them: against exact answers, and as often right as stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import xarray as xr
from numpy.random import default_rng
from scipy.stats import nbinom, norm

from forecaster.model import fitted, left_out
from forecaster.model.basis import Array
from forecaster.model.blocks import Row
from forecaster.model.design import Design
from forecaster.model.fit import Draws
from forecaster.model.grid import month_index
from forecaster.model.layout import Layout
from priors import load
from tests.model import worlds

EVIDENCE = {i: one for i, one in worlds.shipped().items() if one.role == "evidence"}


def said_of(x: Array, frame: Design, plan: Layout, seed: int = 1) -> xr.Dataset:
    """Statistics over draws ``x`` (sample, coordinate), whose paths are those of the first."""
    factors = np.repeat(worlds.derived(x[0], frame, plan, load()).factors, len(x), axis=0)
    return left_out.readings(
        fitted.known(factors, Draws(x[None], xr.Dataset()), plan), frame, EVIDENCE, seed
    )


def test_weighed_draws_give_the_exact_answer_of_a_normal_mean() -> None:
    """Eight readings of one unknown mean with noise 1: the others predict by a formula.

    Draws are from the posterior given all eight, as those of a fit are.
    """
    y = np.array([-1.4, -0.6, -0.2, 0.1, 0.3, 0.7, 1.1, 2.4])
    n_draws = 100_000
    rng = default_rng(1)
    mean = y.mean() + rng.standard_normal((n_draws, 1)) / np.sqrt(len(y))
    again = mean + rng.standard_normal((n_draws, len(y)))
    said, shape = left_out.weighed(
        norm.logpdf(y, loc=mean), np.broadcast_to(mean, again.shape), again
    )

    others = (y.sum() - y) / (len(y) - 1)
    spread = np.sqrt(1.0 + 1.0 / (len(y) - 1))
    exact = np.stack([others, others - 1.6449 * spread, others + 1.6449 * spread])
    np.testing.assert_allclose(said, exact, atol=0.04)
    assert (shape < 0.7).all()
    # It would not do to look at the readings that the draws have seen: the last is far from those.
    assert abs(again[:, -1].mean() - others[-1]) > 0.2


def test_a_reading_counts_less_where_it_entered_the_fit_with_less_weight() -> None:
    """With a weight of nothing the draws have not seen it, and stand as they are."""
    rng = default_rng(2)
    spread = rng.standard_normal((4_000, 1))
    density = norm.logpdf(2.0, loc=spread)
    none, _ = left_out.weighed(0.0 * density, spread, spread)
    np.testing.assert_allclose(
        none[:, 0], [spread.mean(), *np.quantile(spread, [0.05, 0.95])], atol=0.01
    )
    whole, _ = left_out.weighed(density, spread, spread)
    half, _ = left_out.weighed(0.5 * density, spread, spread)
    assert whole[0, 0] < half[0, 0] < none[0, 0]


@pytest.mark.parametrize("name", ["arms_to_india", "trade_total"])
def test_a_measured_reading_given_the_others_follows_from_the_whole_covariance(name: str) -> None:
    """Against the plain formula for one reading at a time, with a level of a vague prior."""
    _, frame, plan = worlds.real(worlds.CHOSEN)
    x = worlds.prior_draw(frame, plan, load(), default_rng(2))
    many, vague = 40_000, 1e5
    factors = np.repeat(worlds.derived(x, frame, plan, load()).factors, many, axis=0)
    given = fitted.known(factors, Draws(np.tile(x, (1, many, 1)), xr.Dataset()), plan)
    one = fitted.block(name, given, frame)
    said, density = left_out.measure(one, default_rng(1))

    left, noise = one.left[0], one.noise[0, 0]
    slow = vague + (one.slow + one.mine)[0, 0] * one.kernel
    whole = slow + noise**2 * np.eye(len(left))
    for i in (0, len(left) // 2, len(left) - 1):
        others = np.arange(len(left)) != i
        gain = np.linalg.solve(whole[np.ix_(others, others)], whole[others, i])
        mean, variance = gain @ left[others], whole[i, i] - gain @ whole[others, i]
        exact = norm(one.seen[0, i] + mean, np.sqrt(variance))
        read = one.seen[0, i] + left[i]
        assert density[0, i] == pytest.approx(exact.logpdf(read), abs=1e-3)
        assert said.alone[0, i] == pytest.approx(exact.mean(), abs=1e-3 * exact.std())
        again, error = said.replicated[:, i], exact.std() / np.sqrt(many)
        assert again.mean() == pytest.approx(exact.mean(), abs=5.0 * error)
        assert again.std() == pytest.approx(exact.std(), abs=5.0 * error)
        assert said.expected[:, i].var() == pytest.approx(variance - noise**2, rel=0.04)


def test_the_density_of_a_count_is_that_of_the_negative_binomial() -> None:
    _, frame, plan = worlds.real(worlds.CHOSEN)
    x = worlds.prior_draw(frame, plan, load(), default_rng(2))
    factors = worlds.derived(x, frame, plan, load()).factors
    given = fitted.known(factors, Draws(x[None, None], xr.Dataset()), plan)
    said, density = left_out.count("joint_exercises", given, frame, default_rng(1))
    alpha = given["dispersion"][0, frame.coords["counter"].index("joint_exercises")]
    for i, row in enumerate(frame.rows["joint_exercises"]):
        mean = said.expected[0, i]
        exact = nbinom(alpha, alpha / (alpha + mean))
        assert exact.mean() == pytest.approx(mean)
        assert exact.var() == pytest.approx(mean + mean**2 / alpha)
        assert density[0, i] == pytest.approx(exact.logpmf(int(row.observation.raw)))


def test_readings_fall_where_the_others_expect_them_as_often_as_stated() -> None:
    """Parameters are known, levels and deviations are not; no reading is read anew."""
    chosen, frame, plan = worlds.real(worlds.CHOSEN)
    root = np.linalg.cholesky(frame.deviation_kernel + 1e-9 * np.eye(frame.n_months))
    shares = []
    for seed in range(30):
        rng = default_rng(seed)
        x = worlds.prior_draw(frame, plan, load(), rng)
        factors = worlds.derived(x, frame, plan, load()).factors
        many = Draws(np.tile(x, (1, 200, 1)), xr.Dataset())
        given = fitted.known(np.repeat(factors, 200, axis=0), many, plan)
        for name in set(chosen) & set(frame.coords["measure"]):
            read = _read(name, frame, root, given, rng)
            rows = [
                Row(replace(row.observation, value=float(value)), row.weights)
                for row, value in zip(frame.rows[name], read, strict=True)
            ]
            seen = replace(frame, rows=frame.rows | {name: rows})
            said, _ = left_out.measure(fitted.block(name, given, seen), rng)
            low, high = np.quantile(said.replicated, [0.05, 0.95], axis=0)
            shares.append(float(((low <= read) & (read <= high)).mean()))
    error = np.std(shares) / np.sqrt(len(shares))
    assert error < 0.02
    assert abs(np.mean(shares) - 0.9) < 4.0 * error + 0.005, (np.mean(shares), error)


def _read(
    name: str, frame: Design, root: Array, given: dict[str, Array], rng: np.random.Generator
) -> Array:
    """One indicator anew from what was said of it: level, slow path, noise."""
    one = fitted.block(name, given, frame)
    weights = np.array([row.weights for row in frame.rows[name]])
    slow = np.sqrt((one.slow + one.mine)[0, 0]) * rng.standard_normal(frame.n_months)
    noise = one.noise[0, 0] * rng.standard_normal(len(weights))
    return np.asarray(one.seen[0] + rng.normal(0.0, 3.0) + weights @ root @ slow + noise)


def test_a_lone_reading_is_predicted_by_nothing() -> None:
    _, frame, plan = worlds.real(worlds.CHOSEN)
    lone = replace(frame, rows=frame.rows | {"gdp_ratio": frame.rows["gdp_ratio"][:1]})
    x = np.tile(worlds.prior_draw(lone, plan, load(), default_rng(5)), (100, 1))
    said = said_of(x, lone, plan)
    names = np.array([name for name, rows in lone.rows.items() for _ in rows])
    alone = names == "gdp_ratio"
    assert alone.sum() == 1
    assert np.isnan(said["left_out"].values[:, alone]).all()
    assert np.isnan(said["pareto_k"].values[alone]).all()
    assert np.isfinite(said["left_out"].values[:, ~alone]).all()


def test_the_same_seed_says_the_same() -> None:
    _, frame, plan = worlds.real(worlds.CHOSEN)
    rng = default_rng(5)
    first = worlds.prior_draw(frame, plan, load(), rng)
    x = first + 0.01 * rng.standard_normal((200, plan.size))
    one = said_of(x, frame, plan)
    assert one.identical(said_of(x, frame, plan))
    assert not one.identical(said_of(x, frame, plan, seed=2))


@pytest.mark.parametrize("year", [2003, 2010])
def test_a_year_in_which_some_indicators_had_not_been_read_yet(year: int) -> None:
    last = month_index(date(year, 1, 1))
    _, frame, plan = worlds.real(EVIDENCE, last)
    unread = [name for name, rows in frame.rows.items() if not rows]
    assert {"measure", "counter"} == {
        kind for kind in ("measure", "counter") for name in unread if name in frame.coords[kind]
    }
    rng = default_rng(5)
    first = worlds.prior_draw(frame, plan, load(), rng)
    said = said_of(first + 0.01 * rng.standard_normal((50, plan.size)), frame, plan)
    assert said.sizes["reading"] == sum(len(rows) for rows in frame.rows.values())
