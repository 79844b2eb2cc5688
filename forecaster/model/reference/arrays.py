"""The table as the arrays of the fit. All causes stand in one list of cells and one of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from priors.reference.covariates import COVARIATES, EFFECTS, SHIFTING, values
from priors.reference.stances import Stances, Wars
from priors.reference.table import CAUSES, LAST_YEAR, Cause, Cell, Table

Arrays = dict[str, NDArray[np.float64] | NDArray[np.int64]]
Keep = Callable[[Cell], bool]
Kind = tuple[int, int, tuple[float, ...]]
FIRST_EFFECT = {
    cause: sum(len(COVARIATES[before]) for before in CAUSES[:place])
    for place, cause in enumerate(CAUSES)
}


def keeps(wars: Wars) -> Keep:
    """Which cells a stance on wars takes."""
    return (lambda _: True) if wars == "all" else (lambda cell: not cell.wartime)


def arrays(table: Table, stances: Stances, keep: Keep, causes: Sequence[Cause] = CAUSES) -> Arrays:
    """What ``graph`` takes as data, from the cells that are kept and the causes that are asked for.

    A kind is a cause, an era and covariates; a cell is a kind in a year, whatever the fold. An
    event is kept with those of its members whose cells are; what is left of it counts as one.

    - ``x`` (kind, effect), ``shifting`` (kind, shift): covariates whose effect is each era's own
    - ``cause``, ``era`` (kind,)
    - ``kind``, ``year``, ``exposure`` (cell,); ``year`` counts through all causes
    - ``member_kind``, ``member_event``, ``share`` (member,): one over the event's members
    - ``event_cause``, ``event_era``, ``extra`` (event,): members beyond the first
    - ``n_by_year``, ``year_cause`` (year,)
    """
    first = stances.era[0].first
    n_years = stances.era[-1].last - first + 1
    cells = _exposure(table, keep, causes)
    kinds: dict[Kind, int] = {}
    for cause, year, numbers in sorted(cells):
        kinds.setdefault((cause, stances.era_of(year), numbers), len(kinds))
    events = [
        (place, cells_of)
        for place, cause in enumerate(CAUSES)
        if cause in causes
        for members in table.events(cause).values()
        if (cells_of := [one.cell for one in members if keep(one.cell)])
    ]
    members = [
        (kinds[place, stances.era_of(one.year), values(CAUSES[place], one)], k, 1.0 / len(group))
        for k, (place, group) in enumerate(events)
        for one in group
    ]
    n_by_year = np.zeros(len(CAUSES) * n_years)
    for place, group in events:
        n_by_year[place * n_years + group[0].year - first] += 1.0
    ordered = sorted(cells)
    return {
        **_kinds(kinds),
        "kind": _whole(kinds[c, stances.era_of(year), x] for c, year, x in ordered),
        "year": _whole(c * n_years + year - first for c, year, _ in ordered),
        "exposure": np.array([cells[cell] for cell in ordered], dtype=np.float64),
        "member_kind": _whole(kind for kind, _, _ in members),
        "member_event": _whole(event for _, event, _ in members),
        "share": np.array([share for _, _, share in members]),
        "event_cause": _whole(place for place, _ in events),
        "event_era": _whole(stances.era_of(group[0].year) for _, group in events),
        "extra": np.array([len(group) - 1.0 for _, group in events]),
        "n_by_year": n_by_year,
        "year_cause": np.repeat(np.arange(len(CAUSES)), n_years),
    }


def _kinds(kinds: Iterable[Kind]) -> Arrays:
    """What the log rate of each kind is made of."""
    rows = list(kinds)
    x = np.zeros((len(rows), len(EFFECTS)))
    for row, (cause, _, numbers) in enumerate(rows):
        start = FIRST_EFFECT[CAUSES[cause]]
        x[row, start : start + len(numbers)] = numbers
    return {
        "x": x,
        "shifting": x[:, [EFFECTS.index(f"pledge.{name}") for name in SHIFTING]],
        "cause": _whole(cause for cause, _, _ in rows),
        "era": _whole(era for _, era, _ in rows),
    }


def _exposure(
    table: Table, keep: Keep, causes: Sequence[Cause]
) -> Counter[tuple[int, int, tuple[float, ...]]]:
    """Pair-years at risk by cause, year and kind of pair."""
    found: Counter[tuple[int, int, tuple[float, ...]]] = Counter()
    for place, cause in enumerate(CAUSES):
        for one in table.exposure:
            cell = one.cell
            if (
                cause in causes
                and cell.at_risk(cause)
                and cell.year <= LAST_YEAR[cause]
                and keep(cell)
            ):
                found[place, cell.year, values(cause, cell)] += one.pair_years
    return found


def _whole(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64)
