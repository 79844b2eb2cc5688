"""What a fit says of its readings: exact where a hand can work it out, right in simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from forecaster.belief import FACTORS
from forecaster.model import design, fitted
from forecaster.model.basis import Array
from forecaster.model.blocks import Row
from forecaster.model.design import Design
from forecaster.model.fit import Draws
from forecaster.model.layout import Layout, layout
from forecaster.model.observed import undo
from indicators.spec import Observation
from priors import load
from tests.model import worlds

EVIDENCE = {i: one for i, one in worlds.shipped().items() if one.role == "evidence"}
N_WORLDS, N_DRAWS = 30, 200


def said_of(x: Array, frame: Design, plan: Layout, seed: int = 1) -> xr.Dataset:
    """Statistics where each of a few draws is ``x``."""
    many = np.tile(x, (40, 1))
    factors = np.repeat(worlds.derived(x, frame, plan, load()).factors, len(many), axis=0)
    draws = Draws(many[None], xr.Dataset())
    return fitted.readings(fitted.known(factors, draws, plan), frame, EVIDENCE, seed)


@pytest.mark.parametrize("transform", ["identity", "log", "log1p", "logit_percent"])
@given(value=st.floats(0.2, 99.0), n_months=st.integers(1, 12), rate=st.booleans())
def test_what_is_standardised_comes_back(
    transform: str, value: float, n_months: int, *, rate: bool
) -> None:
    """Shares down to 0.01 %, at which they end."""
    scale = Observation(
        kind="flow",
        likelihood="normal",
        transform=transform,
        rate=rate,
        center=0.7,
        scale=0.4,
    )
    there = np.array([[scale.apply(value, n_months)]])
    assert undo(scale, there, np.array([n_months])).item() == pytest.approx(value, rel=1e-6)


def test_nothing_comes_back_below_zero_where_logs_of_one_more_are_taken() -> None:
    scale = Observation(kind="flow", likelihood="normal", transform="log1p", center=0.7, scale=0.4)
    assert undo(scale, np.array([[-9.0]]), np.array([1])).item() == 0.0


def test_level_and_deviation_of_two_readings_by_hand() -> None:
    """Readings 0 and 4 far apart, deviation and noise of variance 1.

    The level is 2 give or take 1; each deviation is half of what the level leaves over, give or
    take a half in variance: as fitted 1 and 3, with variance 1/4 + 1/2.
    """
    n = 200_000
    left, one = np.tile([0.0, 4.0], (n, 1)), np.ones((n, 1))
    level, deviation = fitted.level_and_deviation(left, np.eye(2), one, one, default_rng(1))
    error = 5.0 / np.sqrt(n)
    assert level.mean() == pytest.approx(2.0, abs=error)
    assert level.var() == pytest.approx(1.0, abs=2.0 * error)
    np.testing.assert_allclose((level + deviation).mean(axis=0), [1.0, 3.0], atol=error)
    np.testing.assert_allclose((level + deviation).var(axis=0), 0.75, atol=2.0 * error)


@pytest.mark.parametrize("name", ["arms_to_india", "trade_total"])
def test_a_measured_indicator_follows_from_the_whole_covariance(name: str) -> None:
    """Against the plain formula, with a level of which almost nothing is known beforehand.

    ``arms_to_india`` alone speaks for its sub-constraint: that one's own path is no deviation.
    """
    _, frame, plan = worlds.real(worlds.CHOSEN)
    many, vague = 40_000, 1e4
    x = worlds.prior_draw(frame, plan, load(), default_rng(2))
    one = plan.natural(x)
    index = frame.coords["measure"].index(name)
    sub = int(frame.data["y_place"][1, index])
    assert (sub >= len(frame.coords["shared_sub"])) == (name == "arms_to_india")
    slow, noise = one["deviation_sd"][index] ** 2, one["noise_sd"][index] ** 2
    mine = (one["measure_loading"][index] * one["sub_deviation_sd"][sub]) ** 2
    mine = mine if name == "arms_to_india" else 0.0
    paths = np.zeros((many, len(FACTORS), frame.n_months))
    repeated = {key: np.broadcast_to(value, (many, *value.shape)) for key, value in one.items()}
    said = fitted.measured(name, repeated | _paths(paths), frame, default_rng(1))

    weights = np.array([row.weights for row in frame.rows[name]])
    y = np.array([row.observation.value for row in frame.rows[name]])
    kernel = weights @ frame.deviation_kernel @ weights.T
    whole = np.linalg.inv(vague + (slow + mine) * kernel + noise * np.eye(len(y)))
    known = {"alone": vague + mine * kernel, "expected": vague + (slow + mine) * kernel}
    for what, prior in known.items():
        found = getattr(said, what)
        mean, variance = prior @ whole @ y, np.diag(prior - prior @ whole @ prior)
        off = (found.mean(axis=0) - mean) / np.sqrt(variance / many)
        np.testing.assert_allclose(off, 0.0, atol=5.0, err_msg=what)
        np.testing.assert_allclose(found.var(axis=0), variance, rtol=0.04, err_msg=what)
    spread = said.replicated - said.expected
    np.testing.assert_allclose(spread.var(axis=0), noise, rtol=0.04)


def _paths(factors: Array) -> dict[str, Array]:
    return {"factors": factors, "running": fitted.running(factors)}


def test_without_noise_what_was_read_is_fitted_in_its_own_unit() -> None:
    """Every measured indicator, with its transform; years and months of one rate alike."""
    _, frame, plan = worlds.real(EVIDENCE)
    x = worlds.prior_draw(frame, plan, load(), default_rng(3))
    plan.blocks(x)["measure_z"][1] = -80.0
    said = said_of(x, frame, plan)
    measures = np.isin(said["indicator"].values, frame.coords["measure"])
    observed = said["observed"].values[measures]
    assert {4, 7} <= {len(p) for p in said["period"].values[measures]}
    for statistic in fitted.STATISTICS:
        found = said["predictive"].sel(statistic=statistic).values[measures]
        np.testing.assert_allclose(found, observed, rtol=1e-3, atol=0.011)  # shares end at 0.01 %


def test_a_count_is_rate_times_months_times_exposure_times_recall() -> None:
    """At the origin of the sampler all paths are flat and every usual rate is one a month."""
    _, frame, plan = worlds.real(EVIDENCE)
    said = said_of(np.zeros(plan.size), frame, plan)
    rows = [(i, row) for i, found in frame.rows.items() for row in found]
    expected = []
    for (name, row), count in zip(rows, said["indicator"].values, strict=True):
        assert name == count
        if name in frame.coords["counter"]:
            window = EVIDENCE[name].coverage[row.observation.window]
            months = row.observation.last - row.observation.first + 1
            expected.append(months * window.exposure * (0.5 if window.recall else 1.0))
    counts = np.isin(said["indicator"].values, frame.coords["counter"])
    for name in ("factor_alone", "predictive"):
        found = said[name].sel(statistic="mean").values[counts]
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    ends = said["predictive"].sel(statistic=["q05", "q95"]).values[:, counts]
    np.testing.assert_array_equal(ends, ends.round())
    assert (ends[1] > 0.0).any()


def test_every_reading_of_the_fit_is_there_once_and_in_order() -> None:
    _, frame, plan = worlds.real(EVIDENCE)
    said = said_of(worlds.prior_draw(frame, plan, load(), default_rng(5)), frame, plan)
    rows = [(i, row.observation) for i, found in frame.rows.items() for row in found]
    assert list(said["indicator"].values) == [name for name, _ in rows]
    assert list(said["period"].values) == [one.period for _, one in rows]
    np.testing.assert_array_equal(said["observed"], [one.raw for _, one in rows])
    assert said["predictive"].dims == said["factor_alone"].dims == ("statistic", "reading")


def test_the_same_seed_says_the_same() -> None:
    _, frame, plan = worlds.real(worlds.CHOSEN)
    x = worlds.prior_draw(frame, plan, load(), default_rng(5))
    one = said_of(x, frame, plan)
    assert one.identical(said_of(x, frame, plan))
    assert not one.identical(said_of(x, frame, plan, seed=2))


def test_nothing_read_is_nothing_said() -> None:
    frame = design.build({}, EVIDENCE, load(), worlds.LAST + 1)
    plan = layout(frame, EVIDENCE, load())
    assert said_of(np.zeros(plan.size), frame, plan).sizes["reading"] == 0


@dataclass(frozen=True)
class Truth:
    """Of one indicator in one world: what it showed, and would show if read once more."""

    read: Array
    alone: Array
    again: Array


def test_readings_and_factors_fall_into_their_intervals_as_often_as_stated() -> None:
    """Parameters are known, levels and deviations are not; a period is read anew, with new noise.

    The first reading falls into its interval more often: it told where the interval lies.
    """
    chosen, frame, plan = worlds.real(worlds.CHOSEN)
    root = np.linalg.cholesky(frame.deviation_kernel + 1e-9 * np.eye(frame.n_months))
    again, alone, counts = [], [], []
    for seed in range(N_WORLDS):
        rng = default_rng(seed)
        x = worlds.prior_draw(frame, plan, load(), rng)
        given_x = plan.natural(np.tile(x, (N_DRAWS, 1)))
        factors = worlds.derived(x, frame, plan, load()).factors
        repeated = np.repeat(factors, N_DRAWS, axis=0)
        given_x |= _paths(repeated)
        for name in chosen:
            if name in frame.coords["counter"]:
                said = fitted.counted(name, given_x, frame, rng)
                alpha = given_x["dispersion"][0, frame.coords["counter"].index(name)]
                new = rng.poisson(rng.gamma(alpha, said.expected[0] / alpha))
                counts.append(_within(new, said.replicated))
                continue
            truth = _measured(name, frame, root, given_x, factors[0], rng)
            rows = [
                Row(replace(row.observation, value=float(v)), row.weights)
                for row, v in zip(frame.rows[name], truth.read, strict=True)
            ]
            seen = replace(frame, rows=frame.rows | {name: rows})
            said = fitted.measured(name, given_x, seen, rng)
            again.append(_within(truth.again, said.replicated))
            alone.append(_within(truth.alone, said.alone))
    for shares in (again, alone):
        error = np.std(shares) / np.sqrt(len(shares))
        assert error < 0.02
        # 200 draws put their quantiles a little too near to each other: half a point.
        assert abs(np.mean(shares) - 0.9) < 4.0 * error + 0.005, (np.mean(shares), error)
    assert np.mean(counts) >= 0.89  # at least: counts are whole


def _within(truth: Array, draws: Array) -> float:
    low, high = np.quantile(draws, [0.05, 0.95], axis=0, method="inverted_cdf")
    return float(((low <= truth) & (truth <= high)).mean())


def _measured(
    name: str,
    frame: Design,
    root: Array,
    given_x: dict[str, Array],
    factors: Array,
    rng: Generator,
) -> Truth:
    """One indicator from its equation: level, factor, own path of its sub-constraint, deviation."""
    index, one = frame.coords["measure"].index(name), EVIDENCE[name]
    weights = np.array([row.weights for row in frame.rows[name]])
    path = factors[FACTORS.index(one.informs.factor)]
    sub, n_shared = int(frame.data["y_place"][1, index]), len(frame.coords["shared_sub"])
    if sub >= n_shared:
        own = given_x["sub_deviation_sd"][0, sub] * rng.standard_normal(frame.n_months)
        path = path + root @ own
    elif sub >= 0:
        path = path + frame.data["slow_path"][: frame.n_months] @ given_x["sub_w"][0, sub]
    deviation = given_x["deviation_sd"][0, index] * rng.standard_normal(frame.n_months)
    alone = rng.normal(0.0, 3.0) + given_x["measure_loading"][0, index] * (weights @ path)
    expected = alone + weights @ root @ deviation
    noise = given_x["noise_sd"][0, index]
    read, again = (expected + noise * rng.standard_normal(len(weights)) for _ in range(2))
    return Truth(read, alone, again)
