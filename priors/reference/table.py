"""The counts as they are kept: pair-years by kind of pair, and every change with its members."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

HERE = Path(__file__).parent
EXPOSURE, CHANGES = "exposure.csv", "changes.csv"

Cause = Literal["pledge", "rivalry", "pledge_end", "rivalry_end"]
CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True, order=True)
class Cell:
    """A year and a kind of pair; all but ``year``, ``wartime`` and ``fold`` as of the year before.

    Attributes
    ----------
    majors : 1 where both are major powers
    rival : 1 where a third major power is a rival of both
    state : 0 no pact, 1 a lesser pact (non-aggression, neutrality, consultation), 2 a pledge to
        fight (defence or offence)
    asymmetry : share of the weaker in the capabilities of the stronger: 0 half or more, 1 between,
        2 less than a fifth
    border : 1 where they share a land border
    own_rivalry : 1 where the two are rivals themselves
    earlier_pledge : 1 where a pledge was in force in any earlier year
    wartime : 1 in general wars, and where the two fight on one side
    fold : 0 to 4, by which whole pairs are left out together
    """

    year: int
    majors: int
    rival: int
    state: int
    asymmetry: int
    border: int
    own_rivalry: int
    earlier_pledge: int
    wartime: int
    fold: int

    def at_risk(self, cause: Cause) -> bool:
        """Whether pairs of this kind can make that change."""
        if cause == "pledge":
            return self.state < 2
        if cause == "pledge_end":
            return self.state == 2
        return self.own_rivalry == (cause == "rivalry_end")


@dataclass(frozen=True)
class Exposure:
    """Pair-years of one kind. ``rival_after`` of them have a common major rival at their end."""

    cell: Cell
    pair_years: int
    rival_after: int


@dataclass(frozen=True, order=True)
class Change:
    """One pair's part in a change; pairs with the same ``event`` made it together."""

    cause: Cause
    event: str
    pair: str
    cell: Cell


@dataclass(frozen=True)
class Table:
    """The whole reference class, in a fixed order."""

    exposure: tuple[Exposure, ...]
    changes: tuple[Change, ...]

    def pair_years(self, cause: Cause, cells: Iterable[Cell] | None = None) -> int:
        """Pair-years at risk of a change, of all cells or of some."""
        chosen = None if cells is None else set(cells)
        return sum(
            one.pair_years
            for one in self.exposure
            if one.cell.at_risk(cause)
            and one.cell.year <= LAST_YEAR[cause]
            and (chosen is None or one.cell in chosen)
        )

    def events(self, cause: Cause) -> dict[str, tuple[Change, ...]]:
        """The changes of one kind with their members."""
        found: dict[str, tuple[Change, ...]] = {}
        for one in self.changes:
            if one.cause == cause:
                found[one.event] = (*found.get(one.event, ()), one)
        return found


LAST_YEAR: dict[Cause, int] = {
    "pledge": 2025,  # by hand since 2019
    "rivalry": 2020,
    "pledge_end": 2018,
    "rivalry_end": 2020,
}
"""The last year that is coded, by cause; later pair-years are no exposure."""

_KEYS = tuple(one.name for one in fields(Cell))


def write(table: Table, folder: Path) -> None:
    """Both files, rows sorted, so that a change of one number is one line of a diff."""
    _write(
        folder / EXPOSURE,
        (*_KEYS, "pair_years", "rival_after"),
        ((*astuple(one.cell), one.pair_years, one.rival_after) for one in table.exposure),
    )
    _write(
        folder / CHANGES,
        ("cause", "event", "pair", *_KEYS),
        ((one.cause, one.event, one.pair, *astuple(one.cell)) for one in table.changes),
    )


def read(folder: Path = HERE) -> Table:
    """Both files.

    Raises
    ------
    ValueError
        If a column is missing or a number is none, with the file's name.
    """
    exposure = [
        Exposure(_cell(row), int(row["pair_years"]), int(row["rival_after"]))
        for row in _rows(folder / EXPOSURE, (*_KEYS, "pair_years", "rival_after"))
    ]
    changes = [
        Change(_cause(row["cause"]), row["event"], row["pair"], _cell(row))
        for row in _rows(folder / CHANGES, ("cause", "event", "pair", *_KEYS))
    ]
    return Table(tuple(exposure), tuple(changes))


def digest(folder: Path = HERE) -> str:
    """SHA-256 over both files: what a fit says that it was made from."""
    content = b"".join((folder / name).read_bytes() for name in (EXPOSURE, CHANGES))
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _rows(path: Path, wanted: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = sorted(set(wanted) - set(reader.fieldnames or ()))
        if missing:
            raise ValueError(f"{path.name} lacks the columns {', '.join(missing)}")
        return list(reader)


def _cell(row: dict[str, str]) -> Cell:
    return Cell(**{name: int(row[name]) for name in _KEYS})


def _cause(text: str) -> Cause:
    for one in CAUSES:
        if one == text:
            return one
    raise ValueError(f"{CHANGES}: no cause is called {text!r}; there are: {', '.join(CAUSES)}")
