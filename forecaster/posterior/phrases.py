"""Sentences and parts of sentences that pages say; their numbers are written by ``words``."""

from __future__ import annotations

from datetime import date, datetime

from forecaster.posterior import words


def effect(sign: int) -> str:
    """What more of an indicator says about its factor: ``raises it``, ``lowers it``."""
    return "raises it" if sign > 0 else "lowers it"


def lateness(state: str, days: int | None) -> str:
    """How a source stands: ``fresh``, ``late, 1 day``, ``late, no reading yet``."""
    if state == "manual":
        return "added by hand"
    if state != "late":
        return state
    return "late, no reading yet" if days is None else f"late, {words.count(days, 'day')}"


def rhythm(expected: str, lag_days: int, late_after_days: int) -> str:
    """How often a value comes: ``Monthly, out 1 day after the month; late 45 days after that``."""
    ends = {"daily": "the day", "monthly": "the month", "yearly": "the year"}
    patience = words.count(late_after_days, "day")
    if expected not in ends:
        return f"Irregular; late {patience} after the last period"
    out = "at once" if lag_days == 0 else f"{words.count(lag_days, 'day')} after {ends[expected]}"
    return f"{expected.capitalize()}, out {out}; late {patience} after that"


def read_as(transform: str, center: float, scale: float, *, rate: bool, counted: bool) -> str:
    """How a value enters the model, as a sentence."""
    if counted:
        return "Read as a count of events, with their usual level."
    ways = {
        "log": "its logarithm",
        "log1p": "the logarithm of one more",
        "logit_percent": "its log odds",
    }
    what = ways.get(transform, "the value itself")
    month = " by the month" if rate else ""
    return (
        f"Read as {what}{month}, in standard units: {words.number(center)} is zero, "
        f"{words.number(scale)} is one unit."
    )


def window(first: date, last: date, *, goes_on: bool) -> str:
    """A stretch that was watched: ``1 Jan 1992 to 31 Dec 2002``, ``from 1 Jan 2022 on, ...``."""
    if goes_on:
        return f"from {words.day(first)} on, confirmed to {words.day(last)}"
    return f"{words.day(first)} to {words.day(last)}"


def shown_of(shown: int, total: int, noun: str) -> str:
    """``101 indicators``, ``12 of 101 indicators``, ``None of 101 indicators``."""
    if shown == total:
        return words.count(total, noun)
    return f"{shown or 'None'} of {words.count(total, noun)}"


def newest_of(first: int, last: int, total: int, noun: str) -> str:
    """``1 to 100 of 5,000 readings, the newest first``."""
    if total == 0:
        return words.count(0, noun).capitalize()
    if first == 1 and last == total:
        return (
            f"{words.count(total, noun)}, the newest first"
            if total > 1
            else words.count(total, noun)
        )
    return f"{first:,} to {last:,} of {words.count(total, noun)}, the newest first"


def taken(contraction: float) -> str:
    """How much of a prior's spread readings took away: ``31 %``, ``none``, ``none; it grew``."""
    if contraction < 0:
        return "none; it grew" if contraction <= -0.01 else "none"
    return "none" if contraction == 0 else words.percent(contraction)


def without_indicators(silent: int, total: int) -> str:
    """Say how many constraints nobody watches: ``2 of 15 have no indicators.``."""
    if not silent:
        return f"All {total} have indicators."
    return f"{silent} of {total} {'has' if silent == 1 else 'have'} no indicators."


def strength_sentence(mean: float, p_positive: float) -> str:
    """Say which way the constraints act together, and how probable that is."""
    way = "hold the two apart" if mean > 0 else "do not hold the two apart"
    return (
        f"On balance the constraints {way}: their mean strength is {words.number(mean)}, "
        f"and it is above zero with a probability of {words.percent(p_positive)}."
    )


def moved_since(change: float, when: datetime | str) -> str:
    """``▲ 0.4 points since 22 Nov 2025``, ``Unchanged since 22 Nov 2025``."""
    moved = words.points(change)
    return f"{moved[0].upper()}{moved[1:]} since {words.day(when)}"


def line_begins(mean: float, lower: float, upper: float, when: datetime | str) -> str:
    """Say what the first forecast said, where one forecast is no line yet."""
    return (
        f"The line begins here: {words.percent(mean)} ({words.interval(lower, upper)}), "
        f"as known {words.moment(when)}. With the second forecast there will be something to draw."
    )


def said_so_far(published: int, provisional: int) -> str:
    """``12 forecasts, 3 of them provisional.``."""
    total = words.count(published + provisional, "forecast")
    text = f"{total[0].upper()}{total[1:]}"
    if provisional == 0:
        return f"{text}."
    if published == 0:
        return f"{text}, provisional." if provisional == 1 else f"{text}, all provisional."
    return f"{text}, {provisional:,} of them provisional."


def turned_away(fits: int) -> str:
    """Say how many fits failed the gate: they are counted and not drawn."""
    if fits == 0:
        return "No fit was turned away."
    if fits == 1:
        return "1 fit did not pass the gate; it was never published and is not drawn."
    return f"{fits:,} fits did not pass the gate; they were never published and are not drawn."


def made_later(hindcasts: int, listed: int) -> str:
    """Say what hindcasts are, and how many there are; empty where there is none."""
    if hindcasts == 0:
        return ""
    if hindcasts == 1:
        return "1 hindcast: made later from what was known then, and never said at the time."
    more = f" The newest {listed:,} are listed." if hindcasts > listed else ""
    return (
        f"{hindcasts:,} hindcasts: made later from what was known then, and never said at the "
        f"time.{more}"
    )


def thinned(drawn: int, total: int) -> str:
    """Say that not every forecast is drawn; empty where all are."""
    if drawn >= total:
        return ""
    return f"Of {total:,} forecasts {drawn:,} are drawn: the last of each stretch of time."


def ticks(amount: int, readings: int) -> str:
    """Say what the ticks under a chart are; empty where there are none."""
    if readings == 0:
        return ""
    if readings == 1:
        return "The tick is the one reading recorded in this time; it opens its indicator."
    if amount == readings:
        return f"Ticks: the {readings:,} readings recorded in this time; each opens its indicator."
    told = "the tick opens the last" if amount == 1 else "each tick opens the last of its stretch"
    return f"{readings:,} readings were recorded in this time; {told}."
