"""What a rule can watch in a forecast, by name.

::

    alliance_by@10y       P(an alliance has come into force by then): the headline
    retreat@5y            P(the scenario is in force then)
    hazard.alliance       yearly rate, now
    factor.ru_west        level of a factor, now
    strength.asymmetry    how strongly a constraint holds; strength.all is their mean

Horizons are ``year_end`` (of the forecast's own year), ``1y``, ``3y``, ``5y``, ``10y`` and ``20y``.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, cast

from forecaster.belief import FACTORS, FAMILIES, HORIZON_YEARS, SCENARIOS, Forecast, Interval
from forecaster.store.excerpts import Place

Unit = Literal["probability", "rate", "units"]
YEAR_END = "year_end"
AHEAD = (YEAR_END, *(f"{years}y" for years in HORIZON_YEARS))
HAZARDS = tuple(name for name in SCENARIOS if name != "retreat")

#: Every name there is, with what its number is.
UNITS: dict[str, Unit] = {
    **{f"{name}@{ahead}": "probability" for name in ("alliance_by", *SCENARIOS) for ahead in AHEAD},
    **{f"hazard.{name}": "rate" for name in HAZARDS},
    **{f"factor.{name}": "units" for name in FACTORS},
    **{f"strength.{name}": "units" for name in ("all", *FAMILIES)},
}


class Value(NamedTuple):
    """A quantity in one forecast; ``date`` is the day it speaks of, None for now."""

    interval: Interval
    date: str | None


def of(name: str, document: Forecast) -> Value | None:
    """A quantity in a forecast; None where the forecast does not have it.

    Raises
    ------
    ValueError
        If there is no such quantity.
    """
    place, *_ = places(name)
    what, at, ahead = name.partition("@")
    if at:
        return _ahead(what, ahead, document)
    found: Any = document
    for step in place:
        if step not in found:
            return None
        found = found[step]
    return Value(found, None)


def places(name: str) -> tuple[Place, ...]:
    """Where a quantity stands in a document: first where it usually does, last where it must.

    Raises
    ------
    ValueError
        If there is no such quantity.
    """
    if name not in UNITS:
        raise ValueError(f"no quantity is called {name!r}")
    _, at, ahead = name.partition("@")
    if at:
        return ("horizons", AHEAD.index(ahead)), ("horizons",)
    room, _, part = name.partition(".")
    if room != "strength":
        return ((f"{room}s", part),)
    return (("constraints", "strength") if part == "all" else ("constraints", "families", part),)


def alone(place: Place, found: Any) -> Forecast:
    """A document of nothing but what was found at a place, for ``of`` to read."""
    for step in reversed(place):
        if isinstance(step, int):
            # Behind the first row a date ahead is known by its years, not by its place.
            before: list[Any] = [] if step == 0 else [{}]
            found = [] if found is None else [*before, found]
        elif found is None and step == place[-1]:
            found = {}
        else:
            found = {step: found}
    return cast("Forecast", found)


def _ahead(what: str, ahead: str, document: Forecast) -> Value | None:
    rows = document["horizons"]
    if ahead == YEAR_END:
        row = rows[0] if rows else None
    else:
        years = float(ahead.removesuffix("y"))
        # The first row ends the year, however far that is.
        row = next((one for one in rows[1:] if one["years"] == years), None)
    if row is None:
        return None
    found = row["alliance_by"] if what == "alliance_by" else row["scenarios"].get(what)
    return None if found is None else Value(found, row["date"])
