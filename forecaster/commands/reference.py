"""``forecaster reference``: what other pairs of powers did, and what that says about this one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import StoreError
from forecaster.posterior import phrases_reference as say
from forecaster.posterior import prior_words as sets
from forecaster.posterior import words


def reference(as_json: bool = options.Json) -> None:
    """Show how often other pairs of powers became allies."""
    from forecaster import reference as room
    from forecaster.wiring import open_desk

    try:
        desk = open_desk(settings.load())
    except StoreError as error:
        # The history of states does not need a state of ours.
        speak.remark(str(error))
        desk = None
    found = room.document(desk, datetime.now(UTC))
    if as_json:
        speak.document(found)
        return
    speak.paragraph(say.pair(found))
    speak.paragraph(found["definition"])
    speak.say()
    speak.paragraph(say.RATES)
    speak.say()
    _eras(found)
    speak.say()
    speak.paragraph(say.STANCES)
    speak.say()
    _stances(found)
    speak.say()
    _standing(found["standing"])
    _skill(found["skill"])


def _eras(found: dict[str, Any]) -> None:
    rows = [
        [
            f"{one['first']}-{one['last']}",
            one["title"],
            one["formations"],
            f"{one['pair_years']:,}",
            *(_rate(found, one["era"], rival) for rival in (0, 1)),
        ]
        for one in found["counts"]
    ]
    header = ["years", "era", "treaties", "pair-years", "no common rival", "a common rival"]
    speak.table(header, rows, right=(2, 3))


def _rate(found: dict[str, Any], era: str, rival: int) -> str:
    one = say.rate_of(found, era, rival)
    return f"{words.rate(one['mean'])} ({words.rate_interval(one['lower'], one['upper'])})"


def _stances(found: dict[str, Any]) -> None:
    rows = [
        [
            one["eras"],
            one["wars"],
            one["reversion"],
            f"{words.percent(one['mean'])} ({words.interval(one['lower'], one['upper'])})",
        ]
        for one in found["ten_years"]
    ]
    speak.table(["eras", "wars", "common rival", "in ten years"], rows)


def _standing(one: dict[str, Any] | None) -> None:
    if one is None:
        speak.paragraph("No forecast stands; `forecaster update` makes one.")
        return
    for line in say.changed(one):
        speak.paragraph(line)
    if one["under"]:
        speak.say()
        rows = [
            [
                name,
                f"{words.percent(row['mean'])} ({words.interval(row['lower'], row['upper'])})",
                "" if row["sound"] else "too few draws carry it: fit it to know",
            ]
            for name, row in one["under"].items()
        ]
        rows += [[row["name"], sets.level(row), sets.reached(row)] for row in one["reversion"]]
        speak.table(["prior set", "headline", ""], rows)
    speak.say()


def _skill(found: dict[str, Any] | None) -> None:
    if found is None:
        for line in say.skill(None):
            speak.paragraph(line)
        return
    speak.paragraph(f"How well it foretells. {say.tally(found)}")
    speak.paragraph(say.method(found))
    speak.say()
    rows = [
        [
            one["scheme"],
            title,
            *(
                f"{say.score(one[which][score])} {one[which][score]['finding']}"
                for score in say.SCORES
            ),
        ]
        for one in found["schemes"]
        for which, title in say.COMPARISONS.items()
    ]
    speak.table(["split", "skill of", "by log score", "by Brier score"], rows)
    speak.say()
    speak.paragraph(f"{say.CALIBRATION} A star: expected lies outside the band.")
    for one in found["schemes"]:
        speak.say()
        speak.paragraph(f"{one['scheme']}: {say.split(one)} {say.calibration(one)}")
        _bins(one)


def _bins(one: dict[str, Any]) -> None:
    """Both models side by side, a line for each bin."""
    pairs = zip(*(one[model]["calibration"] for model in say.MODELS), strict=True)
    rows = [[say.bounds(pair[0]), *(cell for row in pair for cell in _bin(row))] for pair in pairs]
    header = ["stated"]
    for model in say.MODELS:
        header += [model, "pair-years", "came (band)"]
    speak.table(header, rows, right=(1, 2, 4, 5))


def _bin(row: dict[str, Any]) -> list[str]:
    star = "*" if say.outside([row]) else ""
    return [
        f"{words.number(row['expected'], 1)}{star}",
        f"{row['pair_years']:,}",
        f"{row['pledges']} ({say.band(row)})",
    ]
