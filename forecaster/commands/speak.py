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

from forecaster.errors import UsageError

WIDEST = 100


def document(content: object) -> None:
    """One JSON document on stdout, in full precision."""
    say(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))


def say(text: str = "") -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def remark(text: str) -> None:
    """A line on stderr that is no failure."""
    sys.stderr.write(f"{text}\n")


def paragraph(text: str, indent: str = "") -> None:
    """Text broken to the width of the terminal."""
    wide = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    say(textwrap.fill(text, wide, initial_indent=indent, subsequent_indent=indent))


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Columns of text, two spaces apart; those in ``right`` are set to the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        padded = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(padded).rstrip())


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
