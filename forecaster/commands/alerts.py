"""``forecaster alerts``: what was told, what a rule would tell, silences, acknowledgements."""

from __future__ import annotations

from typing import Any

import typer

from forecaster import parsing, settings
from forecaster.commands import options, speak
from forecaster.errors import WrongValue
from forecaster.posterior import rule_words, words

alerts = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Endpoint = typer.Option(None, "--endpoint", metavar="N", help="One endpoint, and not the desk.")
NAMED = 6  # matters that are named before the rest is counted
SAID = {"fired": "alert", "again": "moved on", "resolved": "resolved", "happened": "told"}


@alerts.command("list")
def listed(
    rule: str | None = typer.Option(None, "--rule", metavar="R", help="One rule only."),
    endpoint: str | None = Endpoint,
    limit: int = typer.Option(20, min=1, max=1000, help="How many decisions, newest first."),
    as_json: bool = options.Json,
) -> None:
    """List the rules, what is open or silenced, and what was decided."""
    from forecaster import alerting
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    found = alerting.listed(desk, endpoint=endpoint, rule=rule, limit=limit)
    if as_json:
        speak.document(found)
        return
    speak.table(
        ["rule", "when", "watches"],
        [[one["name"], one["when"], rule_words.watches(one)] for one in found["rules"]],
    )
    speak.say()
    for name in dict.fromkeys(one["rule"] for one in found["open"]):
        about = [one["subject"] for one in found["open"] if one["rule"] == name]
        more = f" and {len(about) - NAMED} more" if len(about) > NAMED else ""
        speak.paragraph(f"open: {name} ({', '.join(about[:NAMED])}{more})")
    for one in found["silences"]:
        why = f" ({one['reason']})" if one["reason"] else ""
        speak.paragraph(f"silent until {words.moment(one['until'])}: {one['rule']}{why}")
    if not found["alerts"]:
        speak.say("nothing was told yet")
    for one in found["alerts"]:
        speak.say(
            f"{one['sequence']}  {words.moment(one['at'])}  {SAID[one['event']]}: {one['rule']}"
        )
        speak.paragraph(one["details"]["summary"], indent="    ")


@alerts.command("try")
def tried(
    rule: str = typer.Option(..., "--rule", metavar="R", help="The rule's name."),
    changes: list[str] = typer.Option(
        [], "--set", metavar="LINE", help="Another value for a key, as 'points = 5'; repeatable."
    ),
    as_json: bool = options.Json,
) -> None:
    """Replay a rule over every forecast there is, and show when it would have told."""
    from forecaster import alerting
    from forecaster.wiring import open_desk

    found = alerting.tried(open_desk(settings.load()), rule, changes)
    if as_json:
        speak.document(found)
    else:
        _tell_tried(rule, found)


def _tell_tried(rule: str, found: dict[str, Any]) -> None:
    history, counts = found["history"], found["counts"]
    made = ", ".join(f"{amount} {kind}" for kind, amount in history["forecasts"].items() if amount)
    span = f"{words.day(history['from'])} to {words.day(history['to'])}"
    speak.paragraph(f"{rule} watches {rule_words.watches(found['rule'])}. History: {made}, {span}.")
    moves = found["moves"]
    if moves["count"]:
        speak.paragraph(
            f"From one forecast to the next, in {moves['measure']}: "
            f"median {words.number(moves['median'])}, "
            f"nine in ten up to {words.number(moves['upper'])}, "
            f"largest {words.number(moves['largest'])}."
        )
    told = [
        words.count(counts["fired"], "alert"),
        words.count(counts["again"], "further move"),
        f"{counts['resolved'] or 'none'} resolved",
    ]
    speak.paragraph(f"It would have told {', '.join(told)}.")
    for one in found["messages"]:
        speak.say(f"{words.moment(one['at'])}  {SAID[one['event']]}")
        speak.paragraph(one["summary"], indent="    ")


@alerts.command()
def silence(
    rule: str = typer.Argument(metavar="RULE", help="The rule's name."),
    until: str = typer.Option(
        ..., "--until", metavar="T", help="When it ends: 2026-12-24 (its end) or a moment, UTC."
    ),
    reason: str = typer.Option("", metavar="T", help="Why."),
    as_json: bool = options.Json,
) -> None:
    """Let a rule decide nothing for a time. What still holds at the end is told then."""
    from forecaster import alerting
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    end = parsing.moment(until, "until")
    if end is None:
        raise WrongValue("until", "expected a day or a moment")
    done = alerting.silence(open_desk(settings.load()), rule, end, COMMAND_LINE, reason=reason)
    if as_json:
        until_text = done.until.isoformat().replace("+00:00", "Z")
        speak.document({"rule": rule, "until": until_text, "reason": done.reason})
    else:
        speak.say(f"{rule} is silent until {words.moment(done.until)}")


@alerts.command()
def ack(
    forecast: str | None = typer.Option(
        None,
        "--forecast",
        metavar="ID",
        help="The forecast that is known, if not the standing one.",
    ),
    rule: str | None = typer.Option(None, "--rule", metavar="R", help="For one rule only."),
    endpoint: str | None = typer.Option(
        None, "--endpoint", metavar="N", help="For one endpoint only."
    ),
    as_json: bool = options.Json,
) -> None:
    """Acknowledge a forecast. Moves are measured from it from now on."""
    from forecaster import alerting
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    done = alerting.acknowledge(desk, COMMAND_LINE, forecast=forecast, endpoint=endpoint, rule=rule)
    if as_json:
        speak.document({"forecast_id": done.forecast_id, "rule": rule, "endpoint": endpoint})
    else:
        speak.say(f"moves are measured from forecast {done.forecast_id} now")
