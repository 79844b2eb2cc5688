"""``forecaster resolve``: record that another scenario is now in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from forecaster import parsing, settings
from forecaster.belief import SCENARIOS
from forecaster.commands import speak
from forecaster.errors import UsageError, nearest
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.wiring import Desk

FIRST_DAY = "1992-01-01"


def resolve(
    scenario: str = typer.Argument(metavar="SCENARIO", help=", ".join(SCENARIOS)),
    date: str = typer.Option(..., metavar="D", help="The day from which it is in force."),
    source: str = typer.Option(..., metavar="URL", help="Where anybody can read that."),
) -> None:
    """Record that another scenario is in force. Forecasts go on from there."""
    from forecaster.wiring import open_desk

    speak.tell(store(open_desk(settings.load()), scenario, date, source))


def store(desk: Desk, scenario: str, date: str, source: str) -> str:
    """Check a resolution and store it; returns what was done.

    Raises
    ------
    UsageError
        If the scenario is unknown, or the day lies in the future or before 1992.
    """
    from forecaster.store import resolutions
    from forecaster.store.audit import Entry
    from forecaster.web.access.principal import COMMAND_LINE

    if scenario not in SCENARIOS:
        near = nearest(scenario, SCENARIOS)
        hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(SCENARIOS)}"
        raise UsageError(f"no scenario is called {scenario!r}; {hint}")
    on = parsing.day(date, "date")
    now = desk.clock()
    if on > now.date():
        raise UsageError("--date lies in the future; a resolution says what has happened")
    if on < parsing.day(FIRST_DAY, "date"):
        raise UsageError(f"--date lies before {words.day(FIRST_DAY)}, where the model begins")
    where = parsing.web_address(source)
    line = Entry(
        COMMAND_LINE, "resolution.record", f"{scenario} {on.isoformat()}", {"source": where}
    )
    if resolutions.add(desk.engine, scenario, on, where, now, entry=line):
        return (
            f"recorded: {scenario} in force from {words.day(on)}; run `forecaster update` to "
            "forecast from there"
        )
    return f"{scenario} from {words.day(on)} is recorded already; nothing was added"
