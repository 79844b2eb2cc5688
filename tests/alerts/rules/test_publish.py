"""A forecast and its messages exist together or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from forecaster.alerts import body
from forecaster.alerts.formats.event import Event, explanation
from forecaster.store import forecasts, outbox
from forecaster.store.engine import reading
from forecaster.wiring import Desk
from tests import synthetic
from tests.alerts.rules.support import Room, rule

HEADLINE = {"headline": rule(points=3.0)}
CYCLES = 25


def test_a_fault_in_an_alert_leaves_no_forecast(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10)

    def broken(_some: object) -> tuple[str, bytes]:
        raise RuntimeError("no message can be written")

    with monkeypatch.context() as patch:
        patch.setattr(body, "message", broken)
        with pytest.raises(RuntimeError):
            room.publish(0.15, days=1)
    assert 1 == len(forecasts.history(desk.engine))
    assert [] == room.decided()
    room.publish(0.15, days=2)
    assert 1 == len(room.sent("one"))


def test_a_message_says_why_to_programs_and_people(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10)
    why = synthetic.explanation("before", "after", 0.10, 0.15)
    room.publish(0.15, days=1, why=why)
    room.publish(0.20, days=2)

    told, unexplained = room.sent("one")
    assert told["data"]["explanation"] == why
    assert explanation(cast("Event", told)) == why["summary"]
    assert unexplained["data"]["explanation"] is None
    assert explanation(cast("Event", unexplained)) == ""


def test_killed_between_any_two_steps_each_forecast_has_its_message_and_no_other(
    desk: Desk,
) -> None:
    """Every forecast of the child moves by 50 points, so every one after the first is told."""
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10)
    told = subprocess.run(
        [sys.executable, "-m", "tests.alerts.rules.crash", str(desk.settings.home), str(CYCLES)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    acknowledged = json.loads(told.stdout)
    assert CYCLES <= len(acknowledged)
    stood = [one.forecast_id for one in forecasts.history(desk.engine)][1:]
    told_of = [one["data"]["forecast_id"] for one in room.sent("one")]
    assert stood == told_of
    assert set(acknowledged) <= set(stood)
    assert len(stood) <= len(acknowledged) + CYCLES, "one at most stands unsaid at each kill"
    with reading(desk.engine) as connection:
        assert "ok" == connection.execute(text("PRAGMA integrity_check")).scalar()
    rows = outbox.deliveries(desk.engine, limit=10_000)
    assert len(rows) == len({one.webhook_id for one in rows}) == len(stood)
