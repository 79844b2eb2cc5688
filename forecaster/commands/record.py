"""``forecaster record``: add a reading by hand."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from forecaster import settings
from forecaster.commands import options, remarks, speak
from forecaster.errors import Quarantined, UsageError

if TYPE_CHECKING:
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


def record(
    indicator: str = typer.Argument(metavar="ID", help="The indicator, as in its folder's name."),
    period: str = typer.Option(..., metavar="P", help="2026, 2026-10 or 2026-10-17."),
    value: str = typer.Option(..., metavar="V", help="A number, in the indicator's unit."),
    source: str = typer.Option(..., metavar="URL", help="Where anybody can look it up."),
    note: str = typer.Option("", metavar="T", help="A short remark to keep with it."),
    reason: str = typer.Option("", metavar="T", help="Why an implausible value is right."),
    published: str | None = typer.Option(
        None, metavar="T", help="When it was published, if not just now: a day or a moment, UTC."
    ),
    as_json: bool = options.Json,
) -> None:
    """Add a reading by hand. A second value for a period becomes its next vintage."""
    from forecaster.documents import moment
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    done = store(
        desk,
        indicator,
        period,
        value,
        source,
        note=note,
        reason=reason,
        published_at=speak.past_moment(published, "--published", desk.clock()),
    )
    one = done.reading
    if as_json:
        speak.document(
            {
                "indicator": one.indicator,
                "period": one.period.text,
                "value": one.value,
                "result": done.result,
                "vintage": done.vintage,
                "known_at": moment(one.known_at),
                "why": done.why or None,
            }
        )
    else:
        _tell(done)
    for text in done.remarks:
        speak.remark(text)
    if done.result == "quarantined":
        raise Quarantined(
            f"{done.why}; kept aside and not used; if it is right, record it again with --reason"
        )


def _tell(done: Recorded) -> None:
    one = done.reading
    what = f"{one.indicator} {one.period.text} = {one.value:g}"
    if done.result == "added":
        speak.tell(f"recorded {what} (vintage {done.vintage})")
    elif done.result == "duplicate":
        speak.tell(f"{what} is known already (vintage {done.vintage}); nothing was added")


def store(
    desk: Desk,
    name: str,
    period: str,
    value: str,
    source: str,
    *,
    note: str = "",
    reason: str = "",
    published_at: datetime | None = None,
) -> Recorded:
    """Check a reading and store it, or put it into quarantine.

    Raises
    ------
    UsageError
        If a word of the command cannot be meant: the indicator, the period, the value, the source.
    """
    from forecaster.store import readings

    now = desk.clock()
    indicator = desk.indicator(name)
    covered = _period(period, indicator, now)
    number = _number(value, indicator, covered)
    _check_published(published_at, covered, now)
    earlier = [one for one in readings.vintages(desk.engine, name) if one.period == covered.text]
    # A first value may have been known for long; a second one is news of today.
    usual = indicator.known_at(covered, published_at)
    known_at = published_at or (now if earlier else min(usual, now))
    one = readings.NewReading(
        indicator=name,
        period=covered,
        value=number,
        published_at=published_at,
        known_at=known_at,
        source=speak.web_address(source),
        origin="by_hand",
        note=note.strip(),
        reason=reason.strip(),
    )
    why = indicator.implausible(number)
    accepted = bool(earlier) and remarks.standing(earlier).value == number
    if why is not None and not one.reason and not accepted:
        readings.quarantine(desk.engine, one, why, now=now)
        return Recorded("quarantined", one, None, why=f"{name} {covered.text}: {why}")
    added = readings.add(desk.engine, [one], now=now)
    stored = readings.vintages(desk.engine, name)
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
        raise UsageError("--published lies in the future; give it once it is out")
    if published_at.date() < period.start:
        raise UsageError(
            f"--published lies before {period} began; a value cannot be known before what it tells"
        )


def _period(text: str, indicator: Indicator, now: datetime) -> Period:
    from indicators import Period

    try:
        period = Period.parse(text)
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None
    today = now.date()
    if period.start > today:
        raise UsageError(f"--period: {period} lies in the future; readings are of the past")
    adds_up = indicator.observation.kind == "flow"
    if adds_up and period.kind != "day" and period.end >= today:
        raise UsageError(
            f"--period: {period} has not ended yet, and {indicator.id} counts the whole of it; "
            "record it when it has"
        )
    if not adds_up and period.kind == "year" and period.end >= today:
        raise UsageError(
            f"--period: {period} has not ended yet, and {indicator.id} tells how things stand; "
            f"write the month or the day on which they stood so, as {today:%Y-%m} or {today}"
        )
    return period


def _number(text: str, indicator: Indicator, period: Period) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UsageError(
            f"--value: {text!r} is no number; write digits and a point, as in 1234.5"
        ) from None
    if not isfinite(number):
        raise UsageError(f"--value: {text} is not a finite number; a missing value is not recorded")
    if indicator.observation.likelihood == "negative_binomial":
        if number < 0 or number != int(number):
            raise UsageError(f"--value: {text} is no count; expected 0, 1, 2 ...")
        return number
    try:
        usable = isfinite(indicator.observation.apply(number, period.n_months))
    except (ValueError, OverflowError):
        usable = False
    if not usable:
        raise UsageError(
            f"--value: {text} has no {indicator.observation.transform}, which {indicator.id} is "
            f"read on; expected {indicator.plausible.min:g} to {indicator.plausible.max:g}"
        )
    return number
