"""Real databases and real processes; a stand-in does the work where the work is not meant."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from forecaster import settings
from forecaster.settings import Settings
from forecaster.store import migrate
from forecaster.store.engine import open_engine
from forecaster.store.ledger import Run
from jobs import timetable
from jobs.process import Limits, Process, Start, Started
from jobs.timetable import Timetable
from tests.store.conftest import databases, engine, url

__all__ = ["databases", "engine", "url"]

PLENTY = Limits(timedelta(minutes=5), 4096)
NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)


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
    """A command in place of the job's own; ``answer(message, news)`` is what a job says."""
    said = (
        "import json, os, signal, subprocess, sys, time\n"
        "def answer(message, news=False):\n"
        "    sys.stdout.write(json.dumps({'message': message, 'news': news}))\n"
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
    """Wait until something is true; a machine may be slow, so the limit is long."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)
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
