"""``forecaster collect``: fetch what is due, or the named indicators at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from forecaster import settings
from forecaster.commands import at_once, options, speak
from forecaster.errors import SourcesFailed
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.collecting import Collected


def collect(
    indicators: list[str] = typer.Argument(
        None, metavar="[ID ...]", help="Indicators to fetch at once; without any, what is due."
    ),
    as_json: bool = options.Json,
) -> None:
    """Fetch what is due now from the public sources. Named indicators are fetched at once."""
    from forecaster import collecting
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    chosen = collecting.serving(desk, indicators) if indicators else collecting.due(desk)
    tell = speak.remark if speak.on_terminal() else None
    done = collecting.collect(desk, chosen, tell=tell)
    news = any(one.readings_added + one.withdrawn for one in done)
    made = at_once.forecast(desk) if news else None
    if as_json:
        told = {} if made is None else {"forecast": made.told()}
        speak.document({"sources": [one.document() for one in done], **told})
    else:
        _tell(done)
        if made is not None:
            at_once.tell(made)
    failed = [one for one in done if one.error is not None]
    if failed:
        of = f"{len(failed)} of {words.count(len(done), 'source')} failed; what was known stands"
        raise SourcesFailed("\n".join([of, *(f"{one.error}" for one in failed)]))


def _tell(done: list[Collected]) -> None:
    if not done:
        speak.say("nothing is due")
        return
    rows = [
        (one.source, one.result, one.readings_added, one.leads_added, one.quarantined)
        for one in done
    ]
    header = ("source", "result", "new readings", "leads", "quarantined")
    speak.table(header, rows, right=(2, 3, 4))
    for one in done:
        for text in one.warnings:
            speak.remark(f"{one.source}: {text}")
    if any(one.leads_added for one in done):
        speak.say("see `forecaster leads` for what may be events")
    if any(one.quarantined for one in done):
        speak.say("see `forecaster quarantine` for values that somebody has to judge")
