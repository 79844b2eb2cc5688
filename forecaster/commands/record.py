"""``forecaster record``: add a reading by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from forecaster import settings
from forecaster.commands import at_once, options, speak
from forecaster.errors import Quarantined

if TYPE_CHECKING:
    from forecaster import recording
    from forecaster.instant import Outcome


def record(
    indicator: str = typer.Argument(metavar="ID", help="The indicator, as in its folder's name."),
    period: str = typer.Option(..., metavar="P", help="2026, 2026-10 or 2026-10-17."),
    value: str = typer.Option(..., metavar="V", help="A number, in the indicator's unit."),
    source: str = typer.Option(..., metavar="URL", help="Where anybody can look it up."),
    note: str = typer.Option("", metavar="T", help="A short remark to keep with it."),
    reason: str = typer.Option("", metavar="T", help="Why an implausible value is right."),
    published: str | None = typer.Option(
        None, metavar="T", help="When it was published, if not just now: a day or a moment, UTC."
    ),
    as_json: bool = options.Json,
) -> None:
    """Add a reading by hand and say what the forecast becomes.

    A second value for a period becomes its next vintage. The forecast is provisional until a fit.
    """
    from forecaster import parsing, recording
    from forecaster.store.audit import Entry
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    stated = recording.Stated(
        indicator,
        period,
        value,
        source,
        note=note,
        reason=reason,
        published_at=parsing.past_moment(published, "published", desk.clock()),
    )
    line = Entry(COMMAND_LINE, "reading.record", f"{indicator} {period}", {"value": value})
    done = recording.store(desk, stated, entry=line)
    made = at_once.forecast(desk) if done.result == "added" else None
    if as_json:
        speak.document(done.document() | ({} if made is None else {"forecast": made.told()}))
    else:
        _tell(done, made)
    for text in done.remarks:
        speak.remark(text)
    if done.result == "quarantined":
        raise Quarantined(
            f"{done.why}; kept aside and not used; if it is right, record it again with --reason"
        )


def _tell(done: recording.Recorded, made: Outcome | None) -> None:
    one = done.reading
    what = f"{one.indicator} {one.period.text} = {one.value:g}"
    if done.result == "added":
        speak.tell(f"recorded {what} (vintage {done.vintage})")
    elif done.result == "duplicate":
        speak.tell(f"{what} is known already (vintage {done.vintage}); nothing was added")
    if made is not None:
        at_once.tell(made)
