"""``forecaster indicators`` and ``forecaster readings``: what is watched, and what is known."""

from __future__ import annotations

from collections import Counter
from typing import Any

import typer

from forecaster import parsing, settings
from forecaster.commands import options, speak
from forecaster.posterior import words
from forecaster.sources import STATES


def indicators(as_of: str | None = options.AsOf, as_json: bool = options.Json) -> None:
    """List what is watched, with the state of each source.

    fresh: the newest value that could be expected is here. late: the next one is overdue. manual:
    nobody fetches it and nothing is due (yearly, irregular, context). failed: it cannot be read.
    retired: no longer watched.
    """
    from forecaster import documents
    from forecaster.wiring import open_desk

    found = documents.indicators(open_desk(settings.load()), parsing.moment(as_of))
    if as_json:
        speak.document(found)
        return
    rows = [
        (
            one["id"],
            one["state"],
            one["last_period"] or "",
            "" if one["last_value"] is None else f"{one['last_value']:g}",
            one["n_readings"],
            _informs(one),
            one["title"],
        )
        for one in found["indicators"]
    ]
    header = ("indicator", "state", "last", "value", "readings", "speaks for", "title")
    speak.table(header, rows, right=(3, 4))
    counted = Counter(one["state"] for one in found["indicators"])
    speak.say()
    speak.say(", ".join(f"{counted[state]} {state}" for state in STATES if counted[state]))
    aside = sum(one["n_quarantined"] for one in found["indicators"])
    if aside:
        speak.say(f"{words.count(aside, 'reading')} in quarantine")
    for one in found["visits"]:
        if one["error"] is not None:
            since = one["succeeded_at"]
            good = "never visited well" if since is None else f"last good {words.moment(since)}"
            speak.paragraph(f"{one['source']} failed ({good}): {one['error']}")


def _informs(one: dict[str, Any]) -> str:
    if one["role"] == "context":
        return "context"
    against = "−" if one["sign"] < 0 else ""
    part = f"/{one['sub_constraint']}" if one["sub_constraint"] else ""
    return f"{against}{one['factor']}{part}"


def readings(
    indicator: str = typer.Argument(metavar="ID", help="The indicator."),
    as_of: str | None = options.AsOf,
    as_json: bool = options.Json,
) -> None:
    """List the readings of one indicator, as known at a time."""
    from forecaster import documents
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    found = documents.readings_of(desk, indicator, parsing.moment(as_of))
    if as_json:
        speak.document(found)
        return
    one = desk.indicator(indicator)
    speak.tell(f"{one.title}, {one.unit}, as known {words.moment(found['as_of'])}")
    speak.say()
    rows = [
        (
            row["period"],
            f"{row['value']:g}",
            words.day(row["known_at"]),
            row["vintage"],
            row["origin"].replace("_", " "),
            row["source"],
        )
        for row in found["readings"]
    ]
    speak.table(("period", "value", "known", "vintage", "origin", "source"), rows, right=(1, 3))
