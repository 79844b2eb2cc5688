"""How commands speak: text for people, one JSON document for programs.

Typer is not imported here: ``show`` starts without it.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from forecaster.commands import columns

WIDEST = 100


def document(content: object) -> None:
    """One JSON document on stdout, in full precision."""
    say(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))


def say(text: str = "") -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """A line on stdout, broken between words where somebody reads it on a terminal."""
    wide = _columns() if sys.stdout.isatty() else None
    say("\n".join(columns.broken("", text, wide)))


def remark(text: str) -> None:
    """A line on stderr that is no failure."""
    complain(f"note: {text}")


def complain(text: str) -> None:
    """Lines on stderr, each broken between words where somebody reads them on a terminal."""
    wide = _columns() if sys.stderr.isatty() else None
    for line in text.splitlines():
        sys.stderr.write("\n".join(columns.broken("", line, wide)) + "\n")


def paragraph(text: str, indent: str = "") -> None:
    """Text broken to the width of the terminal."""
    wide = min(_columns(), WIDEST)
    say(textwrap.fill(text, wide, initial_indent=indent, subsequent_indent=indent))


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Columns of text, those in ``right`` set to the right, fitted to the terminal if it is one."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    for line in columns.lines(cells, right, _columns() if sys.stdout.isatty() else None):
        say(line)


def _columns() -> int:
    return shutil.get_terminal_size((WIDEST, 24)).columns


def on_terminal() -> bool:
    """Whether somebody watches: progress is shown then, and only then."""
    return sys.stderr.isatty()
