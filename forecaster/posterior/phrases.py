"""Sentences and parts of sentences that pages say; their numbers are written by ``words``."""

from __future__ import annotations

from datetime import datetime

from forecaster.belief import Instant, Weighed
from forecaster.posterior import words


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


def weighed(found: Weighed) -> str:
    """Say what a provisional forecast is."""
    return (
        f"Made at once from the draws of {found['base']}, weighed by what became known since then "
        f"(k-hat {words.number(found['k_hat'])}, {found['ess']:,.0f} effective draws): it was "
        f"{words.fine(found['was'])} % there. A fit replaces it."
    )


def was_off(found: Instant) -> str:
    """Say how far the provisional forecast was off that this one replaced."""
    size = words.points(abs(found["points"]) / 100.0)
    way = "above" if found["points"] > 0 else "below"
    off = "the same" if found["points"] == 0 else f"{size.removeprefix('▲ ')} {way} this fit"
    return (
        f"The provisional forecast before it said {words.fine(found['mean'])} %, {off}; noise of "
        f"the draws comes to {found['mcse']:.1f} points (one standard error)."
    )


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
