"""``forecaster endpoints``: where alerts are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import ForecasterError, UsageError, WrongValue
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.alerts.book import Book

endpoints = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
Name = typer.Argument(metavar="NAME", help="What it is called: desk-chat, on-call.")


@endpoints.command()
def add(
    url: str = typer.Argument(
        metavar="URL", help="https://host/path, or mailto:desk@example.org with --format email."
    ),
    name: str = typer.Option(..., "--name", metavar="N", help="What it is called."),
    kind: str = typer.Option(
        "standard",
        "--format",
        metavar="F",
        help="standard, slack, discord, teams, mattermost, alertmanager or email.",
    ),
    rule: list[str] = typer.Option(
        [], "--rule", metavar="R", help="A rule that it hears of; several times for several."
    ),
    as_json: bool = options.Json,
) -> None:
    """Add an endpoint and print the secret that signs for it, this once."""
    from forecaster.web.access.principal import COMMAND_LINE

    try:
        made = _book().add(url, name, kind, COMMAND_LINE, rule)
    except WrongValue as error:
        if error.field == "url":  # an argument, and no option
            raise UsageError(str(error).replace("url", "URL", 1)) from None
        raise
    if not made.found:
        speak.remark(
            "the name of this address cannot be looked up now; it is checked again at each sending"
        )
    if as_json:
        speak.document({"name": name, "url": url, "secret": made.secret})
        return
    speak.say(made.secret)
    speak.remark(
        f"{name} is added; give this secret to the receiver now, for it is not shown again, and "
        f"try it by `forecaster endpoints test {name}`"
    )


@endpoints.command("list")
def listed(as_json: bool = options.Json) -> None:
    """List the endpoints and how they do."""
    from forecaster.alerts import documents
    from forecaster.store import endpoints as store

    book = _book()
    now = book.clock()
    found = [documents.endpoint(one, now) for one in store.every(book.engine)]
    if as_json:
        speak.document({"endpoints": found})
        return
    if not found:
        speak.say("there is no endpoint; `forecaster endpoints add URL --name N` adds one")
        return
    rows = [
        [one["name"], one["format"], one["state"], ", ".join(one["rules"]) or "all", one["url"]]
        for one in found
    ]
    speak.table(("name", "format", "state", "rules", "address"), rows)
    for one in found:
        if one["disabled_at"] is not None:
            when = words.moment(one["disabled_at"])
            speak.say(f"{one['name']} was disabled {when}: {one['disabled_why']}")


@endpoints.command("test")
def send_test(name: str = Name, as_json: bool = options.Json) -> None:
    """Send one test message now, without the service; fails unless the answer is 2xx."""
    webhook_id, outcome = _book().test(name)
    if as_json:
        said: dict[str, Any] = {
            "name": name,
            "webhook_id": webhook_id,
            "status_code": outcome.status,
            "outcome": outcome.what,
            "milliseconds": outcome.milliseconds,
            "response": outcome.response,
        }
        speak.document(said)
    if not outcome.good:
        raise ForecasterError(f"{name}: {outcome.what}")
    if not as_json:
        speak.say(f"{name}: {outcome.what} after {outcome.milliseconds} ms")


@endpoints.command()
def rotate(
    name: str = Name,
    at_once: bool = typer.Option(
        False, "--at-once", help="End the old secret now instead of in 24 hours."
    ),
    as_json: bool = options.Json,
) -> None:
    """Make a new secret and print it, this once; for 24 hours the old one signs too."""
    from forecaster.web.access.principal import COMMAND_LINE

    secret = _book().rotate(name, COMMAND_LINE, at_once=at_once)
    if as_json:
        speak.document({"name": name, "secret": secret})
        return
    speak.say(secret)
    until = "has ended" if at_once else "signs beside it for 24 hours"
    speak.remark(f"this is the secret of {name} from now on; the old one {until}")


@endpoints.command()
def disable(name: str = Name) -> None:
    """Send nothing more to an endpoint; what waits for it is kept, to be replayed."""
    from forecaster.web.access.principal import COMMAND_LINE

    changed = _book().disable(name, COMMAND_LINE)
    speak.say(f"{name} is disabled" if changed else f"{name} was disabled already")


@endpoints.command()
def enable(name: str = Name) -> None:
    """Send to an endpoint again."""
    from forecaster.web.access.principal import COMMAND_LINE

    changed = _book().enable(name, COMMAND_LINE)
    speak.say(f"{name} is enabled" if changed else f"{name} was enabled already")
    if changed:
        speak.remark(f"`forecaster deliveries replay --dead {name}` sends what was given up")


@endpoints.command()
def remove(name: str = Name) -> None:
    """Take an endpoint away for good; its deliveries stay on record."""
    from forecaster.web.access.principal import COMMAND_LINE

    _book().remove(name, COMMAND_LINE)
    speak.say(f"{name} is removed")


def _book() -> Book:
    from forecaster.alerts.book import Book
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    return Book(desk.engine, desk.settings, desk.clock)
