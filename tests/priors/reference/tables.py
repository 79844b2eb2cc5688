"""A dyad-year table of a few made-up pairs, as counting reads it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from priors.reference.counting import COLUMNS, SOURCE

Row = dict[str, str]


def row(ccode1: int, ccode2: int, year: int, **changes: object) -> Row:
    """Two major powers, a third in strength, without a pact; what is not coded is empty."""
    plain: dict[str, object] = {
        "ccode1": ccode1,
        "abb1": f"S{ccode1}",
        "ccode2": ccode2,
        "abb2": f"S{ccode2}",
        "year": year,
        "major1": 1,
        "major2": 1,
        "contiguity": 0,
        "alliance_stage": 0,
        "ever_defense_before": 0,
        "cinc_ratio_minmax": 0.3,
        "war_same_side": 0,
        "rivalry": 0,
        "common_major_rival": 0,
    }
    return {name: str(value) for name, value in (plain | changes).items()}


def save(folder: Path, rows: Iterable[Row]) -> Path:
    """The table in a folder, as the file that counting looks for."""
    with (folder / SOURCE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder
