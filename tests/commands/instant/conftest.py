"""Provisional forecasts: real designs, files and futures, draws that no fit made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from forecaster import recording, update
from forecaster.belief import Forecast
from forecaster.instant import Outcome
from forecaster.store import forecasts
from forecaster.wiring import Desk
from tests import drawn
from tests.commands.conftest import NOW, Firsts, untouched

URL = "https://example.org/page"
DRAWS = 250  # by chain: enough for weights to leave 400

Fit = Callable[..., Forecast]
Later = Callable[[float], Desk]
Record = Callable[[float, str, str, float], None]


@pytest.fixture
def later(desk: Desk) -> Later:
    """The desk some hours after the forecast."""
    return lambda hours: replace(desk, clock=lambda: NOW + timedelta(hours=hours))


@pytest.fixture
def publish(later: Later, firsts: Firsts, monkeypatch: pytest.MonkeyPatch) -> Fit:
    """Publish what is known some hours later, with draws of a seed."""
    drawn.pretend(monkeypatch, draws=DRAWS)

    def run(hours: float = 0.0, seed: int = 1, **more: Any) -> Forecast:
        if (hours, seed, more) == (0.0, 1, {}) and untouched(later(0)):
            return firsts.publish(later(0), DRAWS)
        done = update.run(later(hours), seed=seed, **more)
        assert done.document is not None
        return done.document

    return run


@pytest.fixture
def record(later: Later) -> Callable[[float, str, str, float], None]:
    """Record a reading some hours after the forecast."""

    def put(hours: float, indicator: str, period: str, value: float) -> None:
        stated = recording.Stated(indicator, period, str(value), URL, reason="made up")
        assert recording.store(later(hours), stated).result == "added"

    return put


def made(outcome: Outcome) -> Forecast:
    assert outcome.result == "provisional", outcome
    assert outcome.document is not None
    return outcome.document


def stands(desk: Desk) -> Forecast:
    found = forecasts.standing(desk.engine)
    assert found is not None
    return found
