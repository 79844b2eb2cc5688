"""The slow scoreboard: the question itself, how steady the forecast was, the reference class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from forecaster import reference
from forecaster.posterior.stability import stability
from forecaster.store import forecasts, resolutions
from forecaster.store.forecasts import Summary
from forecaster.wiring import Desk

Document = dict[str, Any]
LEAST = 1e-12


def question(desk: Desk, at: datetime) -> Document:
    """How past headlines fared: those whose date has come, or before whose date an alliance did.

    Nothing is scored before; what is in force now is no verdict on ten years ahead.
    """
    happened = resolutions.as_known(desk.engine, at)
    day = next((one.date for one in happened if one.scenario == "alliance"), None)
    past = _published(desk, at)
    open_until = min((one.headline_date for one in past), default=None)
    scored = [
        (one.headline_mean, float(day is not None and day <= one.headline_date))
        for one in past
        if one.headline_date <= at.date()
        or (day is not None and one.as_of.date() < day <= one.headline_date)
    ]
    found: Document = {
        "in_force": happened[-1].scenario if happened else "retreat",
        "resolved_on": None if day is None else day.isoformat(),
        "forecasts": len(past),
        "scored": len(scored),
        "first_date": None if open_until is None else open_until.isoformat(),
        "brier": None,
        "log_score": None,
    }
    if scored:
        chance, came = np.array(scored).T
        of_what_came = np.where(came > 0.0, chance, 1.0 - chance)
        found["brier"] = float(np.mean((chance - came) ** 2))
        found["log_score"] = float(np.mean(np.log(np.maximum(of_what_came, LEAST))))
    return found


def steadiness(desk: Desk, at: datetime) -> Document:
    """How much of the published headline's movement was taken back."""
    past = _published(desk, at)
    return stability([one.as_of for one in past], [one.headline_mean for one in past])


def _published(desk: Desk, at: datetime) -> list[Summary]:
    """Without the provisional ones: what a fit then corrects of them is no news taken back."""
    history = forecasts.history(desk.engine, kinds=("published",))
    return [one for one in history if one.as_of <= at]


def reference_class() -> Document | None:
    """How the reference class foretells treaties it has not seen; None if never worked out."""
    return reference.skill()
