"""Short ways to say what the tests of rules say often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from forecaster.alerts.machine import Observation
from forecaster.alerts.rules import File, Rule
from forecaster.belief import Forecast
from tests import synthetic

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)


def rule(when: str = "moved", **stated: Any) -> Rule:
    """One rule as the file would give it; a move of the headline by 3 points unless told else."""
    if when == "moved":
        stated = {"quantity": "alliance_by@10y", **stated}
        if not {"points", "bits", "units"} & stated.keys():
            stated["points"] = 3.0
    if when == "crossed":
        stated = {"quantity": "alliance_by@10y", "hysteresis": 2.0, **stated}
        if not {"above", "below"} & stated.keys():
            stated["above"] = 20.0
    return File.model_validate({"rule": {"r": {"when": when, **stated}}}).rule["r"]


def after(**length: float) -> datetime:
    """So long after the start."""
    return START + timedelta(**length)


def seen(value: float, at: datetime = START, error: float = 0.001, name: str = "") -> Observation:
    """A probability as it was seen."""
    lower, upper = value / 3, min(1.0, 2 * value)
    return Observation(name or at.isoformat(), at, value, lower, upper, error, at)


def document(
    name: str, at: datetime, mean: float, error: float = 0.001, made: datetime | None = None
) -> Forecast:
    """A made-up forecast with a chosen headline."""
    found = synthetic.document()
    found["forecast_id"] = name
    found["as_of"] = _text(at)
    found["created_at"] = _text(made or at)
    chosen = {"mean": mean, "lower": mean / 3, "upper": min(1.0, 2 * mean), "mcse": error}
    found["headline"] |= chosen  # type: ignore[typeddict-item]
    row = next(one for one in found["horizons"] if one["years"] == 10)
    row["alliance_by"] |= chosen  # type: ignore[typeddict-item]
    return found


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
