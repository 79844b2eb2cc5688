"""Sentences about the reference class, for command and page alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
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
#: Which model is compared with which, and where the document has it.
COMPARISONS = {
    "hierarchical": "hierarchical over base rate",
    "logistic": "logistic over base rate",
    "over_logistic": "hierarchical over logistic",
}
MODELS = ("hierarchical", "logistic")
SCORES = ("log", "brier")
LEFT_OUT = {
    "eras left out": "Each era is foretold from all others.",
    "pairs left out": "A fifth of the pairs at a time is foretold from the rest.",
    "rolling origin": "The years after an origin are foretold from those before it.",
}
CALIBRATION = (
    "Calibration: pair-years by the probability of a pledge that was stated for them, the pledges "
    "expected of them, and those that came with the 90 % band of drawing treaties anew. Where none "
    "came there is no treaty to draw, hence no band."
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


def method(found: Mapping[str, Any]) -> str:
    """How it was scored, and what ``undetectable`` means."""
    fits = found["fits"]
    return (
        "Each pair-year at risk is foretold one year ahead, on splits fixed on "
        f"{words.day(found['splits_date'])}, before the first score. Hierarchical is the model of "
        "the class; logistic a plain regression on the same kinds of pairs; the base rate one rate "
        "for all. Skill is 1 less the ratio of the scores: above zero the first of the two is "
        "better. 90 % intervals, by drawing treaties anew "
        f"({found['resamples']:,} times); undetectable: the interval is wider than "
        f"{words.number(found['detectable'])} each way. Behind the scores stand "
        f"{words.count(fits['count'], 'short fit')}: largest R-hat "
        f"{words.number(fits['rhat_max'], 3)}, {words.count(fits['divergences'], 'divergence')}."
    )


def tally(found: Mapping[str, Any]) -> str:
    """What all comparisons come to, and how many the rule keeps from being called more."""
    rows = [
        one[which][score] for one in found["schemes"] for which in COMPARISONS for score in SCORES
    ]
    every = Counter(row["finding"] for row in rows)
    wide = [row for row in rows if row["finding"] == "undetectable"]
    beside = sum(row["lower"] > 0 or row["upper"] < 0 for row in wide)
    better, worse = every["better"], every["worse"]
    return (
        f"By the rule fixed beforehand {every['undetectable']} of {every.total()} comparisons are "
        f"undetectable, {every['no difference'] or 'none'} show no difference, "
        f"{better or 'none'} better and {worse or 'none'} worse. Of the undetectable "
        f"{beside or 'none'} have an interval that leaves out zero, too wide to count."
    )


def split(one: Mapping[str, Any]) -> str:
    """What was left out, and how much there was to judge by."""
    return (
        f"{LEFT_OUT.get(one['scheme'], '')} {words.count(one['splits'], 'split')}, "
        f"{words.count(one['pair_years'], 'pair-year')}, {words.count(one['pledges'], 'pledge')} "
        f"of pairs in {words.count(one['treaties'], 'treaty', 'treaties')}."
    ).lstrip()


def score(one: Mapping[str, Any]) -> str:
    """``0.107 (0.024 to 0.191)``."""
    return f"{words.number(one['value'], 3)} ({words.span(one['lower'], one['upper'], 3)})"


def bounds(one: Mapping[str, Any]) -> str:
    """The probabilities of a bin: ``under 0.2 %``, ``0.2 to 0.5 %``, ``5 % and over``."""
    low, high = (f"{100 * one[end]:g}" for end in ("low", "high"))
    if one["low"] <= 0:
        return f"under {high} %"
    return f"{low} % and over" if one["high"] >= 1 else f"{low} to {high} %"


def band(one: Mapping[str, Any]) -> str:
    """``1 to 12``, in pledges; ``no band`` where none came."""
    if one["pledges"] == 0:
        return "no band"
    return words.span(one["lower"], one["upper"], 0)


def outside(bins: list[dict[str, Any]]) -> int:
    """In how many bins too many or too few pledges were expected."""
    return sum(one["finding"] in {"too many expected", "too few expected"} for one in bins)


def calibration(one: Mapping[str, Any]) -> str:
    """How each model's expected pledges did against those that came, over a whole split."""
    parts = []
    for model in MODELS:
        bins = one[model]["calibration"]
        expected = sum(row["expected"] for row in bins)
        parts.append(
            f"{model} expected {words.number(expected, 0)}, outside the band in "
            f"{outside(bins) or 'none'} of {len(bins)} bins"
        )
    return f"{words.count(one['pledges'], 'pledge')} came: {'; '.join(parts)}."
