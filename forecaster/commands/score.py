"""``forecaster score``: how good the forecast was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import typer

from forecaster import parsing, settings
from forecaster.commands import options, speak
from forecaster.posterior import phrases_reference, watching, words
from forecaster.posterior import scores_words as say


def score(
    hindcasts: bool = typer.Option(
        False, "--hindcasts", help="Of hindcasts, not of published forecasts."
    ),
    as_of: str | None = options.AsOf,
    as_json: bool = options.Json,
) -> None:
    """Show how predictions fared, on two scoreboards."""
    from forecaster.scoring import board, coming
    from forecaster.store.predictions import HINDCAST, LIVE
    from forecaster.wiring import open_desk

    desk, now = open_desk(settings.load()), datetime.now(UTC)
    at = parsing.past_moment(as_of, "as-of", now)
    coming.score(desk)
    found = board.document(desk, HINDCAST if hindcasts else LIVE, now, at)
    if as_json:
        speak.document(found)
    else:
        _tell(found, pseudo=hindcasts)


def _tell(found: dict[str, Any], *, pseudo: bool) -> None:
    speak.paragraph(found["summary"])
    if found["overall"] is not None:
        speak.say()
        _groups(found)
        speak.say()
        _indicators(found["by_indicator"])
        speak.say()
        _misses(found)
        speak.say()
        speak.paragraph(say.method(found))
    if pseudo:
        speak.paragraph(say.PSEUDO)
    if found["due"]:
        speak.say()
        _due(found["due"])
    speak.say()
    speak.paragraph(say.question(found))
    for line in say.steadiness(found):
        speak.paragraph(line)
    speak.say()
    speak.paragraph("The reference class (`forecaster reference`):")
    for line in phrases_reference.skill(found["reference"]):
        speak.paragraph(line)


def _due(found: list[dict[str, Any]]) -> None:
    speak.say("Predicted, and due next:")
    rows = [
        [words.day(one["due"]), one["indicator"], one["period"], say.expected(one["expected"])]
        for one in found
    ]
    speak.table(["due", "indicator", "period", "expected (90 %)"], rows)


def _groups(found: dict[str, Any]) -> None:
    groups = [("all", found["overall"])] + [
        (words.count(one["ahead"], "month"), one) for one in found["by_ahead"]
    ]
    rows = [
        [
            name,
            one["readings"],
            *(say.skill(one["skill"][way]) for way in say.NAMES),
            say.part(one["coverage"]["50"]),
            say.part(one["coverage"]["90"]),
        ]
        for name, one in groups
    ]
    header = ["ahead", "readings", *(f"against {name}" for name in say.NAMES.values())]
    speak.table([*header, "in 50 %", "in 90 %"], rows, right=(1, 5, 6))


def _indicators(found: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["indicator"],
            one["readings"],
            say.skill(one["skill"]["no_change"]),
            say.part(one["coverage"]["50"]),
            say.part(one["coverage"]["90"]),
        ]
        for one in found
    ]
    header = ["indicator", "readings", "skill against no change", "in 50 %", "in 90 %"]
    speak.table(header, rows, right=(1, 3, 4))


def _misses(found: dict[str, Any]) -> None:
    month = found["month"]
    speak.say(f"The largest misses of {month}:" if month else "The largest misses:")
    rows = [
        [
            one["indicator"],
            one["period"],
            watching.amount(one["value"]),
            say.expected(one["expected"]),
            one["unit"],
        ]
        for one in found["misses"]
    ]
    speak.table(["indicator", "period", "came", "expected", "unit"], rows, right=(2,))
