"""What the tests of collecting look at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from forecaster import documents
from forecaster.collecting import Collected
from forecaster.store import readings, visits
from forecaster.store.engine import reading
from forecaster.wiring import Desk


def values(desk: Desk, at: datetime | None = None) -> dict[str, float]:
    known = readings.as_known(desk.engine, at or desk.clock(), indicator="trade_total")
    return {one.period: one.value for one in known}


def archived(desk: Desk) -> list[Path]:
    return sorted((desk.settings.home / "archive").rglob("*.gz"))


def fetches(desk: Desk) -> list[dict[str, object]]:
    with reading(desk.engine) as connection:
        rows = connection.execute(text("SELECT * FROM fetches ORDER BY id")).mappings()
        return [dict(row) for row in rows]


def state(desk: Desk, indicator: str = "trade_total") -> str:
    listed = documents.indicators(desk)["indicators"]
    return next(str(one["state"]) for one in listed if one["id"] == indicator)


def failed(desk: Desk, done: Collected, before: dict[str, float], *told: str) -> None:
    """The visit failed, says why, and changed nothing but that."""
    assert done.error is not None
    assert all(words in done.error for words in told)
    assert ("failed", 0, 0, 0) == (
        done.result,
        done.readings_added,
        done.quarantined,
        done.leads_added,
    )
    assert before == values(desk)
    remembered = visits.remembered(desk.engine)["gazette"]
    assert ("failed", done.error) == (remembered.result, remembered.error)
    assert "failed" == state(desk)
