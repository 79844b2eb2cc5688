"""Sentences about the scoreboards, for command and page alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forecaster.posterior import watching, words

METHOD = (
    "Skill is 1 less the ratio of the CRPS to that of no change: above zero is better than a "
    "random walk with a rolling scale (a negative binomial for counts). A reading counts once for "
    "each horizon, however many forecasts told of it. Over several indicators the ratio is the "
    "geometric mean of theirs, each drawn towards 1 with the weight of one reading."
)
PSEUDO = (
    "Hindcasts are pseudo-real-time: where the day of publication is not known, a reading counts "
    "as known at the end of its period plus the usual lag, in the vintage that is known today; "
    "scales and coverage windows are those of today's catalogue."
)
KINDS = {"live": "Live forecasts", "hindcast": "Hindcasts"}
NAMES = {"no_change": "no change", "trend": "trend", "seasonal": "seasonal"}


def summary(found: Mapping[str, Any], title: Callable[[str], str]) -> str:
    """What the fast scoreboard says, or why it says nothing yet."""
    made, overall = found["predictions"], found["overall"]
    what = KINDS[found["kind"]].lower()
    if made["made"] == 0:
        more = "`forecaster update`" if found["kind"] == "live" else "`forecaster update --as-of`"
        return f"Nothing was predicted by {what} yet; {more} makes predictions."
    if overall is None:
        return f"Nothing is scored yet: of {what} no predicted reading has come. {due(made, title)}"
    skill, cover = overall["skill"]["no_change"], overall["coverage"]
    return (
        f"{KINDS[found['kind']]}: {words.count(overall['readings'], 'reading')} scored "
        f"({overall['predictions']:,} predictions). Skill against no change "
        f"{words.number(skill['mean'])}{_span(skill)}: {verdict(skill)}. "
        f"{part(cover['50'])} fell into 50 % intervals and {part(cover['90'])} into 90 % intervals."
    )


def due(made: Mapping[str, Any], title: Callable[[str], str]) -> str:
    """When the next predicted reading is expected."""
    if made["next_due"] is None:
        return "No predicted reading is due any more; the next update predicts others."
    return (
        f"The next that can be scored is due on {words.day(made['next_due'])}"
        f" ({title(made['next_indicator'])})."
    )


def verdict(skill: Mapping[str, Any]) -> str:
    """What an interval of skill says."""
    if skill["lower"] is None:
        return "too few months have been scored to say how sure that is"
    if skill["lower"] > 0.0:
        return "better than no change"
    return "worse than no change" if skill["upper"] < 0.0 else "no difference can be told"


def _span(one: Mapping[str, Any]) -> str:
    if one["lower"] is None:
        return ""
    return f" ({words.span(one['lower'], one['upper'])}; 90 % interval)"


def skill(one: Mapping[str, Any]) -> str:
    """``0.12 (0.05 to 0.19)``; a dash where nothing is known."""
    if one["mean"] is None:
        return "–"
    span = "" if one["lower"] is None else f" ({words.span(one['lower'], one['upper'])})"
    return words.number(one["mean"]) + span


def question(found: Mapping[str, Any]) -> str:
    """How the question itself stands."""
    one = found["question"]
    if one["scored"]:
        what = "came" if one["resolved_on"] else "did not come"
        return (
            f"The question: an alliance {what} by the dates of {one['scored']:,} headlines. "
            f"Brier score {words.number(one['brier'], 4)}, "
            f"log score {words.number(one['log_score'], 3)}. "
            "Where mostly nothing happens a small score proves little."
        )
    if not one["forecasts"]:
        return "The question: pending; no headline was published yet."
    first = words.day(one["first_date"])
    return (
        f"The question: pending, with {words.count(one['forecasts'], 'headline')} published. None "
        f"can be scored before an alliance, or before {first}, the first headline's date."
    )


def steadiness(found: Mapping[str, Any]) -> Iterator[str]:
    """How steady the headline was."""
    one = found["stability"]
    if one["taken_back"] is None:
        yield (
            f"Stability: {words.count(one['moves'], 'move')} of the headline so far; from three on "
            "it is told how much was taken back."
        )
        return
    yield (
        f"Stability: the headline went {words.number(100 * one['path'])} points up and down in "
        f"{words.count(one['moves'], 'move')}, and ended {words.number(100 * one['net'])} points "
        f"from where it began. {words.percent(one['taken_back'])} of the movement was gone again "
        f"within {one['within_days']} days."
    )
    yield (
        f"In the mean {words.number(one['overreaction'])} of a move was led back by what followed: "
        "about 0 in a forecast that weighs readings rightly, 1 if all of it is, below 0 if it "
        "moves too late."
    )


def method(found: Mapping[str, Any]) -> str:
    """How skill is reckoned, and where its intervals come from."""
    blocks = found["blocks"]
    drawn = (
        f"Intervals (90 %): {blocks} drawn anew, whole."
        if blocks
        else "No intervals yet: they need readings of six months at least."
    )
    return f"{METHOD} {drawn}"


def part(one: Mapping[str, Any]) -> str:
    """A share that was counted: ``0 %``, ``92 %``, ``100 %``."""
    return f"{100.0 * one['mean']:.0f} %"


def expected(one: Mapping[str, float]) -> str:
    """``646 (255 to 1,640)``: median and 90 %."""
    median, lower, upper = (
        watching.amount(float(f"{one[name]:.3g}")) for name in ("median", "lower", "upper")
    )
    return f"{median} ({lower} to {upper})"


def chance_band(n: int, bins: int) -> tuple[float, float]:
    """Between which shares a bar of an even histogram of n readings lies in 90 of 100 cases."""
    share = 1.0 / bins
    spread = 1.645 * (share * (1.0 - share) / max(n, 1)) ** 0.5
    return max(share - spread, 0.0), share + spread
