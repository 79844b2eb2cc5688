"""A disk that is full: one clear line, nothing lost, nothing half-written, and it goes on later.

The system itself refuses to let any file of the process grow beyond a size. Nor may Python keep
bytecode meanwhile: some versions leave a file that was cut short, which no later start can read.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from forecaster import settings, update
from forecaster.errors import StoreError
from forecaster.posterior import files
from forecaster.store import chain, forecasts, readings, runs
from forecaster.store.engine import open_engine, reading
from forecaster.wiring import Desk
from tests import posteriors
from tests.commands.conftest import COMMAND, NOW, ROOT, Start

RECORD = (
    *("record", "leader_meetings", "--period", "2026-10", "--value", "1"),
    *("--source", "https://example.org/page"),
)


def limited(home: Path, limit: int, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-m", "tests.commands.standin", str(limit), "-", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"FORECASTER_HOME": str(home)},
        timeout=120,
        check=False,
    )


def failed(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that was told."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("forecaster: ")
    assert "unexpected" not in line
    assert "space" in line
    return line


def whole(home: Path) -> None:
    """The database is sound, and the chain over its readings closed."""
    database = home / settings.DATABASE_NAME
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with reading(open_engine(f"sqlite:///{database}")) as connection:
        assert chain.problems(connection) == []


@pytest.mark.parametrize("limit", [8_192, 300_000])
def test_init_leaves_all_or_nothing_and_ends_the_work_later(
    tmp_path: Path, limit: int, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new"
    assert "nothing of this step was stored" in failed(limited(home, limit, "init"))

    monkeypatch.setenv("FORECASTER_HOME", str(home))
    again = start("init")
    assert again.returncode == 0, again.stderr
    assert "loaded" in again.stdout
    whole(home)


@pytest.mark.parametrize("limit", [1, 1_000_000])
def test_record_adds_nothing_and_what_was_known_stays(
    home: Path, desk: Desk, limit: int, start: Start
) -> None:
    before = readings.vintages(desk.engine, "leader_meetings")
    assert "nothing of this step was stored" in failed(limited(home, limit, *RECORD))

    assert readings.vintages(desk.engine, "leader_meetings") == before
    whole(home)
    assert start(*RECORD).stdout == "recorded leader_meetings 2026-10 = 1 (vintage 1)\n"


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = kept
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fit is not what fails here."""
    monkeypatch.setattr(update, "infer", lambda *_, **__: posteriors.posterior())


def test_update_says_in_one_line_that_the_posterior_found_no_room(home: Path) -> None:
    """The database has room, for its file is long already; the posterior has none."""
    line = failed(limited(home, 300_000, "update"))

    assert "the posterior" in line
    assert "nothing was stored" in line
    assert list((home / "posteriors").iterdir()) == []
    whole(home)


@pytest.mark.usefixtures("made_up")
def test_update_with_no_room_at_all_does_not_begin(home: Path, desk: Desk) -> None:
    with room_for(1), pytest.raises(StoreError, match=r"free some space|free space"):
        update.run(desk)

    assert runs.recent(desk.engine) == []
    assert not list(home.glob("posteriors/*"))
    whole(home)


@pytest.mark.usefixtures("made_up")
def test_a_forecast_that_stands_goes_on_standing(home: Path, desk: Desk) -> None:
    first = update.run(desk).document
    assert first is not None
    (kept,) = (home / "posteriors").iterdir()
    for size, told in ((200_000, "the posterior"), (1_400_000, "the database")):
        with room_for(size), pytest.raises(StoreError, match=told):
            update.run(desk, force=True)
        newest = runs.recent(desk.engine)[0]
        assert newest.status == "failed"
        assert told in newest.message
        assert [kept] == list((home / "posteriors").iterdir())
        assert forecasts.standing(desk.engine) == first
        whole(home)

    place = forecasts.posterior_of(desk.engine, first["forecast_id"])
    assert place is not None
    assert files.load(home / place[0], place[1]).attrs["random_seed"] == 1
    later = replace(desk, clock=lambda: NOW + timedelta(hours=1))
    assert update.run(later, force=True).kind == "published"
    assert len(forecasts.history(desk.engine)) == 2


def test_an_output_that_takes_no_more_is_told(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "indicators", "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"FORECASTER_HOME": str(home)},
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == (
        "forecaster: the output or a file cannot be written (No space left on device); "
        "free some space and run it again\n"
    )
