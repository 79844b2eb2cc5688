"""``forecaster leads``: candidates that a person must judge."""

from __future__ import annotations

import typer

from forecaster import settings
from forecaster.commands import at_once, options, speak
from forecaster.posterior import words

leads = typer.Typer(rich_markup_mode=None)
Number = typer.Argument(metavar="N", help="The lead's number.")
Note = typer.Option("", metavar="T", help="A remark to keep with the decision.")


@leads.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    every: bool = typer.Option(False, "--all", help="Those that were judged, too."),
    as_json: bool = options.Json,
) -> None:
    """List what may be events. A person confirms or dismisses them, nothing counts them."""
    if context.invoked_subcommand is not None:
        return
    from forecaster import documents
    from forecaster.wiring import open_desk

    found = documents.leads_of(open_desk(settings.load()), undecided=not every)
    if as_json:
        speak.document(found)
        return
    if not found["leads"]:
        speak.say("no lead waits for anybody")
        return
    for one in found["leads"]:
        state = f"  ({one['decision']})" if one["decision"] else ""
        speak.say(f"{one['id']}  {words.day(one['day'])}  {one['indicator']}{state}")
        speak.paragraph(one["title"], indent="    ")
        speak.paragraph(one["why"], indent="    ")
        speak.say(f"    {one['url']}")
    speak.say()
    speak.say("`forecaster leads confirm N` or `forecaster leads dismiss N`")


@leads.command()
def confirm(
    number: int = Number,
    period: str | None = typer.Option(
        None, metavar="P", help="The period it belongs to, if not the month of its day."
    ),
    value: float | None = typer.Option(
        None, metavar="V", help="The period's value with the event in it."
    ),
    counted: bool = typer.Option(
        False, "--counted", help="The value has the event in it already: record nothing."
    ),
    note: str = Note,
    as_json: bool = options.Json,
) -> None:
    """Confirm a lead. The month's count goes up by one, as its next vintage."""
    from forecaster import judging
    from forecaster.store.audit import Entry
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    said = {"period": period, "value": value, "counted": counted or None, "note": note.strip()}
    line = Entry(
        COMMAND_LINE,
        "lead.confirm",
        str(number),
        {name: one for name, one in said.items() if one not in {None, ""}},
    )
    stated = judging.Confirmation(period, value, counted, note.strip())
    desk = open_desk(settings.load())
    done = judging.confirm(desk, number, stated, asked=judging.Asked(line))
    made = at_once.forecast(desk) if done.added else None
    if as_json:
        speak.document(done.document() | ({} if made is None else {"forecast": made.told()}))
    elif done.value is None:
        speak.say(f"lead {number} is confirmed; nothing was recorded")
    elif done.added:
        speak.say(
            f"lead {number} is confirmed; {done.lead.indicator} {done.period} is now {done.value:g}"
        )
    else:
        speak.say(
            f"lead {number} is confirmed; {done.lead.indicator} {done.period} = "
            f"{done.value:g} was known already"
        )
    if made is not None and not as_json:
        at_once.tell(made)


@leads.command()
def dismiss(number: int = Number, note: str = Note, as_json: bool = options.Json) -> None:
    """Dismiss a lead: it is no event of its indicator."""
    from forecaster import judging
    from forecaster.store.audit import Entry
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    line = Entry(COMMAND_LINE, "lead.dismiss", str(number), {"note": note} if note else {})
    lead = judging.dismiss(open_desk(settings.load()), number, note=note, asked=judging.Asked(line))
    if as_json:
        speak.document({"id": number, "decision": "dismissed", "indicator": lead.indicator})
    else:
        speak.say(f"lead {number} is dismissed")
