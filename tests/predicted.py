"""Made-up predictions, as an update stores them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from scipy.stats import norm

from forecaster.posterior import scores
from forecaster.posterior.levels import LEVELS
from forecaster.store import predictions
from forecaster.store.engine import writing
from forecaster.store.handle import Engine
from forecaster.store.predictions import Prediction, Score
from indicators.period import Period


def measured(
    period: str = "2026",
    indicator: str = "gdp_ratio",
    *,
    mean: float = 1.0,
    sd: float = 0.5,
    ahead: int = 12,
    due: date | None = None,
    **more: Any,
) -> Prediction:
    """A prediction of a value, normal; the baselines have the same mean and twice the spread."""
    span = Period.parse(period)
    wide = [mean, 2.0 * sd, 30.0]
    body = {
        "at": period,
        "months": span.n_months,
        "whole": False,
        "unit": "ratio",
        "last": 1.0,
        "likelihood": "normal",
        "scale": {
            "kind": "flow",
            "transform": "identity",
            "rate": False,
            "center": 0.0,
            "scale": 1.0,
        },
        "model": [float(one) for one in norm.ppf(LEVELS, mean, sd)],
        "no_change": wide,
        "trend": wide,
        "seasonal": None,
        **more,
    }
    return Prediction(
        indicator, period, span.end, ahead, due or span.end + timedelta(days=20), body
    )


def counted(
    period: str = "2026-12",
    indicator: str = "leader_meetings",
    *,
    mean: float = 0.5,
    ahead: int = 1,
    due: date | None = None,
) -> Prediction:
    """A prediction of a count; no change expects four times as many."""
    span = Period.parse(period)
    body = {
        "at": period,
        "months": span.n_months,
        "whole": True,
        "unit": "meetings per month",
        "last": 0.0,
        "likelihood": "negative_binomial",
        "model": [float(one) for one in scores.negative_binomial(mean, 2.0)],
        "no_change": [4.0 * mean, 2.0],
        "trend": [4.0 * mean, 2.0],
        "seasonal": [mean, 1.0],
    }
    return Prediction(indicator, period, span.end, ahead, due or span.end + timedelta(days=3), body)


def keep(
    engine: Engine,
    *found: Prediction,
    forecast_id: str = "one",
    kind: str = "live",
    made_at: datetime,
    created_at: datetime | None = None,
) -> None:
    """Store predictions of one forecast."""
    with writing(engine) as connection:
        predictions.insert_within(
            connection,
            found,
            forecast_id=forecast_id,
            kind=kind,
            made_at=made_at,
            created_at=created_at or made_at,
        )


def score(prediction: int, release: int = 1, known: int = 10, **more: float) -> Score:
    """A made-up score, known so many days after 2026-01-01."""
    stated = dict.fromkeys(Score._fields, 0.5) | {
        "prediction": prediction,
        "release": release,
        "vintage": release,
        "period_read": "2026",
        "known_at": f"2026-01-{known + 1:02d}T00:00:00.000000Z",
        "known_for_sure": False,
        "seasonal_crps": None,
        "seasonal_log": None,
        **more,
    }
    return Score(**stated)  # type: ignore[arg-type]
