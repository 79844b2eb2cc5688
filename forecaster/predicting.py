"""What a forecast says of the next readings of every indicator, to be scored when they come.

Every update stores it with the forecast. Beside the model's distribution stands what three ways to
go on without a model say (``model.baselines``), from the same readings and at the same time: what
is scored later cannot have been chosen after the fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from forecaster.belief import Forecast
from forecaster.model import baselines, predictive
from forecaster.model.basis import Array
from forecaster.model.grid import month_index
from forecaster.model.moment import Moment
from forecaster.model.observed import Observation, observations
from forecaster.model.predictive import Counted, Measured, Unpredictable, asked
from forecaster.model.reopen import Reopened
from forecaster.model.upcoming import Target, as_whole, upcoming
from forecaster.opened import Side, Untold, drawn
from forecaster.posterior import scores
from forecaster.statement import Given
from forecaster.store.predictions import Prediction
from forecaster.wiring import Desk
from indicators.spec import Indicator

DIGITS = 5  # significant ones that are kept
DRAWS = 1000  # that are mixed: more change a quantile by less than a hundredth of its spread


def of_update(
    desk: Desk, document: Forecast, tree: xr.DataTree, given: Given
) -> tuple[list[Prediction], str]:
    """What a new forecast predicts; if that breaks off, nothing, and why: the forecast goes on."""
    moment = Moment(tuple(given.known), given.situation)
    try:
        side = Side(document, moment, faithful=True, tree=tree)
        with threadpool_limits(1, "blas"):
            reopened = drawn(desk, side).reopened
            found = of_draws(reopened, moment, desk.catalogue, given.seed)
    except (ArithmeticError, LookupError, ValueError, Untold) as error:
        return [], f"readings to come were not predicted: {type(error).__name__}: {error}"
    return found, ""


def of_draws(
    given: Reopened, moment: Moment, catalogue: Mapping[str, Indicator], seed: int
) -> list[Prediction]:
    """Predictions of all readings to come, by indicator and due date.

    ``given`` are the draws on the grid of their own fit, ``moment`` what that fit knew.
    """
    as_of = moment.situation.as_of
    found = observations(moment.readings, catalogue, moment.n_months - 1)
    periods: dict[str, list[str]] = {}
    for known in moment.readings:
        periods.setdefault(known.indicator, []).append(known.period)
    targets = [
        (catalogue[name], target)
        for name in sorted(found)
        for target in upcoming(catalogue[name], periods[name], found[name], as_of)
    ]
    if not targets:
        return []
    last = max(month_index(target.at.end) for _, target in targets)
    longer = predictive.lengthened(predictive.thinned(given, DRAWS), last + 1, seed)
    usual = baselines.usual_scale(
        [found[name] for name in found if catalogue[name].observation.likelihood == "normal"]
    )
    told = []
    for one, target in targets:
        try:
            said = predictive.of_draws(one, found[one.id], longer, target.at, seed)
        except Unpredictable:
            continue
        body = _body(one, target, found[one.id], said, usual)
        told.append(
            Prediction(
                one.id, target.period.text, target.period.end, target.ahead, target.due, body
            )
        )
    return told


def _body(
    one: Indicator,
    target: Target,
    found: list[Observation],
    said: Measured | Counted,
    usual: float,
) -> dict[str, Any]:
    """The distributions, in such a way that the catalogue of today is enough to score them."""
    months = asked(one, target.at)
    scale = one.observation
    common = {
        "at": target.at.text,
        "months": predictive.months_of(target.at),
        "whole": as_whole(one, target),
        "unit": one.unit,
        "last": found[-1].raw,
    }
    if isinstance(said, Counted):
        counts = baselines.counted(found, months.first, months.last)
        return common | {
            "likelihood": "negative_binomial",
            "model": _short(scores.mixture(said.mean, said.alpha)),
            "no_change": _short(counts.no_change),
            "trend": _short(counts.trend),
            "seasonal": None if counts.seasonal is None else _short(counts.seasonal),
        }
    monthly = target.period.kind == "month"
    spread = baselines.measured(found, months.first, months.last, usual, monthly=monthly)
    return common | {
        "likelihood": "normal",
        "scale": {
            "kind": scale.kind,
            "transform": scale.transform,
            "rate": scale.rate,
            "center": scale.center,
            "scale": scale.scale,
        },
        "model": _short(scores.quantiles_of_normals(said.mean, said.sd)),
        "no_change": _short(spread.no_change),
        "trend": _short(spread.trend),
        "seasonal": None if spread.seasonal is None else _short(spread.seasonal),
    }


def _short(numbers: Array | tuple[float, ...]) -> list[float]:
    return [float(f"{one:.{DIGITS}g}") for one in np.asarray(numbers)]
