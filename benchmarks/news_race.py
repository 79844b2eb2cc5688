"""Why it moved, for thirty indicators at once, beside the news of statsmodels.

    FORECASTER_HOME=DIR python -m benchmarks.news_race

Ours: the draws of the forecast that stands are weighed by all that it knew but the last reading of
each of thirty indicators, and what these add is shared out over orders. Theirs: thirty monthly
series over as many months with one factor, a last month read for all of them, and the impact of
each on one expected value. Theirs is linear and exact, with fixed parameters; ours is neither, so
this compares what a reader waits for, not what he gets.
"""

from __future__ import annotations

import json
import statistics
import warnings
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import default_rng
from statsmodels.tsa.api import DynamicFactorMQ
from threadpoolctl import threadpool_limits

from forecaster import opened, settings
from forecaster.model import news
from forecaster.model.moment import Drawn, Moment
from forecaster.store import forecasts
from forecaster.wiring import Desk, open_desk

PLAYERS = 30
TIMES = 5


def ours(desk: Desk) -> dict[str, Any]:
    """Seconds for all parts, the draws being open, and what was left of the draws."""
    document = forecasts.standing(desk.engine)
    if document is None:
        raise RuntimeError("there is no forecast; run `forecaster update`")
    side = opened.side(desk, document)
    drawn = opened.drawn(desk, side)
    before = _without(side.moment)
    seconds = []
    for _ in range(TIMES):
        began = perf_counter()
        with threadpool_limits(1, "blas"):
            found = _split(desk, before, side.moment, drawn)
        seconds.append(perf_counter() - began)
    return {
        "seconds": statistics.median(seconds),
        "players": sum(part.kind == "reading" for part in found.parts),
        "draws": len(drawn.value),
        "months": side.moment.n_months,
        "k_hat": found.k_hat,
    }


def _split(desk: Desk, before: Moment, after: Moment, drawn: Drawn) -> news.Split:
    return news.split(before, after, drawn, desk.catalogue, desk.priors, forward=False, seed=1)


def _without(moment: Moment) -> Moment:
    """The same without the last reading of thirty indicators, those read last."""
    last: dict[str, Any] = {}
    for one in moment.readings:
        if one.indicator not in last or one.period_end > last[one.indicator].period_end:
            last[one.indicator] = one
    newest = sorted(last.values(), key=lambda one: one.period_end, reverse=True)[:PLAYERS]
    left_out = {(one.indicator, one.period) for one in newest}
    kept = tuple(one for one in moment.readings if (one.indicator, one.period) not in left_out)
    return replace(moment, readings=kept)


def theirs(months: int) -> float:
    """Seconds of their news once both models are smoothed."""
    rng = default_rng(1)
    factor = np.zeros(months)
    for month in range(1, months):
        factor[month] = 0.95 * factor[month - 1] + 0.3 * rng.standard_normal()
    read = factor[:, None] * rng.uniform(0.5, 1.5, PLAYERS) + rng.standard_normal((months, PLAYERS))
    index = pd.period_range("1992-01", periods=months, freq="M")
    table = pd.DataFrame(read, index=index, columns=[f"y{k}" for k in range(PLAYERS)])
    old = table.copy()
    old.iloc[-1] = np.nan

    def smoothed(data: pd.DataFrame) -> Any:
        model = DynamicFactorMQ(data, factors=1, factor_orders=1, standardize=False)
        return model.smooth(model.start_params)

    before, after = smoothed(old), smoothed(table)
    seconds = []
    for _ in range(TIMES):
        began = perf_counter()
        after.news(before, impact_date=index[-1] + 12, impacted_variable="y0")
        seconds.append(perf_counter() - began)
    return statistics.median(seconds)


def measure() -> dict[str, Any]:
    """Both, one after the other in the same run."""
    desk = open_desk(settings.load())
    found = ours(desk)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another's library, about its own start values
        found["peer_seconds"] = theirs(int(found["months"]))
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
