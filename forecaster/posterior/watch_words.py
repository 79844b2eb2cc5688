"""What to watch, in words; numbers are written by ``words``."""

from __future__ import annotations

from datetime import date

from forecaster.posterior import words
from forecaster.watchlist import Came, Expected, ToWatch, Watchlist

MEANING = (
    "Points: how far the next reading is expected to move the headline, up or down. Low, expected "
    "and high are the 10, 50 and 90 % quantiles of what the forecast expects to be read, and the "
    "headline that would follow from each, all else as it stands."
)
LIES = {
    "below": "below the low one",
    "between": "between low and high",
    "above": "above the high one",
}


def heading(found: Watchlist) -> str:
    """``What may move 24.21 % by the end of November 2036, as known 26 Nov 2026``."""
    return (
        f"What may move {words.fine(found['headline'])} % {words.by_date(found['date'])}, as known "
        f"{words.day(found['as_of'])}"
    )


def when(one: ToWatch) -> str:
    """``15 Apr 2026``, ``overdue since 15 Apr 2026``, ``no fixed day``."""
    if one["when"] is None:
        return "no fixed day"
    day = words.day(date.fromisoformat(one["when"]))
    return f"overdue since {day}" if one["overdue"] else day


def value(number: float) -> str:
    """A reading with as many digits as a person compares: ``912``, ``19.2``, ``0.421``."""
    if number == round(number) and abs(number) < 1e6:
        return f"{number:,.0f}".replace("-", "−")
    if abs(number) >= 1e6:
        return f"{number:,.3g}".replace("-", "−")
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2 if abs(number) >= 1 else 3
    return f"{number:,.{digits}f}".replace("-", "−")


def after(one: Expected) -> str:
    """``912: 24.1 %``; marked where draws do not carry that far."""
    mark = "" if one["reliable"] else " (unsure)"
    return f"{value(one['value'])}: {100 * one['headline']:.1f} %{mark}"


def rest(found: Watchlist) -> str:
    """Say how many readings cannot be told from noise, and of how many nothing can be said."""
    lost = sum(not one["told"] for one in found["indicators"])
    shown = len(found["indicators"]) - lost
    text = (
        f"Of {words.count(len(found['indicators']), 'reading')} to come {shown:,} may move it by "
        f"more than the noise of the draws (of such one in ten may be noise after all); what the "
        f"other {lost:,} may do is too little to tell."
    )
    if found["untold"]:
        text += f" Nothing can be said of {', '.join(sorted(found['untold']))}."
    return text


def came(one: Came) -> str:
    """``12.4, between low and high (8.7 to 13.1)``."""
    low, high = value(one["low"]["value"]), value(one["high"]["value"])
    return f"{value(one['value'])}, {LIES[one['lies']]} ({low} to {high})"
