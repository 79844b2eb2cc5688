"""Why a forecast moved, in words; numbers are written by ``words``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecaster.belief import Explanation, NewsPart
from forecaster.posterior import words

NAMED = 3  # parts that a sentence names
TOLD_FROM = 0.05  # points: what is less is not worth a place in a sentence
WHOLE = {
    "reading": "What is in force",
    "time": "Time passing",
    "priors": "Other priors",
    "model": "Another model",
    "noise": "Noise of the draws",
}
OF_INDICATOR = {"reading": "New readings", "revision": "Revised readings"}


def label(part: NewsPart, titles: Mapping[str, str]) -> str:
    """``New readings: Meetings of the presidents``, ``Time passing``."""
    name = part["indicator"]
    if name is None:
        return WHOLE[part["kind"]]
    return f"{OF_INDICATOR[part['kind']]}: {titles.get(name, name)}"


def moved(found: Explanation) -> str:
    """Say how far: ``▲ 0.8 points, from 19.64 to 20.47 %``."""
    before, after = found["values"]
    change = words.points(after - before)
    return f"{change[0].upper()}{change[1:]}, from {words.fine(before)} to {words.fine(after)} %"


def summary(found: Explanation, titles: Mapping[str, str]) -> str:
    """Say how far and why, in two sentences and, where it holds, that this cannot be relied on."""
    told = [f"{moved(found)}.", _reasons(found["parts"], titles)]
    if not found["reliable"]:
        told.append(_unreliable(found))
    return " ".join(told)


def _reasons(parts: Sequence[NewsPart], titles: Mapping[str, str]) -> str:
    large = sorted(parts, key=lambda one: -abs(one["points"]))
    named = [
        f"{label(one, titles)}, {words.points(one['points'] / 100.0)}"
        for one in large[:NAMED]
        if abs(one["points"]) >= TOLD_FROM
    ]
    if not named:
        return "No part moved it by as much as 0.05 points."
    return f"{'; '.join(named)}."


def _unreliable(found: Explanation) -> str:
    if found["draws_of"] is None:
        return "The change could not be split: no draws of the two forecasts could be opened."
    return "The split is not reliable."


def sum_sentence(found: Explanation) -> str:
    """Say that the parts add up, and to what."""
    change = words.points(found["change"]["points"] / 100.0)
    log_odds = words.number(found["change"]["log_odds"], 3)
    return (
        f"The parts add up to the change: {change}, {log_odds} in log-odds, in which they were "
        "worked out."
    )


def noise_sentence(found: Explanation) -> str:
    """Say how large the noise may be."""
    bound = words.points(found["noise_bound"]["points"] / 100.0).removeprefix("▲ ")
    return f"Noise of the draws may come to {bound} either way."


def steps_sentence(found: Explanation) -> str:
    """Say over how many forecasts parts were added up; empty where it was one step."""
    if found["steps"] < 2:
        return ""
    return f"Added up over {words.count(found['steps'], 'forecast')}, step by step."
