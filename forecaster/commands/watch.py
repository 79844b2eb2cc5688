"""``forecaster watch``: what to watch next."""

from __future__ import annotations

from typing import cast

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.posterior import watch_words, words
from forecaster.watchlist import Watchlist


def watch(as_json: bool = options.Json) -> None:
    """Say which reading may move the forecast next, and how far."""
    from forecaster import watched, worked_out
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    forecast = worked_out.published(desk)
    found = watched.stored(desk, forecast)
    if found is None:
        # Draws have to be opened, and paths followed: seconds.
        from forecaster import analysing, watching

        made = analysing.work_out(desk, (watched.NAME, watching.watch), forecast)
        found = cast("Watchlist", made)
    if as_json:
        speak.document(watched.document(desk, found))
    else:
        _tell(found)


def _tell(found: Watchlist) -> None:
    told = [one for one in found["indicators"] if one["told"]]
    speak.say(watch_words.heading(found))
    speak.say()
    if told:
        rows = [
            (
                one["title"],
                one["period"],
                watch_words.when(one),
                words.number(one["expected_move"]),
                *(watch_words.after(one[name]) for name in ("low", "expected", "high")),
            )
            for one in told
        ]
        header = ("reading", "of", "due", "points", "if low", "if as expected", "if high")
        speak.table(header, rows, right=(3,))
        speak.say()
    speak.paragraph(watch_words.rest(found))
    speak.paragraph(watch_words.MEANING)
