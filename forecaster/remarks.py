"""What a person should know about a reading that was stored: what it does, and what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.store.readings import NewReading, StoredReading
    from indicators import Indicator, Period


def on(indicator: Indicator, one: NewReading, stored: Sequence[StoredReading]) -> list[str]:
    """Remarks on a reading, one line each; ``stored`` are all vintages of its indicator."""
    before = [old for old in stored if old.period_end < one.period.start]
    last = max((old.period_end for old in before), default=None)
    found: list[str | None] = []
    if indicator.role == "context":
        found.append(f"{indicator.id} is context: it is shown and drives nothing")
    if indicator.retired is not None:
        found.append(f"{indicator.id} is retired: {indicator.retired}")
    if not indicator.covers(one.period):
        found.append(_uncovered(indicator, one.period))
    elif indicator.coverage and last is not None:
        found.append(_gap(last, one.period.start))
    if indicator.coverage and one.period.kind == "day":
        month = one.period.text[:7]
        found.append(
            f"the count of a day is read as that of its whole month; once {month} is over, its own "
            "count would stand beside it, so record whole months where you can"
        )
    if last is not None:
        leap = indicator.leap(one.value, standing(o for o in before if o.period_end == last).value)
        found.append(leap and f"{leap}; it is recorded all the same, look at it again")
    found.append(_outranked(one, standing(o for o in stored if o.period == one.period.text)))
    return [text for text in found if text]


def standing(vintages: Iterable[StoredReading]) -> StoredReading:
    """The vintage that counts now: the one known last."""
    return max(vintages, key=lambda one: (one.known_at, one.vintage))


def _uncovered(indicator: Indicator, period: Period) -> str:
    if period.start > indicator.coverage[-1].last:
        way = "if the list goes on as before, set open = true in the last window, else add one"
    else:
        way = "add one that says how its events were looked for"
    return (
        f"no [[coverage]] window of indicators/{indicator.id}/indicator.toml holds {period}, "
        f"so the reading is kept but drives nothing; {way}"
    )


def _gap(last: date, first: date) -> str | None:
    """Say that days between two recorded periods are missing, and not zero."""
    if first - last <= timedelta(days=1):
        return None
    missing = f"{words.day(last + timedelta(days=1))} to {words.day(first - timedelta(days=1))}"
    return (
        f"nothing is recorded for {missing}: that is missing, not zero; where somebody looked and "
        "found none, record 0"
    )


def _outranked(one: NewReading, other: StoredReading) -> str | None:
    """Say so where another value of the period, known later, still counts."""
    if other.value == one.value:
        return None
    return (
        f"{other.value:g}, known {words.day(other.known_at)}, is the later word on {one.period} "
        "and still counts"
    )
