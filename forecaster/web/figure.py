"""A chart as a page shows it: drawn, with its table under the fold and its downloads.

Downloads have the address of the page they stand on, with ``figure=NAME&format=svg|png|csv``, so
that a figure of a past day is asked for with the same ``as_of``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from forecaster.web.formats import as_csv
from forecaster.web.studio import Drawing

FORMATS = ("svg", "png", "csv")


class Column(NamedTuple):
    """One column of a figure's table.

    ``name`` heads it in the CSV, ``title`` on the page; ``say`` puts a value into words there.
    """

    name: str
    title: str
    say: Callable[[Any], str] = str
    number: bool = True


def interval(
    say: Callable[[Any], str], *, lower: str = "lower", upper: str = "upper"
) -> list[Column]:
    """The columns of a mean with its 90 % interval; ``lower`` and ``upper`` head the ends."""
    return [Column("mean", "Mean", say), Column(lower, "5 %", say), Column(upper, "95 %", say)]


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart, exact; ``brief`` are the rows that the page shows, or all."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    brief: Sequence[int] | None = None

    def shown(self) -> list[list[str]]:
        """The cells on the page."""
        chosen = range(len(self.rows)) if self.brief is None else self.brief
        return [
            [
                "–" if value is None else column.say(value)
                for column, value in zip(self.columns, self.rows[at], strict=True)
            ]
            for at in chosen
        ]

    def csv(self) -> str:
        """The whole table in full precision; text cannot act as a formula."""
        return as_csv.lines([column.name for column in self.columns], self.rows)


@dataclass(frozen=True)
class Figure:
    """One chart.

    ``title`` is the finding or the question, ``note`` how to read it, ``alt`` what it shows to
    somebody who does not see it. ``small`` sets it among others of its kind.
    """

    title: str
    alt: str
    drawing: Drawing
    table: Table
    note: str = ""
    small: bool = False


def yearly(months: Sequence[str]) -> list[int]:
    """The rows of a monthly table that a page shows: each December, and the last month."""
    last = len(months) - 1
    return [at for at, month in enumerate(months) if month.endswith("-12") or at == last]
