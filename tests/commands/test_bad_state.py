"""What a person is told when the state is not as it should be, or somebody else is at work."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecaster import settings, update
from forecaster.store import forecasts, readings, runs
from forecaster.wiring import Desk
from tests import posteriors
from tests.commands.conftest import COMMAND, ROOT, Put, Start

URL = "https://example.org/page"
RECORD = ("record", "trade_total", "--period", "2026-09", "--value", "20", "--source", URL)
RESOLVE = ("resolve", "alliance", "--date", "2026-10-01", "--source", URL)
EVERY_COMMAND = [
    ("init",),
    RECORD,
    RESOLVE,
    ("update",),
    ("show",),
    ("history",),
    ("indicators",),
    ("readings", "trade_total"),
    ("leads",),
    ("quarantine",),
    ("report", "--output", "page.html"),
]


def environment(home: Path, **chosen: int) -> dict[str, str]:
    stated = {f"FORECASTER_{name.upper()}": str(value) for name, value in chosen.items()}
    return {**os.environ, "FORECASTER_HOME": str(home), **stated}


@contextmanager
def child(home: Path, *words: str, **chosen: int) -> Iterator[subprocess.Popen[str]]:
    """A process of its own, killed at the end if it still runs."""
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home, **chosen),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=lambda words: words[0])
def test_a_database_newer_than_the_program_is_left_alone(
    home: Path, put: Put, start: Start, words: tuple[str, ...]
) -> None:
    put()
    database = home / settings.DATABASE_NAME
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    before = database.read_bytes()
    done = start(*words)

    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "was made by a newer version of this program (it has 0099" in line
    assert "install the newer version again" in line
    assert database.read_bytes() == before
    assert not (ROOT / "page.html").exists()


@pytest.fixture
def standing(home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A forecast that stands now, with a real posterior file; the file."""
    monkeypatch.setattr(update, "infer", lambda *_, **__: posteriors.posterior())
    now = Desk(desk.settings, desk.engine, clock=lambda: datetime.now(UTC))
    assert update.run(now).kind == "published"
    (file,) = (home / "posteriors").iterdir()
    return file


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_a_damaged_posterior_is_named_and_the_forecast_still_shown(
    standing: Path, start: Start, tmp_path: Path, damage: str
) -> None:
    content = standing.read_bytes()
    match damage:
        case "cut":
            standing.write_bytes(content[: len(content) // 2])
        case "flipped":
            middle = len(content) // 2
            changed = bytes([content[middle] ^ 1])
            standing.write_bytes(content[:middle] + changed + content[middle + 1 :])
        case "gone":
            standing.unlink()
    page = tmp_path / "page.html"
    report, show = start("report", "--output", str(page)), start("show")

    assert (report.returncode, report.stdout) == (1, "")
    (line,) = report.stderr.splitlines()
    assert standing.name in line
    assert "`forecaster update --force`" in line
    assert not page.exists()
    assert (show.returncode, show.stderr) == (0, "")
    assert show.stdout.splitlines()[0].endswith("published")


def test_of_two_updates_at_once_the_second_says_who_is_at_work(
    home: Path, desk: Desk, start: Start, tmp_path: Path
) -> None:
    go_on = tmp_path / "go on"
    standin = (sys.executable, "-m", "tests.commands.standin", "0", str(go_on), "update")
    with child(home, *standin) as first:
        wait_for(Path(f"{go_on}.ready"))
        second, recorded = start("update"), start(*RECORD)
        go_on.touch()
        told, complaint = first.communicate(timeout=60)

    assert (second.returncode, second.stdout) == (1, "")
    (line,) = second.stderr.splitlines()
    assert f"`forecaster update` (process {first.pid}, since 20" in line
    assert "wait for it to end or stop it, then try again" in line
    assert (first.returncode, complaint) == (0, "")
    assert told.startswith("published: forecast ")
    assert len(forecasts.history(desk.engine)) == 1
    # The fit holds the lock of updates, and not the database.
    assert recorded.returncode == 0
    assert any(one.period == "2026-09" for one in readings.vintages(desk.engine, "trade_total"))


@pytest.mark.slow
def test_control_c_in_the_middle_of_a_fit(home: Path, desk: Desk, put: Put) -> None:
    """A real fit on a terminal, stopped once its first steps are done; then a small one."""
    put()
    before = forecasts.standing(desk.engine)
    with on_terminal(home, "update", draws=500, tune=500, chains=2) as (process, terminal):
        shown = read_until(terminal, r"sampling: [1-9][\d,]* of [\d,]+ steps", seconds=400)
        assert "reading what is known" in shown
        process.send_signal(signal.SIGINT)
        told = read_until(terminal, "the last forecast stands", seconds=60)
        assert process.wait(timeout=60) == 130

    assert "forecaster: stopped by the user; nothing was stored" in told
    (run,) = runs.recent(desk.engine)
    assert run.status == "failed"
    assert run.message == "stopped by the user; nothing was stored, the last forecast stands"
    assert forecasts.standing(desk.engine) == before
    assert not list(home.glob("posteriors/*"))

    # Nothing holds the next one up; so few draws cannot pass the gate, and are kept aside.
    with child(home, *COMMAND, "update", draws=50, tune=50, chains=2) as small:
        _, complaint = small.communicate(timeout=240)
    assert small.returncode == 1
    assert "the fit is kept but not shown" in complaint
    assert forecasts.standing(desk.engine) == before
    assert len(list(home.glob("posteriors/*.nc"))) == 1


@contextmanager
def on_terminal(
    home: Path, *words: str, **chosen: int
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command with a terminal for what it tells, and that terminal to read from."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment(home, **chosen) | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(terminal: int, pattern: str, seconds: float) -> str:
    """What comes up to the pattern; the wait ends in a failure that shows it."""
    seen = ""
    deadline = time.monotonic() + seconds
    while not re.search(pattern, seen):
        left = deadline - time.monotonic()
        assert left > 0, f"{pattern!r} did not come: {seen[-500:]}"
        ready, _, _ = select.select([terminal], [], [], left)
        try:
            seen += os.read(terminal, 4096).decode(errors="replace") if ready else ""
        except OSError:  # the other side has closed it
            pytest.fail(f"it ended before {pattern!r} came: {seen[-2000:]}")
    return seen
