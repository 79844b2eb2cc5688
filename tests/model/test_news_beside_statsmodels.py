"""Our shares beside the news of statsmodels, for a linear Gaussian model with fixed parameters.

One factor, four monthly series. Statsmodels conditions by its Kalman filter, we weigh draws of the
factor's path. Its news tells what every set of new readings adds to an expected value; Shapley
shares over these sets are then exact, and ours have to be the same within their Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain, combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import default_rng
from scipy.stats import norm
from statsmodels.tsa.api import DynamicFactorMQ

from forecaster.model import shapley
from forecaster.model.basis import Array
from forecaster.model.shapley import Game

LOADINGS = np.array([1.0, -0.7, 0.5, 1.2])
NOISE = np.array([0.6, 0.4, 0.9, 0.5])
PHI, SHOCK = 0.9, 0.5
MONTHS, AHEAD = 60, 3
ASKED = 3  # the series whose value some months ahead is expected
SLOPE = 1e-3  # so small that log-odds are linear in it
DRAWS, GROUPS = 40_000, 40


@cache
def record() -> Array:
    """Series (month, series), the last month among them not read yet."""
    rng = default_rng(11)
    factor = np.zeros(MONTHS)
    for month in range(1, MONTHS):
        factor[month] = PHI * factor[month - 1] + SHOCK * rng.standard_normal()
    read = factor[:, None] * LOADINGS + NOISE * rng.standard_normal((MONTHS, 4))
    read[-1] += np.array([1.5, 0.8, -1.0, 0.0])  # surprising
    return np.asarray(read)


def known(series: Iterable[int]) -> Array:
    """The record with these series read in the last month."""
    found = record().copy()
    found[-1, [k for k in range(4) if k not in set(series)]] = np.nan
    return found


@cache
def expected(series: tuple[int, ...]) -> float:
    """What statsmodels expects of the series asked for, by its news where something is new."""
    names = [f"y{k}" for k in range(4)]
    index = pd.period_range("2000-01", periods=MONTHS, freq="M")

    def fitted(read: Array) -> Any:
        model = DynamicFactorMQ(
            pd.DataFrame(read, index=index, columns=names),
            factors=1,
            factor_orders=1,
            idiosyncratic_ar1=False,
            standardize=False,
        )
        stated = dict(zip(model.param_names, model.start_params, strict=True))
        for k, name in enumerate(names):
            stated[f"loading.0->{name}"] = LOADINGS[k]
            stated[f"sigma2.{name}"] = NOISE[k] ** 2
        stated["L1.0->0"], stated["fb(0).cov.chol[1,1]"] = PHI, SHOCK
        return model.smooth(list(stated.values()))

    before = fitted(known(()))
    if not series:
        return float(before.forecast(AHEAD)[names[ASKED]].iloc[-1])
    news = fitted(known(series)).news(
        before, impact_date=index[-1] + AHEAD, impacted_variable=names[ASKED]
    )
    return float(news.total_impacts[names[ASKED]].iloc[0]) + expected(())


def shares_of_statsmodels(series: tuple[int, ...]) -> dict[int, float]:
    """Exact Shapley shares of what each new reading adds."""
    n = len(series)
    found = dict.fromkeys(series, 0.0)
    for k in series:
        others = [one for one in series if one != k]
        sets = chain.from_iterable(combinations(others, size) for size in range(n))
        for some in sets:
            weight = factorial(len(some)) * factorial(n - len(some) - 1) / factorial(n)
            found[k] += weight * (expected(tuple(sorted((*some, k)))) - expected(some))
    return found


@cache
def paths() -> Array:
    """Draws (sample, month) of the factor, from the old record to the month asked for."""
    n = MONTHS + AHEAD
    months = np.arange(n)
    kernel = SHOCK**2 / (1.0 - PHI**2) * PHI ** np.abs(months[:, None] - months)
    seen = np.kron(np.eye(MONTHS - 1, n), LOADINGS[:, None])
    cov = seen @ kernel @ seen.T + np.diag(np.tile(NOISE**2, MONTHS - 1))
    gain = np.linalg.solve(cov, seen @ kernel).T
    mean = gain @ record()[:-1].ravel()
    root = np.linalg.cholesky(kernel - gain @ seen @ kernel + 1e-10 * np.eye(n))
    return np.asarray(mean + default_rng(2).standard_normal((DRAWS, n)) @ root.T)


@pytest.mark.parametrize("series", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_shares_are_those_of_the_news_of_statsmodels(series: tuple[int, ...]) -> None:
    drawn = paths()
    gains = np.stack(
        [norm.logpdf(record()[-1, k], LOADINGS[k] * drawn[:, MONTHS - 1], NOISE[k]) for k in series]
    )
    value = 0.5 + SLOPE * LOADINGS[ASKED] * drawn[:, -1]
    found = shapley.split(Game(value, np.zeros(DRAWS), gains), groups=GROUPS)
    theirs = shares_of_statsmodels(series)

    ours, error = found.share / (4.0 * SLOPE), found.spread() / (4.0 * SLOPE)
    assert error.max() < 0.05 * max(map(abs, theirs.values()))  # else nothing would be compared
    for k, share, sd in zip(series, ours, error, strict=True):
        assert share == pytest.approx(theirs[k], abs=4.0 * sd), f"y{k}"
    assert sum(ours) == pytest.approx(expected(series) - expected(()), abs=5.0 * error.sum())
