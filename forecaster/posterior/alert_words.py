"""What an alert says in one sentence, and what its quantities are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from forecaster.belief import FAMILIES
from forecaster.posterior import words

Unit = Literal["probability", "rate", "units"]
NAMED = 3  # things that are named before the rest is counted


def quantity(name: str, date: str | None) -> str:
    """What a watched number is called: ``an alliance by the end of November 2036``."""
    if "@" in name:
        what = name.partition("@")[0]
        if what == "alliance_by":
            return f"an alliance {words.by_date(date)}" if date else "an alliance by then"
        when = words.by_date(date).replace("by ", "at ", 1) if date else "then"
        when = when if when.startswith("at the end") else when.replace("at ", "on ", 1)
        return f"{what} in force {when}"
    room, _, part = name.partition(".")
    if room == "hazard":
        return f"the rate into {part}"
    if room == "factor":
        return f"the factor {words.title(part)}"
    if part in FAMILIES:
        return f"the strength of {words.title(part)}"
    return "the mean strength of the constraints"


def value(unit: Unit, number: float) -> str:
    """One number in its unit."""
    if unit == "probability":
        return words.percent(number)
    return words.rate(number) if unit == "rate" else words.number(number)


def within(unit: Unit, mean: float, lower: float, upper: float) -> str:
    """The same with its interval: ``19 % (4 to 49)``."""
    if unit == "probability":
        return f"{words.percent(mean)} ({words.interval(lower, upper)})"
    if unit == "rate":
        return f"{words.rate(mean)} ({words.rate_interval(lower, upper)})"
    return f"{words.number(mean)} ({words.span(lower, upper)})"


def amount(unit: Unit, change: float) -> str:
    """The size of a change, without its direction: ``4.2 points``."""
    if unit == "units":
        return words.number(abs(change))
    return words.points(abs(change)).removeprefix("▲ ")


def moved(title: str, unit: Unit, change: float, told: tuple[str, str], since: str) -> str:
    """``The probability of ... rose 4.2 points, from 15 % (3 to 40) to 19 % (4 to 49), since ...``.

    ``told`` is the value before and after, each with its interval.
    """
    verb = "rose" if change > 0 else "fell"
    step = f"{verb} {amount(unit, change)}"
    about = words.moment(since)
    return f"{_about(title, unit)} {step}, from {told[0]} to {told[1]}, since {about}."


def crossed(title: str, unit: Unit, side: int, threshold: float, told: str) -> str:
    """``The probability of ... rose above 20 %: it is 22 % (5 to 51).``."""
    verb = "rose above" if side > 0 else "fell below"
    return f"{_about(title, unit)} {verb} {value(unit, threshold)}: it is {told}."


def over(title: str, unit: Unit, reason: str, told: str) -> str:
    """Why an alert about a number ended, and what the number is now."""
    why = {
        "reverted": "is back",
        "acknowledged": "is known to its reader",
        "settled": "has not moved again",
        "withdrawn": "is not watched by this rule any more",
    }[reason]
    return f"{_about(title, unit)} {why}: it is {told}."


def _about(title: str, unit: Unit) -> str:
    if unit == "probability":
        return f"The probability of {title}"
    return title[0].upper() + title[1:]


def stale(title: str, days_late: int | None) -> str:
    """An indicator is late, by how much."""
    if days_late is None:
        return f"{title} has no reading yet."
    return f"{title} is {words.count(days_late, 'day')} late."


def failing(source: str, failures: int) -> str:
    """A source fails, how often."""
    return f"The source {source} failed {words.count(failures, 'time')} in a row."


def rejected(count: int) -> str:
    """Fits were refused, how many."""
    said = "fit was" if count == 1 else "fits were"
    return f"{words.count(count, said, said)} refused since the last forecast, which still stands."


def revised(title: str, periods: Sequence[str]) -> str:
    """A publisher changed values, of which periods."""
    more = len(periods) - NAMED
    named = ", ".join(periods[:NAMED]) + (f" and {more} more" if more > 0 else "")
    values = words.count(len(periods), "value")
    return f"{title}: its publisher changed {values}, of {named}."


def resolution(scenario: str, date: str) -> str:
    """A scenario came into force."""
    return f"{words.title(scenario)} is in force from {words.day(date)}, as recorded."


def ended(sentence: str) -> str:
    """A condition does not hold any more: what it had said is over."""
    return f"Over: {sentence}"


def standing(opened: int, silenced: int) -> str:
    """How things stand: ``1 alert is open, 2 rules are silenced.``."""
    verbs = ["is" if amount == 1 else "are" for amount in (opened, silenced)]
    first = f"{words.count(opened, 'alert')} {verbs[0]} open" if opened else "No alert is open"
    if not silenced:
        return f"{first}."
    return f"{first}, {words.count(silenced, 'rule')} {verbs[1]} silenced."


def often(fired: int, a_year: float | None, span: str) -> str:
    """How often a rule would have told; ``span`` is ``1 Jan 2014 to 22 Nov 2026``."""
    told = words.count(fired, "alert")
    told = told[0].upper() + told[1:]
    if a_year is None:
        return f"{told} over {span}, which is too short to say how many there are in a year."
    if fired == 0:
        return f"No alert over {span}."
    about = f"{a_year:.0f}" if a_year >= 10 else f"{a_year:.1f}"
    return f"{told} over {span}: about {about} a year."


def grouped(sentences: Sequence[str]) -> str:
    """Several alerts in one message: how many, and what the newest say."""
    said = " ".join(sentences[::-1][:NAMED])
    return f"{words.count(len(sentences), 'alert')}, the newest first: {said}"


def withdrawn(rule: str) -> str:
    """A rule is gone, and what it had opened with it."""
    return f"The rule {rule} does not hold here any more; its alert is closed."
