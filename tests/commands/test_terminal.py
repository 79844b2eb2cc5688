"""What a person sees: nothing runs over the edge of the terminal, and a pipe gets whole lines."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.commands import columns
from tests.commands.conftest import COMMAND, ROOT, Put, Run

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
cell = st.lists(words, max_size=8).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 6))
    return draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=5))


@given(tables(), st.integers(40, 130))
def test_a_table_on_a_terminal_loses_nothing_and_fits(cells: list[list[str]], wide: int) -> None:
    lines = list(columns.lines(cells, right=(1,), wide=wide))

    said = [word for row in cells for text in row for word in text.split()]
    assert " ".join(lines).split() == said
    if all(len(text) + len(columns.BELOW) <= wide for row in cells for text in row[:-1]):
        assert max(map(len, lines)) <= wide


@given(tables())
def test_a_table_in_a_pipe_has_one_line_a_row(cells: list[list[str]]) -> None:
    lines = list(columns.lines(cells))

    assert len(lines) == len(cells)
    assert lines == [line.rstrip() for line in lines]


def test_columns_stand_below_each_other() -> None:
    cells = [["name", "value", "why"], ["a", "1", "because"], ["bcd", "1000", "so"]]

    assert list(columns.lines(cells, right=(1,))) == [
        "name  value  why",
        "a         1  because",
        "bcd    1000  so",
    ]


def test_what_does_not_fit_goes_below_and_an_address_stays_whole() -> None:
    address = "https://example.org/" + 20 * "x"
    cells = [["period", "value", "source"], ["2026", "4", f"one {address} two"]]

    assert list(columns.lines(cells, wide=44)) == [
        "period  value",
        "    source",
        "2026    4",
        "    one",
        f"    {address}",
        "    two",
    ]


def test_a_long_last_column_hangs_below_its_beginning() -> None:
    text = "a sentence that is much too long for the little room that is left beside"
    lines = list(columns.lines([["x", "y"], ["name", text]], wide=48))

    assert lines[1].startswith("name  a sentence")
    assert all(line.startswith("      ") for line in lines[2:])
    assert max(map(len, lines)) <= 48


def on_terminal(home: Path, wide: int, *words: str) -> list[str]:
    """The lines that a command writes to a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, wide, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | {"FORECASTER_HOME": str(home), "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    try:
        while more := os.read(ours, 65536):
            seen += more
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    finally:
        os.close(ours)
        process.wait(timeout=60)
    return seen.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize(
    "command",
    [("show",), ("history",), ("indicators",), ("settings",), ("check",), ("record", "nothing")],
    ids=lambda command: command[0],
)
def test_nothing_runs_over_the_edge_of_eighty_columns(
    home: Path, put: Put, command: tuple[str, ...]
) -> None:
    put()
    lines = on_terminal(home, 80, *command)

    assert len(lines) > 2 or command[0] == "check"
    over = [line for line in lines if len(line) > 80 and len(line.split()) > 1]
    assert [line for line in over if not any(len(word) > 70 for word in line.split())] == []


def test_an_error_is_broken_on_a_terminal_and_one_line_in_a_pipe(home: Path) -> None:
    command = (
        *("record", "trade_total", "--period", "2026-08", "--value", "20500"),
        *("--source", "https://example.org"),
    )
    lines = on_terminal(home, 80, *command)

    assert len(lines) == 3
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).endswith("if it is right, record it again with --reason")


def test_the_confirmation_comes_before_its_remarks(home: Path, run: Run) -> None:
    command = (
        *("record", "leader_meetings", "--period", "2026-10", "--value", "1"),
        *("--source", "https://example.org"),
    )
    lines = on_terminal(home, 80, *command)

    assert lines[0] == "recorded leader_meetings 2026-10 = 1 (vintage 1)"
    assert lines[1].startswith("note: nothing is recorded for 1 Jun 2026 to 30 Sep 2026")
    again = run(*command)
    assert again.stdout.startswith("leader_meetings 2026-10 = 1 is known already")


def test_help_tells_each_command_in_a_whole_sentence(home: Path) -> None:
    lines = on_terminal(home, 80, "--help")
    told = lines[lines.index("Commands:") + 1 :]

    assert told
    assert [line for line in told if not line.endswith(".") or line.endswith("...")] == []
