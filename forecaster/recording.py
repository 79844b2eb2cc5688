"""A reading by hand: checked, then stored or kept aside; the same for command, page and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Literal, NamedTuple

from forecaster import documents, parsing, remarks
from forecaster.errors import WrongValue
from forecaster.store import readings
from forecaster.store.audit import Entry
from forecaster.store.readings import NewReading
from forecaster.wiring import Desk
from indicators import Indicator, Period


class Recorded(NamedTuple):
    """What became of a reading."""

    result: Literal["added", "duplicate", "quarantined"]
    reading: NewReading
    vintage: int | None
    why: str = ""
    remarks: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The same as a JSON document."""
        return {
            "indicator": self.reading.indicator,
            "period": self.reading.period.text,
            "value": self.reading.value,
            "result": self.result,
            "vintage": self.vintage,
            "known_at": documents.moment(self.reading.known_at),
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says: which indicator, when, how much, where anybody can look it up.

    ``reason`` says why an implausible value is right; ``published_at`` when it was published, if
    not just now.
    """

    indicator: str
    period: str
    value: str
    source: str
    note: str = ""
    reason: str = ""
    published_at: datetime | None = None


def store(desk: Desk, stated: Stated, *, entry: Entry | None = None) -> Recorded:
    """Check a reading and store it, or put it into quarantine.

    ``entry`` is written to the audit log with it, if anything changes.

    Raises
    ------
    UsageError
        If something cannot be meant: the indicator, the period, the value, the source.
    """
    now = desk.clock()
    indicator = desk.indicator(stated.indicator)
    covered = _period(stated.period, indicator, now)
    number = _number(stated.value, indicator, covered)
    _check_published(stated.published_at, covered, now)
    earlier = [
        one for one in readings.vintages(desk.engine, indicator.id) if one.period == covered.text
    ]
    # A first value may have been known for long; a second one is news of today.
    usual = indicator.known_at(covered, stated.published_at)
    known_at = stated.published_at or (now if earlier else min(usual, now))
    one = NewReading(
        indicator=indicator.id,
        period=covered,
        value=number,
        published_at=stated.published_at,
        known_at=known_at,
        source=parsing.web_address(stated.source),
        origin="by_hand",
        note=stated.note.strip(),
        reason=stated.reason.strip(),
    )
    why = indicator.implausible(number)
    accepted = bool(earlier) and remarks.standing(earlier).value == number
    if why is not None and not one.reason and not accepted:
        readings.quarantine(desk.engine, one, why, now=now, entry=entry)
        return Recorded("quarantined", one, None, why=f"{indicator.id} {covered.text}: {why}")
    added = readings.add(desk.engine, [one], now=now, entry=entry)
    stored = readings.vintages(desk.engine, indicator.id)
    vintages = [v for v in stored if v.period == covered.text]
    if added.duplicates:
        same = [v.vintage for v in vintages if v.value == number]
        return Recorded("duplicate", one, max(same, default=None))
    told = tuple(remarks.on(indicator, one, stored))
    return Recorded("added", one, max(v.vintage for v in vintages), remarks=told)


def _check_published(published_at: datetime | None, period: Period, now: datetime) -> None:
    if published_at is None:
        return
    if published_at > now:
        raise WrongValue("published", "lies in the future; give it once it is out")
    if published_at.date() < period.start:
        raise WrongValue(
            "published", f"lies before {period} began; a value cannot be known before what it tells"
        )


def _period(text: str, indicator: Indicator, now: datetime) -> Period:
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise WrongValue("period", f"{error}") from None
    today = now.date()
    if period.start > today:
        raise WrongValue("period", f"{period} lies in the future; readings are of the past")
    adds_up = indicator.observation.kind == "flow"
    if adds_up and period.kind != "day" and period.end >= today:
        raise WrongValue(
            "period",
            f"{period} has not ended yet, and {indicator.id} counts the whole of it; "
            "record it when it has",
        )
    if not adds_up and period.kind == "year" and period.end >= today:
        raise WrongValue(
            "period",
            f"{period} has not ended yet, and {indicator.id} tells how things stand; "
            f"write the month or the day on which they stood so, as {today:%Y-%m} or {today}",
        )
    return period


def _number(text: str, indicator: Indicator, period: Period) -> float:
    try:
        number = float(text)
    except ValueError:
        raise WrongValue(
            "value", f"{text!r} is no number; write digits and a point, as in 1234.5"
        ) from None
    if not isfinite(number):
        raise WrongValue("value", f"{text} is not a finite number; a missing value is not recorded")
    if indicator.observation.likelihood == "negative_binomial":
        if number < 0 or number != int(number):
            raise WrongValue("value", f"{text} is no count; expected 0, 1, 2 ...")
        return number
    try:
        usable = isfinite(indicator.observation.apply(number, period.n_months))
    except (ValueError, OverflowError):
        usable = False
    if not usable:
        raise WrongValue(
            "value",
            f"{text} has no {indicator.observation.transform}, which {indicator.id} is "
            f"read on; expected {indicator.plausible.min:g} to {indicator.plausible.max:g}",
        )
    return number
