"""``forecaster quarantine``: values that were set aside until a person judges them."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import typer

from forecaster import settings
from forecaster.commands import at_once, options, speak
from forecaster.errors import UsageError
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.store.audit import Entry

quarantine = typer.Typer(rich_markup_mode=None)
Number = typer.Argument(metavar="N", help="The number in the list.")
Reason = typer.Option(..., metavar="T", help="Why; it is kept with the decision.")


@quarantine.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    every: bool = typer.Option(False, "--all", help="Those that were judged, too."),
    as_json: bool = options.Json,
) -> None:
    """List values that were set aside as they may be wrong. None of them is used."""
    if context.invoked_subcommand is not None:
        return
    from forecaster import documents
    from forecaster.wiring import open_desk

    found = documents.quarantine_of(open_desk(settings.load()), waiting=not every)
    if as_json:
        speak.document(found)
        return
    if not found["quarantine"]:
        speak.say("nothing waits in quarantine")
        return
    for one in found["quarantine"]:
        value = "no number" if one["value"] is None else f"{one['value']:g}"
        state = "" if one["decision"] is None else f"  ({one['decision']})"
        speak.say(f"{one['id']}  {one['indicator']} {one['period']} = {value}{state}")
        speak.paragraph(one["why"], indent="    ")
        speak.say(f"    {one['source']}, {words.moment(one['recorded_at'])}")
    speak.say()
    speak.say("`forecaster quarantine accept N --reason T` or `forecaster quarantine reject N ...`")


@quarantine.command()
def accept(number: int = Number, reason: str = Reason, as_json: bool = options.Json) -> None:
    """Record a value after all: somebody looked, and it is right."""
    from forecaster import judging
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    why = _stated(reason)
    asked = judging.Asked(_line("accept", number, why))
    one = judging.accept(desk, number, why, _user(), asked=asked)
    made = at_once.forecast(desk)
    if as_json:
        speak.document({"id": number, "decision": "accepted", "forecast": made.told()})
        return
    _tell(number, "accepted", f"{one.indicator} {one.period} = {one.value:g}", as_json=False)
    at_once.tell(made)


@quarantine.command()
def reject(number: int = Number, reason: str = Reason, as_json: bool = options.Json) -> None:
    """Leave a value aside for good: somebody looked, and it is wrong."""
    from forecaster import judging
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    why = _stated(reason)
    asked = judging.Asked(_line("reject", number, why))
    one = judging.reject(desk, number, why, _user(), asked=asked)
    _tell(number, "rejected", f"{one.indicator} {one.period}", as_json=as_json)


def _line(decision: str, number: int, reason: str) -> Entry:
    from forecaster.store.audit import Entry
    from forecaster.web.access.principal import COMMAND_LINE

    return Entry(COMMAND_LINE, f"quarantine.{decision}", str(number), {"reason": reason})


def _stated(reason: str) -> str:
    if not reason.strip():
        raise UsageError("--reason is empty; say why, for whoever asks later")
    return reason.strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may have nobody by a name
        return "unknown"


def _tell(number: int, decision: str, what: str, *, as_json: bool) -> None:
    if as_json:
        speak.document({"id": number, "decision": decision})
    else:
        speak.say(f"{decision}: {what}")
