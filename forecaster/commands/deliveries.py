"""``forecaster deliveries``: what was sent, what waits, what was given up."""

from __future__ import annotations

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import UsageError, WrongValue
from forecaster.posterior import words

deliveries = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@deliveries.command("list")
def listed(
    endpoint: str | None = typer.Option(None, "--endpoint", metavar="N", help="Of one endpoint."),
    status: str | None = typer.Option(
        None, "--status", metavar="S", help="pending, delivered, failed or dead."
    ),
    limit: int = typer.Option(100, "--limit", min=1, max=100_000, help="How many at most."),
    as_json: bool = options.Json,
) -> None:
    """List the newest deliveries, newest first."""
    from forecaster.alerts import documents
    from forecaster.store import endpoints, outbox
    from forecaster.wiring import open_desk

    if status is not None and status not in outbox.STATUSES:
        raise WrongValue("status", f"{status!r} is none; expected {', '.join(outbox.STATUSES)}")
    desk = open_desk(settings.load())
    if endpoint is not None:
        endpoints.named(desk.engine, endpoint)
    rows = outbox.deliveries(desk.engine, endpoint=endpoint, status=status, limit=limit)
    found = [documents.delivery(one) for one in rows]
    if as_json:
        speak.document(found)
        return
    if not found:
        speak.say("there is no such delivery")
        return
    lines = [
        [
            one["webhook_id"],
            one["endpoint"],
            one["type"],
            one["status"],
            one["attempts"],
            words.moment(one["created_at"]),
            "" if one["next_attempt_at"] is None else words.moment(one["next_attempt_at"]),
        ]
        for one in found
    ]
    header = ("id", "endpoint", "type", "status", "attempts", "written", "next attempt")
    speak.table(header, lines, right=(4,))


@deliveries.command()
def show(
    webhook_id: str = typer.Argument(metavar="ID", help="As `forecaster deliveries list` says."),
    as_json: bool = options.Json,
) -> None:
    """Show one delivery: what is sent, and every attempt with the answer."""
    from forecaster.alerts import documents
    from forecaster.store import outbox
    from forecaster.wiring import open_desk

    found = documents.whole(*outbox.show(open_desk(settings.load()).engine, webhook_id))
    if as_json:
        speak.document(found)
        return
    speak.say(f"{found['type']} to {found['endpoint']}: {found['status']}")
    speak.say(found["body"])
    rows = [
        [
            one["number"],
            words.moment(one["at"]),
            f"{one['milliseconds']} ms",
            _plain(one["outcome"]),
            _plain(one["response"])[:200],
        ]
        for one in found["tries"]
    ]
    if rows:
        speak.table(("attempt", "at", "took", "outcome", "the answer begins"), rows, right=(0, 2))


@deliveries.command()
def replay(
    webhook_id: str | None = typer.Argument(None, metavar="ID", help="The one to send again."),
    dead: str | None = typer.Option(
        None, "--dead", metavar="N", help="All that were given up for one endpoint."
    ),
    as_json: bool = options.Json,
) -> None:
    """Send again: the same bytes under the same id. The running service does the sending."""
    from forecaster.alerts import documents
    from forecaster.store import outbox
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    if (webhook_id is None) == (dead is None):
        raise UsageError("expected the ID of one delivery, or --dead NAME")
    desk = open_desk(settings.load())
    now = desk.clock()
    if dead is not None:
        count = outbox.replay_dead(desk.engine, dead, now=now, actor=COMMAND_LINE)
        speak.document({"replayed": count}) if as_json else speak.say(
            f"{words.count(count, 'delivery', 'deliveries')} will be sent again"
        )
        return
    done = outbox.replay(desk.engine, webhook_id or "", now=now, actor=COMMAND_LINE)
    found = documents.delivery(done)
    if as_json:
        speak.document(found)
    else:
        speak.say(f"{webhook_id} will be sent again to {found['endpoint']}")


def _plain(text: str) -> str:
    """A stranger's text on a terminal: one line, nothing that moves the cursor."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
