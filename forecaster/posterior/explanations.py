"""Parts of a change put together as a document, and the documents of several steps added up.

Parts are known in log-odds. Points are that split carried over in proportion to the change, so that
they add up as well: one slope, points per unit of log-odds, serves all parts of a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import Literal

from forecaster.belief import Change, Explanation, NewsKind, NewsPart
from forecaster.posterior import news_words

QUANTITY = "alliance_by"
WITHIN_90 = 1.6448536269514722  # standard deviations, both ways
NOISE_SDS = 2.0
K_HAT_LIMIT = 0.7
_ORDER = ("reading", "revision", "time", "priors", "model", "noise")


@dataclass(frozen=True)
class Known:
    """One part in log-odds with its Monte Carlo standard deviation."""

    kind: NewsKind
    indicator: str | None
    log_odds: float
    sd: float


@dataclass(frozen=True)
class Weighed:
    """How far the weighed draws carry; None in a document where no draws could be weighed."""

    draws_of: Literal["from", "to"]
    k_hat: float
    ess: float


@dataclass(frozen=True)
class Ends:
    """The two forecasts: ids and headlines."""

    start: str
    end: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """In log-odds."""
        return log_odds(self.after) - log_odds(self.before)

    @property
    def slope(self) -> float:
        """Points per unit of log-odds along the way between the two."""
        if abs(self.change) < 1e-12:
            return 100.0 * self.before * (1.0 - self.before)
        return 100.0 * (self.after - self.before) / self.change


def log_odds(probability: float) -> float:
    """Log of the odds."""
    return log(probability) - log(1.0 - probability)


def document(  # noqa: PLR0913 - two forecasts, the parts, and all that is said of them
    ends: Ends,
    parts: Sequence[Known],
    noise_sd: float,
    weighed: Weighed | None,
    *,
    rest: Literal["priors", "model", "noise"],
    missing: Sequence[str] = (),
    titles: Mapping[str, str],
) -> Explanation:
    """The parts, and what they leave of the change as ``rest``.

    Where ``rest`` is the priors' or the model's part, the noise is in it and cannot be told apart:
    its own part is 0 with the interval of the bound. ``titles`` are those of the indicators.
    """
    left = ends.change - sum(part.log_odds for part in parts)
    everything = [*parts, Known(rest, None, left, noise_sd)]
    if rest != "noise":
        everything.append(Known("noise", None, 0.0, noise_sd))
    bound, slope = NOISE_SDS * noise_sd, ends.slope
    doubts = _doubts(weighed, left if rest == "noise" else 0.0, bound)
    found: Explanation = {
        "quantity": QUANTITY,
        "from": ends.start,
        "to": ends.end,
        "values": [ends.before, ends.after],
        "change": {"points": 100.0 * (ends.after - ends.before), "log_odds": ends.change},
        "parts": _in_order(_part(part, slope) for part in everything),
        "noise_bound": {"points": bound * slope, "log_odds": bound},
        "reliable": not doubts and weighed is not None,
        "doubts": doubts,
        "missing": list(missing),
        "draws_of": None if weighed is None else weighed.draws_of,
        "k_hat": None if weighed is None else weighed.k_hat,
        "ess": None if weighed is None else weighed.ess,
        "steps": 1,
        "summary": "",
    }
    return {**found, "summary": news_words.summary(found, titles)}


def _doubts(weighed: Weighed | None, noise: float, bound: float) -> list[str]:
    found = []
    if weighed is not None and weighed.k_hat >= K_HAT_LIMIT:
        found.append(
            f"k-hat of the weights is {weighed.k_hat:.2f}, {K_HAT_LIMIT} or more: the two lie too "
            "far apart for draws of the one to tell of the other"
        )
    if weighed is not None and abs(noise) > bound:
        found.append(
            f"the noise part, {abs(noise):.3f} in log-odds, exceeds its bound of {bound:.3f}: "
            "something else moved the forecast as well"
        )
    return found


def _part(part: Known, slope: float) -> NewsPart:
    return {
        "kind": part.kind,
        "indicator": part.indicator,
        "log_odds": part.log_odds,
        "points": part.log_odds * slope,
        "lower": (part.log_odds - WITHIN_90 * part.sd) * slope,
        "upper": (part.log_odds + WITHIN_90 * part.sd) * slope,
    }


def _in_order(parts: Iterable[NewsPart]) -> list[NewsPart]:
    """Kinds in their order; within one the largest first."""
    return sorted(
        parts,
        key=lambda one: (_ORDER.index(one["kind"]), -abs(one["log_odds"]), one["indicator"] or ""),
    )


def chained(steps: Sequence[Explanation], titles: Mapping[str, str]) -> Explanation:
    """Steps that follow each other as one explanation: what each thing did on the way, added up.

    Raises
    ------
    ValueError
        If there is none, or if one does not begin where the one before ended.
    """
    if not steps or any(a["to"] != b["from"] for a, b in pairwise(steps)):
        raise ValueError("steps must follow each other")
    if len(steps) == 1:
        return steps[0]
    total: defaultdict[tuple[NewsKind, str | None], float] = defaultdict(float)
    variance: defaultdict[tuple[NewsKind, str | None], float] = defaultdict(float)
    for step in steps:
        slope = _slope(step)
        for part in step["parts"]:
            key = part["kind"], part["indicator"]
            total[key] += part["log_odds"]
            variance[key] += ((part["upper"] - part["lower"]) / (2.0 * WITHIN_90 * slope)) ** 2
    first, last = steps[0], steps[-1]
    ends = Ends(first["from"], last["to"], first["values"][0], last["values"][1])
    bound = sqrt(sum(step["noise_bound"]["log_odds"] ** 2 for step in steps))
    told = [step for step in steps if step["k_hat"] is not None]
    change: Change = {"points": 100.0 * (ends.after - ends.before), "log_odds": ends.change}
    found: Explanation = {
        "quantity": QUANTITY,
        "from": ends.start,
        "to": ends.end,
        "values": [ends.before, ends.after],
        "change": change,
        "parts": _in_order(
            _part(Known(*key, total[key], sqrt(variance[key])), ends.slope) for key in total
        ),
        "noise_bound": {"points": bound * ends.slope, "log_odds": bound},
        "reliable": all(step["reliable"] for step in steps),
        "doubts": _each(steps, "doubts"),
        "missing": _each(steps, "missing"),
        "draws_of": steps[0]["draws_of"] if len(told) == len(steps) else None,
        "k_hat": max((step["k_hat"] or 0.0 for step in told), default=None),
        "ess": min((step["ess"] or 0.0 for step in told), default=None),
        "steps": sum(step["steps"] for step in steps),
        "summary": "",
    }
    return {**found, "summary": news_words.summary(found, titles)}


def _slope(step: Explanation) -> float:
    return Ends(step["from"], step["to"], step["values"][0], step["values"][1]).slope


def _each(steps: Sequence[Explanation], key: Literal["doubts", "missing"]) -> list[str]:
    """What every step says, with the step it is of."""
    return [f"{step['from']} to {step['to']}: {text}" for step in steps for text in step[key]]
