"""CSV as of RFC 4180, in full precision, with its units in a second file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from forecaster.web.formats.sheet import Sheet

#: A cell that begins so would be a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(sheet: Sheet) -> bytes:
    """The table."""
    return lines([column.name for column in sheet.columns], sheet.rows).encode()


def units(sheet: Sheet) -> bytes:
    """The side file: what stands in each column, and in which unit."""
    rows = [(one.name, one.unit, one.note) for one in sheet.columns]
    return lines(["column", "unit", "note"], rows).encode()


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Header and rows; no text of them acts as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe(value) for value in row])
    return out.getvalue()


def safe(value: Any) -> Any:
    """A cell: nothing for None, and text that begins like a formula behind an apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
