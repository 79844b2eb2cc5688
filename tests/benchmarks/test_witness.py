"""What a witness of the service notices, and what it lets pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks import by_itself, promises, witness
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.ledger import Run, Status
from forecaster.store.migrate import upgrade
from forecaster.store.records import NewReading
from indicators.period import Period
from indicators.sources import SOURCES
from jobs import timetable
from tests import synthetic

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
TIDY = '[job.tidy]\nevery = "1m"\ncatch_up = "latest"\n'


def row(seconds: float, status: Status = "succeeded", number: int = 1, **more: Any) -> Run:
    moment = NOW + timedelta(seconds=seconds)
    found = Run(number, "tidy", moment, status, "", 1, "x", 1, NOW, NOW, None, NOW)
    return found._replace(**more)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    found = open_engine(f"sqlite:///{tmp_path / 'forecaster.sqlite'}")
    upgrade(found)
    return found


def test_a_due_time_without_a_row_is_lost_and_one_that_news_asked_for_is_no_due_time(
    tmp_path: Path,
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(TIDY)
    planned = timetable.read(plan)
    whole = [row(0), row(60), row(75.5), row(120)]
    assert [] == witness.without_row(whole, planned) == witness.without_row([], planned)
    (lost,) = witness.without_row([row(0), row(75.5), row(120)], planned)
    assert "tidy at 2026-11-22 06:01:00" in lost
    assert [] == witness.without_row([row(75.5), row(120)], planned)


def test_a_row_without_an_end_is_noticed() -> None:
    ends: list[Status] = ["succeeded", "failed", "skipped", "missed", "due"]
    assert [] == witness.without_end([row(n, status) for n, status in enumerate(ends)])
    assert 1 == len(witness.without_end([row(0, "running")]))


def test_what_was_begun_more_often_than_it_was_counted_is_noticed() -> None:
    begun, ended = ({"event": event, "run": 1} for event in ("begun", "succeeded"))
    handed_back = {"event": "handed back", "run": 1}
    assert [] == witness.begun_twice([row(0)], [begun, ended])
    assert [] == witness.begun_twice([row(0, attempt=2)], [begun, begun, ended])
    assert [] == witness.begun_twice([row(0)], [begun, handed_back, begun, ended])
    assert 1 == len(witness.begun_twice([row(0)], [begun, begun, ended]))
    assert 1 == len(witness.begun_twice([row(0, attempt=2)], [begun, begun, ended, ended]))


def test_two_forecasts_of_the_same_data_are_noticed(engine: Engine) -> None:
    for number in range(2):
        assert [] == witness.published_twice(engine)
        document = synthetic.document()
        document["forecast_id"] += str(number)
        with writing(engine) as connection:
            forecasts.insert(
                connection, document, kind="published", posterior_path=None, posterior_sha256=None
            )
    assert 1 == len(witness.published_twice(engine))
    there = f"published: forecast {document['forecast_id']}"
    assert [] == witness.unfounded(engine, [row(0, message=there)])
    assert 1 == len(witness.unfounded(engine, [row(0, message=f"{there}-not")]))


def test_what_publishers_gave_is_counted_with_its_vintages(engine: Engine) -> None:
    def given(value: float, origin: Any = "fetched") -> NewReading:
        period = Period.parse("2026-10")
        return NewReading("trade_total", period, value, None, NOW, "https://a.example", origin)

    readings.add(engine, [given(19.0, "embedded")], now=NOW)
    readings.add(engine, [given(20.0)], now=NOW)
    readings.add(engine, [given(21.0)], now=NOW)
    found = witness.fetched(engine, ["trade_total", "gdp_ratio"])
    assert {("trade_total", "2026-10", 2, 20.0), ("trade_total", "2026-10", 3, 21.0)} == set(found)


@pytest.mark.parametrize(
    ("runner", "running", "serving", "n_untrue"),
    [
        (None, 0, None, 0),
        ({"holder": "host:7:ab"}, 0, None, 1),
        (None, 1, None, 1),
        ({"holder": "host:7:ab"}, 1, 7, 0),
        ({"holder": "host:7:ab"}, 1, 8, 1),
        (None, 0, 7, 1),
    ],
)
def test_a_status_that_is_not_so_is_noticed(
    runner: dict[str, str] | None, running: int, serving: int | None, n_untrue: int
) -> None:
    told = {"runner": runner, "counts": {"running": running, "succeeded": 1}, "waiting": 1}
    rows = [row(n) for n in range(2 + running)]
    assert n_untrue == len(witness.untrue(told, rows, serving))


def test_a_row_that_the_status_hides_is_noticed() -> None:
    told = {"runner": None, "counts": {"running": 0, "succeeded": 1}, "waiting": 0}
    assert 1 == len(witness.untrue(told, [row(0), row(1)], serving=None))


def test_the_timetable_has_every_source_and_an_update(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(by_itself.PLAN)
    planned = timetable.read(plan)
    assert {*(f"collect:{name}" for name in SOURCES), "update"} <= set(planned)
    assert "news" == planned["update"].after


def test_the_promise_is_broken_by_one_loss() -> None:
    found = {
        "sources": 10,
        "readings": 112,
        "forecasts": 2,
        "due_times": 150,
        "kills": {"collecting": [0.1, 1.2], "fitting": [30.0], "published": [0.0]},
        "lost": 0,
        "doubled": 0,
        "untrue": 0,
        "orphans_seconds": 0.1,
        "news_seconds": 120.0,
        "heard_seconds": 121.0,
        "noticed_seconds": 60.0,
    }
    rows = promises.rows({"by_itself": found})
    assert [True] * 3 == [one.kept for one in rows]
    assert "killed 4 times: 2 while it collected, 1 in a fit, 1 just after one" in rows[0].what
    for name in ("lost", "doubled", "untrue"):
        assert promises.rows({"by_itself": found | {name: 1}})[0].kept is False
