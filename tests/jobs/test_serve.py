"""The service as a process of its own: killed at any point, the ledger tells the truth."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from forecaster import settings
from forecaster.store import forecasts, ledger_views
from forecaster.store.engine import writing
from forecaster.wiring import Desk, open_desk
from indicators.sources import SOURCES
from jobs import status, times, timetable
from tests import synthetic
from tests.jobs.conftest import until
from tests.replay import Publisher

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from jobs.cli import main; main()")
FAST = """
[job.resolve]
every = "1s"
catch_up = "latest"
[job."collect:gacc"]
every = "2s"
catch_up = "all"
"""


@pytest.fixture
def fast(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state whose jobs are due all the time."""
    file = tmp_path / "fast.toml"
    file.write_text(FAST)
    monkeypatch.setenv("FORECASTER_SCHEDULE", str(file))
    monkeypatch.setenv("FORECASTER_LEASE_SECONDS", "2")
    return home


@pytest.fixture
def desk(fast: Path) -> Desk:
    assert fast.exists()
    return open_desk(settings.load())


@contextmanager
def service(log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with (
        log.open("ab") as out,
        subprocess.Popen(
            [*COMMAND, "serve", "--no-pages", *words], cwd=ROOT, stderr=out, env=dict(os.environ)
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def said(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def leads(log: Path, times_: int) -> bool:
    return log.read_text().count('"the lease is ours"') >= times_


def at_work(home: Path) -> list[int]:
    """Processes of jobs of this state."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = process.environ().get("FORECASTER_HOME") == str(home)
            if ours and any("jobs.child" in word for word in process.cmdline()):
                found.append(process.pid)
    return found


def told(desk: Desk) -> dict[str, Any]:
    return status.status(desk, timetable.read(desk.settings.schedule))


def nothing_is_lost(desk: Desk) -> None:
    """Between the first row of a job and the last, every due time has one row."""
    for job, entry in timetable.read(desk.settings.schedule).items():
        rows = ledger_views.runs(desk.engine, job, limit=10_000)
        found = sorted(run.logical_time for run in rows)
        if not found:  # its time had not come when the last one was killed
            continue
        just_before = found[0] - timedelta(microseconds=1)
        assert found == list(times.between(entry.trigger, just_before, found[-1]))


@pytest.mark.slow
def test_killed_at_any_point_the_ledger_tells_the_truth(
    desk: Desk, fast: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    chance = random.Random(20261122)  # noqa: S311
    for number in range(1, 4):
        with service(log) as process:
            until(partial(leads, log, number), "the lease")
            until(lambda: ledger_views.counts(desk.engine)["running"] > 0, "a run")
            time.sleep(chance.uniform(0, 1.5))
            process.kill()
            process.wait()
        assert sum(told(desk)["counts"].values()) > 0
        # The kernel closed the leash: what ran has ended. Its rows follow when the lease lapses.
        until(lambda: not at_work(fast), "the end of the jobs")
        until(lambda: told(desk)["counts"]["running"] == 0, "the truth")
        assert told(desk)["runner"] is None
        nothing_is_lost(desk)
    with service(log) as process:
        before = ledger_views.counts(desk.engine)["succeeded"]
        until(lambda: ledger_views.counts(desk.engine)["succeeded"] > before + 1, "more runs")
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(timeout=60)
    nothing_is_lost(desk)
    assert [] == at_work(fast)
    found = told(desk)
    assert (0, None) == (found["counts"]["running"], found["runner"])
    rows = ledger_views.runs(desk.engine, limit=100_000)
    assert sum(found["counts"].values()) + found["waiting"] == len(rows)
    assert all(run.attempt <= 3 for run in rows)
    events = [line["event"] for line in said(log)]
    assert 4 == events.count("the lease is ours")
    assert "a run was lost" in events
    assert "the jobs are left alone" == events[-1]


@pytest.mark.slow
def test_without_any_network_it_runs_on_and_the_forecast_tells_which_sources_failed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.settings.schedule is not None
    # A few stand for all, which go through the same client: each attempt is a process.
    tried = ("gacc", "ofac", "kremlin", "worldbank")
    collects = [f"collect:{name}" for name in tried]
    once = 'every = "10s"\ncatch_up = "latest"\n'
    plan = "".join(f'[job."{name}"]\n{once}' for name in collects)
    desk.settings.schedule.write_text(f'{plan}[job.resolve]\nevery = "3s"\ncatch_up = "latest"\n')
    monkeypatch.setenv("FORECASTER_JOBS_AT_ONCE", "6")
    with Publisher() as gone:
        address = gone.address
    for name in SOURCES:
        monkeypatch.setenv(settings.variable(f"sources.{name}.base_url"), address)
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path=None,
            posterior_sha256=None,
        )

    def failed() -> bool:
        rows = ledger_views.runs(desk.engine, status="failed", limit=1_000)
        return {run.job for run in rows} == set(collects)

    with service(tmp_path / "log") as process:
        until(failed, "the failure of each", seconds=300)
        before = ledger_views.counts(desk.engine)["succeeded"]
        until(lambda: ledger_views.counts(desk.engine)["succeeded"] > before, "another job")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(timeout=60)
    nothing_is_lost(desk)
    done = subprocess.run(
        [*COMMAND, "show", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shown = json.loads(done.stdout)
    assert synthetic.document()["forecast_id"] == shown["forecast_id"]
    fetched = {name for one in tried for name in SOURCES[one].indicators}
    behind = {*shown["sources"]["failed"], *shown["sources"]["late"]}
    assert {"trade_total", "leader_meetings", "ofac_russia_additions"} <= fetched & behind
    ended = ledger_views.runs(desk.engine, limit=10_000)
    messages = {run.message for run in ended if run.status == "failed"}
    assert all("Connection refused" in message for message in messages), messages


def test_control_c_stops_it_and_lines_say_which_run_they_are_about(
    desk: Desk, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with service(log) as process:
        until(lambda: ledger_views.counts(desk.engine)["succeeded"] > 0, "a run")
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(timeout=60)
    (begun, *_) = [line for line in said(log) if line["event"] == "begun"]
    assert {"job", "run", "logical_time", "attempt", "level", "time"} <= set(begun)


def test_a_wrong_timetable_stops_it_before_anything_runs(desk: Desk, tmp_path: Path) -> None:
    assert desk.settings.schedule is not None
    desk.settings.schedule.write_text('[job.tidi]\nevery = "1s"\ncatch_up = "all"\n')
    log = tmp_path / "log"
    with service(log) as process:
        assert 1 == process.wait(timeout=60)
    assert "job.tidi: no job is called so; nearest: tidy" in log.read_text()
    assert {} == ledger_views.last(desk.engine)
