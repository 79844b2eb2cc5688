"""Words about what is watched: values, signs, states, rhythms, and what readings taught.

As in ``words``, every sentence with a number is made here and nowhere else.
"""

from __future__ import annotations

from datetime import date

from forecaster.posterior import words


def amount(value: float) -> str:
    """A value in its own unit, as short as it can be told: ``245.2``, ``1,234``, ``0.03``."""
    return _signed(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}")


def exactly(value: float) -> str:
    """A value with every digit that was recorded, its thousands apart: ``1,234.56``."""
    return _signed(f"{value:,.12g}")


def _signed(text: str) -> str:
    """With a true minus sign; never ``-0``, and the one of an exponent stays."""
    if text == "-0":
        return "0"
    return f"\N{MINUS SIGN}{text[1:]}" if text.startswith("-") else text


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
    if total == 1:
        return words.count(1, noun)
    if first == 1 and last == total:
        return f"{words.count(total, noun)}, the newest first"
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
