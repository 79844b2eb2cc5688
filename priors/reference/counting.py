"""From public dyad-year tables to our own counts. Imports the table's shape and nothing heavy.

The dyad-year table has a row for each pair of powers and year with the columns of ``COLUMNS``; it
is not part of the project. What enters the project are counts by kind of pair, and which pairs made
which change in which year.
"""

from __future__ import annotations

import csv
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from priors.distribution import Sources, Strict, Text
from priors.reference.table import HERE, LAST_YEAR, Cause, Cell, Change, Exposure, Table

SOURCE = "dyad_years.csv"
COLUMNS = (
    *("ccode1", "abb1", "ccode2", "abb2", "year", "major1", "major2", "contiguity"),
    *("alliance_stage", "ever_defense_before", "cinc_ratio_minmax", "war_same_side"),
    *("rivalry", "common_major_rival"),
)
FORECAST_PAIR, LEFT_OUT_FROM = (365, 710), 1992
GENERAL_WARS = (range(1914, 1919), range(1939, 1946))
COALITIONS_UNTIL = 1945  # later on, one side in a war means contingents sent to Korea and the like
FOLDS = 5
PLEDGED = 2

Pair = tuple[int, int]


class Pledge(Strict):
    """A pledge since 2019, coded by hand."""

    year: Annotated[int, Field(ge=2019, le=LAST_YEAR["pledge"])]
    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    title: Text
    counted: bool
    why: Text
    source: Sources


Flag = Annotated[int, Field(ge=0, le=1)]


class Added(Strict):
    """A pair that the dyad-year table lacks, coded by hand from ``since`` on.

    ``state`` holds until ``pact_since``, from which a lesser pact is in force.
    """

    pair: Pair
    name: Text
    since: int
    majors: Flag
    rival: Flag
    state: Flag
    pact_since: int
    asymmetry: Annotated[int, Field(ge=0, le=2)]
    border: Flag
    earlier_pledge: Flag
    why: Text
    source: Sources


class ByHand(Strict):
    """``pledges.toml``."""

    pledge: tuple[Pledge, ...]
    added: tuple[Added, ...] = ()


@dataclass(frozen=True)
class State:
    """How a pair stands in one year."""

    majors: int
    rival: int
    state: int
    asymmetry: int
    border: int
    own_rivalry: int
    earlier_pledge: int
    one_side: int


UNCODED = State(0, 0, 0, 1, 0, 0, 0, 0)
"""What is taken where nothing was ever coded."""


def coded_by_hand(path: Path = HERE / "pledges.toml") -> ByHand:
    """What was coded by hand."""
    with path.open("rb") as file:
        return ByHand.model_validate(tomllib.load(file))


def count(folder: Path, by_hand: ByHand | None = None) -> Table:
    """The whole table from the dyad-year file in a folder.

    Raises
    ------
    ValueError
        If a column is missing, or a pledge coded by hand is counted for a pair that is no pair of
        powers or had one already.
    """
    coded = by_hand or coded_by_hand()
    names, histories = _histories(folder / SOURCE)
    _carry_on(histories)
    for one in coded.added:
        names[one.pair], histories[one.pair] = one.name, _added(one)
    _pledge(histories, coded.pledge)
    exposure: Counter[Cell] = Counter()
    with_rival: Counter[Cell] = Counter()
    made: defaultdict[tuple[Cause, int], dict[Pair, Cell]] = defaultdict(dict)
    for pair, history in histories.items():
        for year, before, now in _steps(pair, history):
            cell = _cell(pair, year, before, now)
            exposure[cell] += 1
            with_rival[cell] += now.rival
            for cause in _changes(year, before, now):
                made[cause, year][pair] = cell
    changes = [
        Change(cause, f"{year}-{number}", names[pair], cells[pair])
        for (cause, year), cells in made.items()
        for number, group in enumerate(_together(cells), start=1)
        for pair in group
    ]
    return Table(
        tuple(Exposure(cell, exposure[cell], with_rival[cell]) for cell in sorted(exposure)),
        tuple(sorted(changes)),
    )


