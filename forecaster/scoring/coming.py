"""Predictions held against what came: one score each, by the first value that was released.

A later vintage of the same reading is scored as well, and kept apart: a revision does not make a
forecast better or worse in hindsight. Scoring again changes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from scipy.stats import t as student

from forecaster.posterior import scores
from forecaster.posterior.levels import LEVELS
from forecaster.posterior.scores import Array, Scored
from forecaster.store import predictions
from forecaster.store.instants import to_text
from forecaster.store.predictions import Score, Stored, Vintage
from forecaster.wiring import Desk
from indicators.spec import Observation as Scale

BASELINES = ("no_change", "trend", "seasonal")
WAYS = ("model", *BASELINES)


class Came(NamedTuple):
    """What came of a predicted reading: the release (1 is the first) and its value."""

    release: int
    read: Vintage


def score(desk: Desk, forecast_ids: Iterable[str] | None = None) -> int:
    """Score whatever can be scored now and was not; of these forecasts only, if named.

    Returns
    -------
    int
        How many scores were added, those of later vintages among them.
    """
    now = desk.clock()
    ids = None if forecast_ids is None else list(forecast_ids)
    asked = predictions.asked_for(desk.engine, now, ids)
    if not asked:
        return 0
    vintages: defaultdict[str, list[Vintage]] = defaultdict(list)
    for one in predictions.vintages_of(desk.engine, {row.indicator for row in asked}, now):
        vintages[one.indicator].append(one)
    met: list[tuple[Stored, dict[str, Any], Came]] = []
    for row in asked:
        body = json.loads(row.body)
        met += [(row, body, came) for came in what_came(row, body, vintages[row.indicator])]
    return predictions.add_scores(desk.engine, scored(met), now)


def what_came(row: Stored, body: dict[str, Any], known: Sequence[Vintage]) -> list[Came]:
    """The vintages of the predicted reading that its forecast did not know, in their order.

    Of what is read once a year, whatever is read of the year counts: the reading that came first.
    """
    made, created = to_text(row.made_at), to_text(row.created_at)
    whole = [one for one in known if one.period == row.period]
    if not whole and not body["whole"]:
        within = [one for one in known if one.period[:4] == row.period]
        whole = [one for one in within if one.period == within[0].period]
    if not whole and len(row.period) == 4 and body["likelihood"] != "normal":
        return _months_together(row.period, known)
    news = [one for one in whole if one.known_at > made or one.recorded_at > created]
    return [Came(release, one) for release, one in enumerate(news, start=1)]


def _months_together(year: str, known: Sequence[Vintage]) -> list[Came]:
    """A count of a year from its twelve months, where it was counted by months; their first."""
    months: dict[str, Vintage] = {}
    for one in known:
        if len(one.period) == 7 and one.period[:4] == year:
            months.setdefault(one.period, one)
    if len(months) < 12:
        return []
    last = max(months.values(), key=lambda one: one.known_at)
    total = sum(one.value for one in months.values())
    return [Came(1, last._replace(period=year, value=total, vintage=1))]


def scored(met: Sequence[tuple[Stored, dict[str, Any], Came]]) -> list[Score]:
    """Scores of predictions and of their baselines, all at once."""
    found: list[Score] = []
    for measured in (True, False):
        group = [one for one in met if (one[1]["likelihood"] == "normal") == measured]
        if not group:
            continue
        value = np.array([_image(body, came.read) for _, body, came in group])
        uniform = np.array([_uniform(row) for row, _, _ in group])
        by_way = {way: _by(way, group, value, uniform, measured=measured) for way in WAYS}
        found += [_row(one, k, by_way) for k, one in enumerate(group)]
    return sorted(found, key=lambda one: (one.prediction, one.release))


def _image(body: dict[str, Any], read: Vintage) -> float:
    """The value as the distributions have it: standardised, or a count."""
    if body["likelihood"] != "normal":
        return read.value
    months = body["months"] if len(read.period) == len(body["at"]) else 12
    scale = Scale(likelihood="normal", **body["scale"])
    return scale.apply(read.value, months)


def _uniform(row: Stored) -> float:
    """A number between 0 and 1 that hangs on nothing but which prediction it is."""
    return (crc32(f"{row.forecast_id}/{row.indicator}/{row.period}".encode()) + 0.5) / 2.0**32


def _by(
    way: str,
    group: Sequence[tuple[Stored, dict[str, Any], Came]],
    value: Array,
    uniform: Array,
    *,
    measured: bool,
) -> tuple[Scored, dict[int, int]]:
    """Scores of one way to predict, and the place of each prediction that states it."""
    stated = [k for k, (_, body, _) in enumerate(group) if body[way] is not None]
    given = [group[k][1][way] for k in stated]
    if measured:
        width = len(LEVELS) if way == "model" else 3
        numbers = np.array(given, dtype=float).reshape(len(stated), width)
        knots = numbers if way == "model" else _quantiles(numbers)
        return scores.measured(knots, value[stated]), {k: at for at, k in enumerate(stated)}
    chances = [np.array(one) if way == "model" else scores.negative_binomial(*one) for one in given]
    return (
        scores.counted(chances, value[stated], uniform[stated]),
        {k: at for at, k in enumerate(stated)},
    )


def _quantiles(numbers: Array) -> Array:
    """Student-t distributions (location, scale, degrees of freedom), by their quantiles."""
    location, scale, df = numbers.T[:, :, None]
    return np.asarray(location + scale * student.ppf(np.array(LEVELS)[None], df))


def _row(
    one: tuple[Stored, dict[str, Any], Came],
    k: int,
    by_way: dict[str, tuple[Scored, dict[int, int]]],
) -> Score:
    row, _, came = one
    model, place = by_way["model"]
    numbers: dict[str, float | None] = {}
    for way in BASELINES:
        told, at = by_way[way]
        numbers[f"{way}_crps"] = float(told.crps[at[k]]) if k in at else None
        numbers[f"{way}_log"] = float(told.log_score[at[k]]) if k in at else None
    return Score(
        prediction=row.id,
        release=came.release,
        vintage=came.read.vintage,
        period_read=came.read.period,
        value=came.read.value,
        known_at=came.read.known_at,
        known_for_sure=came.read.published_at is not None,
        crps=float(model.crps[place[k]]),
        log_score=float(model.log_score[place[k]]),
        pit=float(model.pit[place[k]]),
        **numbers,  # type: ignore[arg-type]
    )
