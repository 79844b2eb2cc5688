"""The entry point: one line for every failure, and the right exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forecaster.errors import ForecasterError, InvalidFiles
from jobs import cli
from tests.commands.conftest import COMMAND, ROOT, Run, Start

COMMANDS = {
    "init",
    "record",
    "resolve",
    "update",
    "show",
    "history",
    "indicators",
    "readings",
    "report",
    "check",
    "settings",
    "serve",
    "jobs",
    "backup",
    "restore",
    "verify",
}


def test_help_lists_every_command_and_imports_no_sampler(start: Start) -> None:
    done = start("--help")
    code = (
        "import sys; sys.argv = ['forecaster', '--help']\n"
        "from jobs.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    inner = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(inner.stderr.split())

    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")} >= (
        COMMANDS
    )
    assert {"pymc", "pytensor", "xarray", "sqlalchemy", "altair"} & loaded == set()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(run: Run, command: str) -> None:
    done = run(command, "--help")

    assert done.exit_code == 0
    assert f"forecaster {command}" in done.stdout or f"{command} [OPTIONS]" in done.stdout


@pytest.mark.parametrize(
    "words", [["shew"], ["show", "--jsn"], ["record"], ["readings"], ["update", "--seed", "x"]]
)
def test_wrong_words_are_wrong_usage(start: Start, words: list[str]) -> None:
    done = start(*words)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def _main(monkeypatch: pytest.MonkeyPatch, error: BaseException, *words: str) -> int:
    def fails(_words: list[str]) -> None:
        raise error

    monkeypatch.setattr(cli, "run", fails)
    monkeypatch.setattr(sys, "argv", ["forecaster", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert isinstance(left.value.code, int)
    return left.value.code


def test_a_failure_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, ForecasterError("this failed; do that"), "show") == 1
    assert capsys.readouterr().err == "forecaster: this failed; do that\n"


def test_debug_adds_the_traceback_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, ForecasterError("this failed"), "show", "--debug") == 1
    told = capsys.readouterr().err

    assert told.startswith("Traceback")
    assert told.endswith("forecaster: this failed\n")


def test_all_problems_of_files_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, InvalidFiles(["a: wrong", "b: wrong"]), "check") == 1
    assert capsys.readouterr().err == "forecaster: a: wrong\nb: wrong\n"


def test_what_nobody_foresaw_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, KeyError("x"), "show") == 1
    told = capsys.readouterr().err

    assert told == "forecaster: unexpected KeyError: 'x'; run it again with --debug to see where\n"


def test_control_c_is_told_and_leaves_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, KeyboardInterrupt(), "update") == 130
    assert "stopped by the user" in capsys.readouterr().err


def test_control_c_inside_a_command(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "from forecaster.commands import settings as one\n"
        "def load(*_):\n"
        f"    open({str(tmp_path / 'ready')!r}, 'w').close()\n"
        "    time.sleep(30)\n"
        "one.stated.load = load\n"
        "from jobs.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "settings"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert told == "forecaster: stopped by the user; nothing was published\n"


def test_a_reader_that_goes_away_is_no_failure(home: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "readings", "leader_meetings", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"FORECASTER_HOME": str(home)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()

    assert (process.wait(timeout=60), told) == (0, b"")


def test_settings_are_printed_with_their_origin(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://analyst:hunter2@db.example/forecasts"
    monkeypatch.setenv("FORECASTER_DATABASE_URL", url)
    monkeypatch.setenv("FORECASTER_DRAWZ", "3")
    text = start("settings")
    found = json.loads(start("settings", "--json").stdout)
    listed = {one["name"]: one for one in found["settings"]}

    assert listed["database_url"]["value"] == "postgresql://analyst:***@db.example/forecasts"
    assert listed["database_url"]["origin"] == "FORECASTER_DATABASE_URL"
    assert listed["draws"]["origin"] == "default"
    assert found["ignored"] == ["FORECASTER_DRAWZ"]
    assert "hunter2" not in text.stdout
    assert "FORECASTER_DRAWZ" in text.stderr