def _histories(path: Path) -> tuple[dict[Pair, str], dict[Pair, dict[int, State]]]:
    """Names of the pairs, and how each stood, by year."""
    names: dict[Pair, str] = {}
    found: defaultdict[Pair, dict[int, State]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
        if missing:
            raise ValueError(f"{path.name} lacks the columns {', '.join(missing)}")
        rows = sorted(reader, key=lambda row: int(row["year"]))
    for row in rows:
        pair = int(row["ccode1"]), int(row["ccode2"])
        year = int(row["year"])
        names[pair] = f"{row['abb1']}-{row['abb2']}"
        found[pair][year] = _state(row, found[pair].get(year - 1))
    return names, dict(found)


def _state(row: Mapping[str, str], before: State | None) -> State:
    """A row as a state; what is not coded any more stays as it was the year before."""
    old = before or UNCODED

    def whole(name: str, unless: int) -> int:
        return int(float(row[name])) if row[name] else unless

    ratio, stage = row["cinc_ratio_minmax"], row["alliance_stage"]
    coded = PLEDGED if stage and float(stage) >= 4 else int(bool(stage and float(stage) > 0))
    return State(
        majors=int(row["major1"]) * int(row["major2"]),
        rival=whole("common_major_rival", old.rival),
        state=coded if stage else old.state,
        asymmetry=_asymmetry(float(ratio)) if ratio else old.asymmetry,
        border=int(row["contiguity"] == "1"),
        own_rivalry=whole("rivalry", old.own_rivalry),
        earlier_pledge=whole("ever_defense_before", old.earlier_pledge),
        one_side=whole("war_same_side", 0),
    )


def _asymmetry(ratio: float) -> int:
    return 0 if ratio >= 0.5 else 1 if ratio >= 0.2 else 2


def _carry_on(histories: Mapping[Pair, dict[int, State]]) -> None:
    """Years without a row since the tables end: as the year before."""
    newest = max(max(history) for history in histories.values())
    for history in histories.values():
        for year in range(newest + 1, LAST_YEAR["pledge"] + 1):
            if year - 1 in history:
                history[year] = history[year - 1]


def _added(one: Added) -> dict[int, State]:
    return {
        year: State(
            majors=one.majors,
            rival=one.rival,
            state=1 if year >= one.pact_since else one.state,
            asymmetry=one.asymmetry,
            border=one.border,
            own_rivalry=0,
            earlier_pledge=one.earlier_pledge,
            one_side=0,
        )
        for year in range(one.since, LAST_YEAR["pledge"] + 1)
    }


def _pledge(histories: Mapping[Pair, dict[int, State]], coded: Iterable[Pledge]) -> None:
    """Let the pledges coded by hand be in force from their year on."""
    for one in coded:
        for pair in one.pairs if one.counted else ():
            history = histories.get(pair, {})
            if one.year - 1 not in history or history[one.year - 1].state == PLEDGED:
                raise ValueError(
                    f"pledges.toml: {one.title}: {pair} is no pair of powers without a pledge in "
                    f"{one.year - 1}; set counted = false and say why"
                )
            for year in range(one.year, LAST_YEAR["pledge"] + 1):
                history[year] = replace(history[year], state=PLEDGED)


def _steps(pair: Pair, history: Mapping[int, State]) -> Iterator[tuple[int, State, State]]:
    """Each year with the one before, for as long as the pair may speak."""
    for year, now in history.items():
        before = history.get(year - 1)
        if before is None or (pair == FORECAST_PAIR and year >= LEFT_OUT_FROM):
            continue
        yield year, before, now


def _cell(pair: Pair, year: int, before: State, now: State) -> Cell:
    general = any(year in war for war in GENERAL_WARS)
    return Cell(
        year=year,
        majors=now.majors,
        rival=before.rival,
        state=before.state,
        asymmetry=before.asymmetry,
        border=before.border,
        own_rivalry=before.own_rivalry,
        earlier_pledge=max(now.earlier_pledge, int(before.state == PLEDGED)),
        wartime=int(general or (year <= COALITIONS_UNTIL and now.one_side == 1)),
        fold=zlib.crc32(f"{pair[0]}-{pair[1]}".encode()) % FOLDS,
    )


def _changes(year: int, before: State, now: State) -> Iterator[Cause]:
    found: dict[Cause, bool] = {
        "pledge": before.state < PLEDGED == now.state,
        "pledge_end": before.state == PLEDGED > now.state,
        "rivalry": before.own_rivalry < now.own_rivalry,
        "rivalry_end": before.own_rivalry > now.own_rivalry,
    }
    yield from (cause for cause, yes in found.items() if yes and year <= LAST_YEAR[cause])


def _together(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs that share a member, directly or through others, made their change together."""
    groups: list[list[Pair]] = []
    for pair in sorted(pairs):
        joined = [group for group in groups if any(set(pair) & set(one) for one in group)]
        for group in joined:
            groups.remove(group)
        groups.append(sorted([pair, *(one for group in joined for one in group)]))
    return sorted(groups)
