"""Sentences about the reference class, for command and page alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forecaster.posterior import words

RATES = (
    "Yearly rate of a new pledge, by era, for two major powers that have a lesser pact and were "
    "allied before, as these two; 90 % intervals. Treaties and pair-years are of all pairs of "
    "powers without a pledge."
)
STANCES = (
    "In ten years, for a pair like this one, by stance: which eras count, whether pledges made in "
    "war do, and whether a common rival can be lost. No reading decides between them."
)


def pair(found: dict[str, Any]) -> str:
    """What the class says about this pair, under the usual stance."""
    one = found["pair"]
    return (
        f"Of pairs of powers like this one, {words.percent(one['mean'])} would pledge to fight for "
        f"each other within ten years ({words.interval(one['lower'], one['upper'])}; 90 % "
        "interval). This is the base rate: no reading of this pair since 1992 is in it."
    )


def rate_of(found: dict[str, Any], era: str, rival: int, wars: str = "all") -> dict[str, Any]:
    """The row of the base rates for an era."""
    return next(
        dict(one)
        for one in found["base_rates"]
        if (one["era"], one["rival"], one["wars"]) == (era, rival, wars)
    )


def changed(one: dict[str, Any]) -> Iterator[str]:
    """What the live readings made of it."""
    headline, hazard = one["headline"], one["hazard"]
    yield (
        f"With the readings as known {words.moment(one['as_of'])} the forecast says "
        f"{words.percent(headline['mean'])} "
        f"({words.interval(headline['lower'], headline['upper'])}), and "
        f"{words.rate(hazard['mean'])} now."
    )
    for name, title in (("b_A", "The log base rate"), ("b_T", "The gain from threat")):
        row = one["parameters"].get(name)
        if row is not None and row["before"] is not None:
            before, after = row["before"], row["after"]
            taken = words.percent(max(after["contraction"], 0.0))
            low, high = (before["mean"] + sign * 1.645 * before["sd"] for sign in (-1, 1))
            yield (
                f"{title} went from {words.number(before['mean'])} ({words.span(low, high)}) "
                f"to {words.number(after['mean'])} "
                f"({words.span(after['lower'], after['upper'])}); "
                f"the readings took {taken} of its variance."
            )
    if one["why"]:
        yield f"The headline under other stances is not told: {one['why']}."


def skill(found: dict[str, Any] | None) -> Iterator[str]:
    """How the class did out of sample, in one line for each scheme."""
    if found is None:
        yield "It was not scored out of sample yet."
        return
    yield "Out of sample, skill against the bare base rate by the log score (90 % interval):"
    for one in found["schemes"]:
        parts = [
            f"{name} {words.number(one[name]['log']['value'])} "
            f"({words.span(one[name]['log']['lower'], one[name]['log']['upper'])}; "
            f"{one[name]['log']['finding']})"
            for name in ("hierarchical", "logistic")
        ]
        yield f"{one['scheme']}: {', '.join(parts)}; {one['treaties']} treaties."
