"""Real databases and real processes; a stand-in does the work where the work is not meant."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine

from forecaster import settings
from forecaster.settings import Settings
from forecaster.store import clock, ledger_views, migrate
from forecaster.store.engine import open_engine
from forecaster.store.ledger import Run
from jobs import timetable
from jobs.process import Limits, Process, Start, Started
from jobs.runner import Runner
from jobs.timetable import Timetable
from tests.store.conftest import by_kind, databases, engine, url

__all__ = ["by_kind", "databases", "engine", "url"]

PLENTY = Limits(timedelta(minutes=5), 4096)
NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
HOURLY = '[job.tidy]\nevery = "1h"\ncatch_up = "latest"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder with a database of empty tables."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("FORECASTER_HOME", str(folder))
    opened = open_engine(f"sqlite:///{folder / settings.DATABASE_NAME}")
    migrate.upgrade(opened)
    return folder


@pytest.fixture
def chosen(home: Path) -> Settings:
    """The settings of that state; a lease of three seconds, as short as a test can bear."""
    return replace(settings.load({"FORECASTER_HOME": str(home)}), lease_seconds=3)


@pytest.fixture
def sqlite(chosen: Settings) -> Iterator[Engine]:
    found = open_engine(chosen.database_url)
    yield found
    found.dispose()


def a_run(job: str = "tidy") -> Run:
    """A row that no ledger holds, for tests of processes alone."""
    return Run(1, job, NOW, "running", "", 1, "test", 1, NOW, NOW, NOW, None)


def stand_in(code: str) -> Callable[[Run], Sequence[str]]:
    """A command in place of the job's own; ``answer(message, ...)`` is what a job says."""
    said = (
        "import json, os, signal, subprocess, sys, time\n"
        "def answer(message, **brought):\n"
        "    sys.stdout.write(json.dumps({'message': message, **brought}))\n"
    )
    return lambda run: [sys.executable, "-c", said + code, run.job]


def starting(code: str) -> Start:
    """Start stand-ins of this code."""

    def start(run: Run, limits: Limits) -> Started:
        return Process(run, stand_in(code)(run), limits)

    return start


def echo(run: Run, limits: Limits) -> Started:
    """Start the lightest process that succeeds."""
    said = json.dumps({"message": f"did {run.job}", "news": run.job.startswith("collect:")})
    return Process(run, ["/bin/echo", said], limits)


def until[T](found: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """Wait until something is true; a machine may be slow, so the limit is long.

    To look takes time from what is looked at, so that it is done ever more rarely.
    """
    begun = time.monotonic()
    while not (result := found()):
        waited = time.monotonic() - begun
        assert waited < seconds, f"{what} did not come"
        time.sleep(min(max(0.02, 0.05 * waited), 0.5))
    return result


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def plan(tmp_path: Path, text: str) -> Timetable:
    """A timetable from its text."""
    file = tmp_path / "plan.toml"
    file.write_text(text)
    return timetable.read(file)


class Clock:
    """The database's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_(self, **lengths: float) -> None:
        self.now += timedelta(**lengths)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(clock, "database_time", lambda _connection: found.now)
    return found


@pytest.fixture
def runners() -> Iterator[list[Runner]]:
    """Those of a test; what they run is ended with it."""
    found: list[Runner] = []
    yield found
    for one in found:
        for watched in one._watched.values():
            watched.process.kill()


class Maker:
    """Makes runners of one engine and one timetable."""

    def __init__(self, engine: Engine, chosen: Settings, found: list[Runner]) -> None:
        self.engine, self.chosen, self.found = engine, chosen, found

    def __call__(self, timetable: Timetable, start: Start = echo, **other: Any) -> Runner:
        chosen = replace(self.chosen, **other)
        self.found.append(Runner(self.engine, timetable, chosen, start=start))
        return self.found[-1]


@pytest.fixture
def make(engine: Engine, chosen: Settings, runners: list[Runner]) -> Maker:
    """On SQLite and on PostgreSQL."""
    return Maker(engine, chosen, runners)


@pytest.fixture
def make_sqlite(sqlite: Engine, chosen: Settings, runners: list[Runner]) -> Maker:
    return Maker(sqlite, chosen, runners)


def ended(runner: Runner, job: str) -> Run:
    """Step until the newest run of a job has come to its end."""

    def look() -> Run | None:
        runner.step()
        found = ledger_views.last(runner.engine).get(job)
        return found if found is not None and found.status in ("succeeded", "failed") else None

    return until(look, f"the end of {job}")


def due_now(runner: Runner, hand: Clock) -> None:
    """Take the lease, then let the next hour come."""
    runner.step()
    hand.pass_(hours=1)
