"""How much is prior, in words; numbers are written by ``words``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forecaster.posterior import words

Row = Mapping[str, Any]
FAR = 10.0  # points
NARROWED = 0.1  # contraction below which a number is an assumption
MEANING = (
    "A set is another way to see the world before the readings. Where only priors of learned "
    "parameters differ, the saved draws are weighed; where the weights cannot be trusted, or the "
    "set changes how the model moves, it needs a fit of its own. The nightly job makes one "
    "every four weeks, and the last one stands until then."
)
SCALING = (
    "How far a quantity moves when all priors, or all readings, are counted a little more or a "
    "little less (power-scaling). From 0.05 on, and above what shuffled draws give (the noise), it "
    "follows them. Much noise means that these draws cannot tell."
)
CONTRACTION = (
    "Contraction is the share of a parameter's spread (variance) that the readings took away; "
    "below 0.1 it is shown as assumed. Beside it, how far the headline follows that one prior: "
    "single priors move it less than all together."
)
INDICATORS = "Noise and scales of the indicators"
QUANTITIES = {
    "headline": "Headline",
    "balancing_in_force_10": "Balancing in ten years",
    "rupture_in_force_10": "Rupture in ten years",
    "hazard_alliance": "Yearly rate into an alliance now",
    "kappa_bar": "Strength of all constraints together",
}


def warning(sets: Sequence[Row]) -> str | None:
    """Say which sets move the headline by more than ten points; None if none is known to."""
    far = [one for one in sets if one["points"] is not None and abs(one["points"]) > FAR]
    if not far:
        return None
    named = "; ".join(
        f"under “{one['title']}” it would be {words.percent(one['headline']['mean'])}"
        for one in sorted(far, key=lambda one: -abs(one["points"]))
    )
    return f"The choice of prior moves the headline by more than ten points: {named}."


def quantity(name: str) -> str:
    """The words for a quantity."""
    if name.startswith("alliance_by_"):
        years = name.removeprefix("alliance_by_")
        return f"Alliance within {years} {'year' if years == '1' else 'years'}"
    return QUANTITIES.get(name) or words.title(name)


def parameter(name: str) -> str:
    """The words for a parameter."""
    return INDICATORS if name == "indicators" else words.title(name)


def speaks(row: Row) -> str:
    """What a quantity follows."""
    prior, readings = row["prior"]["stands_out"], row["readings"]["stands_out"]
    if prior and readings:
        return "priors and readings"
    if prior:
        return "priors"
    return "readings" if readings else "neither beyond noise"


def reached(row: Row) -> str:
    """How the headline under a set was had, or why it was not."""
    if row["how"] == "stands":
        return "stands"
    if row["how"] == "fitted":
        return "fitted to the same readings"
    if row["how"] == "fitted before":
        return f"fitted to what was known {words.moment(row['as_of'])}"
    if row["how"] == "weighed":
        return f"same draws, weighed (k-hat {words.number(row['k_hat'])})"
    return f"needs a fit: {row['why']}"


def share(found: Row) -> str:
    """Say how far apart the sets lie that are known, and which priors the headline follows."""
    known = [one for one in found["sets"] if one["headline"] is not None]
    ends = [pick(known, key=lambda one: float(one["headline"]["mean"])) for pick in (min, max)]
    low, high = (words.percent(one["headline"]["mean"]) for one in ends)
    waiting = len(found["sets"]) - len(known)
    more = f"; {words.count(waiting, 'set')} more would need a fit" if waiting else ""
    return (
        f"Under the {words.count(len(known), 'prior set')} that can be told, the headline lies "
        f"between {low} and {high}{more}. Of all single priors it follows most: {_most(found)}."
    )


def _most(found: Row) -> str:
    rows = found["parameters"]
    above = {
        name: one["headline_follows"]["value"]
        for name, one in rows.items()
        if one["headline_follows"]["value"] > one["headline_follows"]["noise"]
    }
    first = sorted(above, key=lambda name: -float(above[name]))[:2]
    return " and ".join(f"“{parameter(name)}”" for name in first) or "none beyond noise"


def level(row: Row) -> str:
    """The headline under a set: ``39 % (11 to 75)``, or that it is not known."""
    one = row["headline"]
    if one is None:
        return "not known"
    return f"{words.percent(one['mean'])} ({words.interval(one['lower'], one['upper'])})"


def scaled(found: Row) -> str:
    """A sensitivity beside its noise: ``0.10 (0.02)``."""
    return f"{words.number(found['value'])} ({words.number(found['noise'])})"


def contraction(value: float | None) -> str:
    """``0.20``, ``0.04, assumed``; of several parameters together there is none."""
    if value is None:
        return "of many"
    return words.number(value) if value >= NARROWED else f"{words.number(value)}, assumed"
