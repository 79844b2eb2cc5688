"""How commands read moments and speak: text for people, one JSON document for programs.

Typer is not imported here: ``show`` starts without it.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from forecaster.commands import columns
from forecaster.errors import UsageError

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


def past_moment(text: str | None, option: str, now: datetime) -> datetime | None:
    """Read a moment that has passed: a day means its end, but today means now.

    Raises
    ------
    UsageError
        If the text is neither a day nor a moment.
    """
    found = moment(text, option)
    return now if text == now.date().isoformat() else found


def moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """Read a moment: a day means its end; without a zone UTC is meant.

    Raises
    ------
    UsageError
        If the text is neither a day nor a moment.
    """
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option}: {text!r} is no moment; write 2018-12-31 or 2018-12-31T12:00Z"
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(text: str, option: str) -> date:
    """Read a day.

    Raises
    ------
    UsageError
        If the text is no day of the calendar.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no day; write 2026-10-17") from None


def web_address(text: str) -> str:
    """Read ``--source``: where anybody can look the value up.

    Raises
    ------
    UsageError
        If it is not an http or https address with a host.
    """
    if not re.fullmatch(r"https?://[^\s/?#@]+\.?[^\s]*", text.strip()):
        raise UsageError(f"--source: {text!r} is no web address; write https://...")
    return text.strip()
