"""A provisional forecast that weighs a published one, stored as if a reading had just come."""

from __future__ import annotations

from datetime import datetime, timedelta

from forecaster import documents
from forecaster.belief import Forecast
from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.wiring import Desk

ID = "provisional"


def over(desk: Desk, base: Forecast, *, hours: float = 1.0) -> Forecast:
    """Store one that stands some hours after its base."""
    when = documents.moment(datetime.fromisoformat(base["as_of"]) + timedelta(hours=hours))
    document: Forecast = {
        **base,
        "forecast_id": ID,
        "status": "provisional",
        "as_of": when,
        "created_at": when,
        "weighed": {
            "base": base["forecast_id"],
            "was": base["headline"]["mean"],
            "k_hat": 0.1,
            "ess": 900.0,
        },
    }
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection, document, kind="provisional", posterior_path=None, posterior_sha256=None
        )
    return document
