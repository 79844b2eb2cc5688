"""The benchmark of the desk: its state, its load, its judgement; no time is judged here."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from benchmarks import crowded, desk, floor, load, promises
from forecaster import settings
from forecaster.alerts.past import Past
from forecaster.posterior import files, series
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.migrate import upgrade
from tests import posteriors, synthetic

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
TIMES = {"undrawn": 2.0, "started": 0.2, "reading": 0.1, "forecast": 1.0}
RUN = {"p50": 0.002, "p99": 0.05, "errors": 0, "requests": 6000, "per_second": 199.9}
FIGURES: dict[str, Any] = {
    "forecasts": 10_000,
    "readings": 100_000,
    "missing": [],
    "start_seconds": {"undrawn": 4.0, "started": 2.0},
    "pages": {"today": TIMES, "history": {**TIMES, "reading": 0.25}},
    "today_bytes": 65_000,
    "today_seconds": 0.001,
    "load": RUN,
    "floor": {**RUN, "p99": 0.01},
    "peak_bytes": 1.2e8,
    "children_bytes": 1.9e8,
}


@pytest.fixture
def source(tmp_path: Path) -> Engine:
    """A state with one forecast."""
    home = tmp_path / "source"
    home.mkdir()
    engine = open_engine(settings.load({"FORECASTER_HOME": str(home)}).database_url)
    upgrade(engine)
    sha256 = files.save(posteriors.posterior(draws=20), home / "posteriors" / "one.nc")
    with writing(engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path="posteriors/one.nc",
            posterior_sha256=sha256,
        )
    return engine


def test_a_crowded_state_has_what_it_says(tmp_path: Path, source: Engine) -> None:
    home = tmp_path / "crowded"
    embedded = 4000  # more than ship
    crowd = crowded.make(home, source, tmp_path / "source", (60, embedded), NOW)
    engine = crowd.desk.engine
    found = forecasts.history(engine)
    assert [one.forecast_id for one in found] == crowd.ids
    assert {"published", "provisional"} == {one.kind for one in found}
    assert len({one.headline_mean for one in found}) == 60
    watched = Past().of(engine, "alliance_by@10y")
    assert [one.headline_mean for one in found] == [one.value for _, one in watched]
    known = [one for name in crowd.desk.catalogue for one in readings.vintages(engine, name)]
    assert len(known) == embedded
    assert any(one.vintage > 1 for one in known)
    assert {4, 10} <= {len(one.period) for one in known}
    path, sha256 = crowd.another_posterior("another")
    one = crowd.publish(60, NOW, path, sha256)
    standing = forecasts.standing(engine)
    assert standing is not None
    assert one == standing["forecast_id"] == "crowd-000060"
    moved, before = series.load(path, sha256), series.load(crowd.posterior, crowd.sha256)
    assert moved["hazard"] != before["hazard"]
    crowd.record(1, NOW + timedelta(minutes=1))
    with pytest.raises(RuntimeError, match="not new"):
        crowd.record(1, NOW + timedelta(minutes=1))


def test_without_a_forecast_there_is_nothing_to_copy(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/{settings.DATABASE_NAME}")
    upgrade(engine)
    with pytest.raises(RuntimeError, match="no forecast"):
        crowded.make(tmp_path / "crowded", engine, tmp_path, (1, 1), NOW)


@contextmanager
def _served(app: Starlette) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def test_a_load_asks_as_often_as_it_says() -> None:
    cases = [{"kind": kind, "path": f"/{kind}", "weight": 1} for kind in ("a", "b")]
    with _served(floor.floor(b"x" * 5000)) as port:
        asked = {"base": f"http://127.0.0.1:{port}", "rate": 200, "seconds": 0.5, "seed": 1}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            input=json.dumps({**asked, "cases": cases}),
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    assert (100, 0) == (found["requests"], found["errors"])
    assert {"a", "b"} == set(found["kinds"])
    assert 100 == sum(one["requests"] for one in found["kinds"].values())
    assert found["p50"] <= found["p99"] <= found["slowest"]


def test_what_is_refused_and_what_goes_away_are_errors() -> None:
    cases = [{"kind": "gone", "path": "/gone", "weight": 1}]
    with _served(Starlette()) as port:
        refused = load.Load("127.0.0.1", port)
        asyncio.run(refused.run(100, 0.1, cases, 1))
    assert 10 == refused.errors["gone /gone: 404"]
    away = load.Load("127.0.0.1", port)
    asyncio.run(away.run(100, 0.1, cases, 1))
    assert 10 == away.errors.total()
    assert 10 == away.errors["gone /gone: ConnectionRefusedError"]


def test_the_quantile_is_one_of_the_values() -> None:
    assert 99 == load.quantile(list(range(100)), 0.99)
    assert 1 == load.quantile([3, 1], 0.0)
    assert 3 == load.quantile([3, 1], 0.99)


def test_the_promises_of_the_desk_are_judged() -> None:
    kept = [True] * 5
    assert kept == [row.kept for row in promises.rows({"desk": FIGURES})]
    said = promises.rows({"desk": FIGURES})[2].measured
    assert said.startswith("after a new reading 250 ms (history), after a start 200 ms")
    slow: dict[int, dict[str, Any]] = {
        0: {"load": {**RUN, "p99": 0.31}},
        1: {"today_bytes": 100_001},
        2: {"pages": {"today": {**TIMES, "started": 0.31}}},
        3: {"peak_bytes": 3.1e8},
        4: {"start_seconds": {"undrawn": 5.1, "started": 2.0}},
    }
    for at, change in slow.items():
        rows = promises.rows({"desk": {**FIGURES, **change}})
        assert [row.kept for row in rows] == [*kept[:at], False, *kept[at + 1 :]]
    for change in ({"errors": 1.0}, {"per_second": 150.0}):
        rows = promises.rows({"desk": {**FIGURES, "load": {**RUN, **change}}})
        assert rows[0].kept is False


def test_pages_that_are_not_there_leave_a_promise_open() -> None:
    rows = promises.rows({"desk": {**FIGURES, "missing": ["history"]}})
    assert [row.kept for row in rows] == [None, True, None, True, True]


def test_every_kind_of_page_has_an_address(tmp_path: Path, source: Engine) -> None:
    crowd = crowded.make(tmp_path / "crowded", source, tmp_path / "source", (5, 10), NOW)
    found = desk.places(crowd)
    kinds = {one.kind for one in found}
    assert len(found) == len(kinds)
    assert {"alerts", "rule", "endpoints", "deliveries"} < kinds
    assert all(one.paths and one.weight > 0 for one in found)
    assert all(path.startswith("/") for one in found for path in one.paths)
