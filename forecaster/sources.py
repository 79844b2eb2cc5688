"""The state of each source: whether its next value is here, awaited or overdue.

``retired``
    The indicator is no longer watched; its past readings stay.
``failed``
    Its ``indicator.toml`` cannot be read, or the last visit to every source of it failed.
``late``
    The next value is overdue. It is expected one cadence after the last period, plus the
    publication lag, plus ``late_after_days`` of patience. Where no rhythm is stated (irregular),
    the patience runs from the last period itself. An indicator without any reading is late.
``manual``
    Nobody fetches it and nothing is due: yearly and irregular values, which a person adds when
    there is one, and all context figures, which drive nothing and are never late.
``fresh``
    The newest value that could be expected is here. So are yearly and irregular values that a
    source is visited for.

``show`` computes this at every start, so the few fields it needs are read from the TOML itself,
without the typed catalogue; ``forecaster check`` is what validates the files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

from forecaster.belief import Sources

FAILED = "failed"
State = Literal["fresh", "late", "failed", "manual", "retired"]
STATES: tuple[State, ...] = ("fresh", "late", "failed", "manual", "retired")


@dataclass(frozen=True, slots=True)
class Watch:
    """How often one indicator is expected, and how patient we are."""

    id: str
    expected: str
    lag_days: int
    late_after_days: int
    context: bool = False
    retired: bool = False
    readable: bool = True

    @classmethod
    def of(cls, name: str, content: Mapping[str, Any]) -> Watch:
        """From the content of an ``indicator.toml``, read or dumped.

        Raises
        ------
        KeyError, TypeError
            If the cadence is not stated.
        """
        cadence = content["cadence"]
        return cls(
            id=name,
            expected=cadence["expected"],
            lag_days=int(cadence["publication_lag_days"]),
            late_after_days=int(cadence["late_after_days"]),
            context=content.get("role") == "context",
            retired=content.get("retired") is not None,
        )


class Fetched(NamedTuple):
    """Which indicators are fetched, by the last visit to their sources."""

    well: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, visits: Iterable[tuple[Iterable[str], str]]) -> Fetched:
        """From the indicators of each source and the result of its last visit."""
        well: set[str] = set()
        failed: set[str] = set()
        for indicators, result in visits:
            (failed if result == FAILED else well).update(indicators)
        # One source of an indicator that answers is enough.
        return cls(frozenset(well), frozenset(failed - well))


NOTHING = Fetched()


def state(
    watch: Watch, last_period_end: date | None, now: datetime, fetched: Fetched = NOTHING
) -> State:
    """The state of one source at a time, from the end of the last period that it has."""
    if watch.retired:
        return "retired"
    if not watch.readable or watch.id in fetched.failed:
        return "failed"
    if watch.context:
        return "manual"
    if days_late(watch, last_period_end, now) != 0:
        return "late"
    by_hand = watch.expected in {"yearly", "irregular"} and watch.id not in fetched.well
    return "manual" if by_hand else "fresh"


def days_late(watch: Watch, last_period_end: date | None, now: datetime) -> int | None:
    """Whole days past the end of patience, 0 while there is time, None without any reading."""
    if last_period_end is None:
        return None
    over = now - due(watch, last_period_end)
    return max(0, over.days + (over % timedelta(days=1) > timedelta(0)))


def expected(watch: Watch, last_period_end: date) -> date | None:
    """The day by which the value after the last one should be out; None without any rhythm."""
    if watch.expected == "irregular":
        return None
    return _next_end(watch.expected, last_period_end) + timedelta(days=1 + watch.lag_days)


def due(watch: Watch, last_period_end: date) -> datetime:
    """When patience for the value after the last one ends."""
    patience = timedelta(days=1 + watch.lag_days + watch.late_after_days)
    next_end = _next_end(watch.expected, last_period_end)
    return datetime.combine(next_end, time(), tzinfo=UTC) + patience


def _next_end(expected: str, last: date) -> date:
    match expected:
        case "yearly":
            # 29 February has no anniversary: the day after does.
            tomorrow = last + timedelta(days=1)
            return tomorrow.replace(year=tomorrow.year + 1) - timedelta(days=1)
        case "monthly":
            first_after = (last.replace(day=1) + timedelta(days=63)).replace(day=1)
            return first_after - timedelta(days=1)
        case "daily":
            return last + timedelta(days=1)
        case _:
            return last


def read_watches(root: Path | None = None) -> Iterator[Watch]:
    """The watch list, read without validating more than it needs."""
    for path in sorted((root or _indicators()).glob("*/indicator.toml")):
        name = path.parent.name
        if name.startswith("_"):
            continue
        try:
            with path.open("rb") as file:
                yield Watch.of(name, tomllib.load(file))
        except (OSError, ValueError, KeyError, TypeError):
            yield Watch(name, "irregular", 0, 0, readable=False)


def _indicators() -> Path:
    # Found, not imported: the package's own start-up reads pydantic, which costs 0.15 s.
    spec = find_spec("indicators")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package `indicators` is not installed")
    return Path(spec.submodule_search_locations[0])


def summary(
    watches: Iterable[Watch],
    last: Mapping[str, date],
    now: datetime,
    fetched: Fetched = NOTHING,
) -> Sources:
    """The late and the failed, as the forecast document lists them."""
    states = {one.id: state(one, last.get(one.id), now, fetched) for one in watches}
    return {
        "late": sorted(name for name, found in states.items() if found == "late"),
        "failed": sorted(name for name, found in states.items() if found == "failed"),
    }
