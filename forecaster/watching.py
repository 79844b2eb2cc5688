"""What to watch: for each indicator's next reading, how far it may move the headline.

Worked out from the draws of a published forecast, before the readings come; ``watched`` reads what
was kept, and holds it against the readings once they are here.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import erfc, hypot, sqrt
from zlib import crc32

from numpy.random import default_rng
from threadpoolctl import threadpool_limits

from forecaster import documents, sources
from forecaster.belief import Forecast
from forecaster.model import outlooks, predictive
from forecaster.model.grid import month_index
from forecaster.model.moment import Drawn
from forecaster.model.observed import observations
from forecaster.model.outlooks import After, Outlook
from forecaster.model.predictive import Unpredictable
from forecaster.opened import drawn, side
from forecaster.sources import Watch
from forecaster.watchlist import Landing, ToWatch, Watchlist
from forecaster.wiring import Desk
from indicators import Indicator, Period

NAME = "watch"
STREAM = 2036
FALSE_SHARE = 0.1  # of what is told from noise, how much may be noise after all


def watch(desk: Desk, forecast: Forecast) -> Watchlist:
    """Every next reading, the one that is expected to move the headline most first.

    Raises
    ------
    Untold
        If the draws of the forecast cannot be opened.
    """
    one = side(desk, forecast)
    # One thread: products are small, and their sums do not depend on the number of cores.
    with threadpool_limits(1, "blas"):
        opened = drawn(desk, one)
        seed, as_of = forecast["random_seed"], one.moment.situation.as_of
        found = observations(one.moment.readings, desk.catalogue, one.moment.n_months - 1)
        last: dict[str, Period] = {}
        for reading in sorted(one.moment.readings, key=lambda one: one.period_end):
            last[reading.indicator] = Period.parse(reading.period)
        coming = {
            name: next_period(desk.catalogue[name], period, as_of)
            for name, period in last.items()
            if desk.catalogue[name].retired is None
        }
        ends = [month_index(period.end) + 1 for period in coming.values()]
        longest = max([one.moment.n_months, *ends])
        alike = _alike(forecast, opened)
        grid = predictive.lengthened(opened.reopened, longest, seed)
        rows: list[ToWatch] = []
        untold: dict[str, str] = {}
        for name, period in coming.items():
            indicator = desk.catalogue[name]
            try:
                said = predictive.of_draws(indicator, found.get(name, []), grid, period, seed)
            except Unpredictable as why:
                untold[name] = str(why)
                continue
            rng = default_rng([seed, STREAM, crc32(name.encode())])
            months = predictive.months_of(period)
            ahead = outlooks.outlook(indicator, said, months, opened.value, opened.chains, rng)
            rows.append(_row(indicator, (last[name], period), as_of, ahead, alike))
    _tell_apart(rows)
    headline = forecast["headline"]
    return {
        "quantity": headline["quantity"],
        "date": headline["date"],
        "as_of": forecast["as_of"],
        "headline": headline["mean"],
        "indicators": sorted(rows, key=lambda row: (-row["expected_move"], row["indicator"])),
        "untold": untold,
        "registered_at": documents.moment(desk.clock()),
    }


def _tell_apart(rows: list[ToWatch]) -> None:
    """Mark what is more than noise, by the way of Benjamini and Hochberg: many are looked at."""
    chances = [_by_chance(row) for row in rows]
    below = 0
    for rank, chance in enumerate(sorted(chances), start=1):
        if chance <= FALSE_SHARE * rank / len(rows):
            below = rank
    limit = sorted(chances)[below - 1] if below else -1.0
    for row, chance in zip(rows, chances, strict=True):
        row["told"] = chance <= limit


def _by_chance(row: ToWatch) -> float:
    """How likely noise alone looks as large, its part not yet taken off."""
    if row["expected_move"] == 0.0 or row["mcse"] == 0.0:
        return float(row["expected_move"] == 0.0)
    seen = hypot(row["expected_move"] / row["mcse"], 1.0)
    return erfc(seen / sqrt(2.0))


def next_period(one: Indicator, last: Period, as_of: date) -> Period:
    """The period after the last one that was read, as long as that was.

    Where no rhythm is stated it is the period of today, unless that was read already.
    """
    if last.kind == "year":
        return Period.parse(f"{last.start.year + 1:04d}")
    irregular = one.cadence.expected == "irregular"
    if last.kind == "day":
        return Period.parse(max(as_of, last.end + timedelta(days=1)).isoformat())
    after = last.end + timedelta(days=1)
    if one.cadence.expected == "yearly":
        after = after.replace(year=last.end.year + 1, month=last.end.month, day=1)
    elif irregular:
        after = max(after, as_of.replace(day=1))
    return Period.parse(f"{after:%Y-%m}")


def _row(
    one: Indicator,
    periods: tuple[Period, Period],
    as_of: date,
    ahead: Outlook,
    alike: float,
) -> ToWatch:
    """One row; ``periods``: the last one that was read, and the one to come."""
    last, period = periods
    watch = Watch.of(one.id, one.model_dump(include={"cadence", "role", "retired"}))
    when = sources.expected(watch, last.end)
    low, middle, high = (_after(one, alike) for one in ahead.shown)
    return {
        "indicator": one.id,
        "title": one.title,
        "unit": one.unit,
        "period": period.text,
        "after": last.text,
        "when": None if when is None else when.isoformat(),
        "overdue": when is not None and when < as_of,
        "expected_move": 100.0 * ahead.move,
        "mcse": 100.0 * ahead.mcse,
        "told": False,
        "low": low,
        "expected": middle,
        "high": high,
    }


def _after(one: After, alike: float) -> Landing:
    """As the document has it; ``alike``: how much more neighbours in a chain leave open."""
    return {
        "value": one.value,
        "headline": one.headline,
        "mcse": one.mcse * alike,
        "reliable": one.k_hat < outlooks.K_HAT_LIMIT,
    }


def _alike(forecast: Forecast, opened: Drawn) -> float:
    """The factor by which the headline's draws say less than as many independent ones."""
    mcse = forecast["headline"].get("mcse")
    independent = opened.value.std() / len(opened.value) ** 0.5
    return float(mcse / independent) if mcse and independent > 0 else 1.0
