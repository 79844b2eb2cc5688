"""``forecaster update``: fit what is known, publish if the checks pass."""

from __future__ import annotations

import typer

from forecaster import parsing, settings
from forecaster.commands import options, progress, speak
from forecaster.errors import FitRejected, UsageError


def update(
    force: bool = typer.Option(False, "--force", help="Fit again even if nothing is new."),
    seed: int | None = typer.Option(
        None, metavar="N", min=0, help="Another seed than the set one."
    ),
    as_of: str | None = options.AsOf,
    as_json: bool = options.Json,
) -> None:
    """Fit what is known and publish. With --as-of store a hindcast, which never stands."""
    from forecaster import update as fit
    from forecaster.commands.answer import tell
    from forecaster.wiring import open_desk

    at = parsing.moment(as_of)
    desk = open_desk(settings.load())
    if at is not None and at > desk.clock():
        raise UsageError("--as-of lies in the future; what will be known then is not known")
    with progress.shown("reading what is known") as tell_progress:
        outcome = fit.run(desk, force=force, seed=seed, as_of=at, progress=tell_progress)
    if as_json:
        speak.document(
            {"kind": outcome.kind, "message": outcome.message, "forecast": outcome.document}
        )
    else:
        speak.tell(outcome.message)
        if outcome.document is not None and outcome.kind != "rejected":
            speak.say()
            tell(outcome.document)
    if outcome.kind == "rejected":
        raise FitRejected(outcome.message)
