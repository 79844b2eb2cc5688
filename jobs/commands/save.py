"""``forecaster backup``, ``restore`` and ``verify``: save, bring back, prove whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import DamagedFile
from forecaster.posterior import words


def backup(
    file: Path = typer.Argument(metavar="F", help="A file that does not exist yet."),
) -> None:
    """Save the whole state into one file; the service goes on."""
    from forecaster.wiring import open_desk
    from jobs import backups

    speak.say(backups.said(backups.save(open_desk(settings.load()), file.absolute())))


def restore(
    file: Path = typer.Argument(metavar="F", help="A file that `forecaster backup` wrote."),
    replace: bool = typer.Option(
        False, "--replace", help="Put it in the place of the state that is there."
    ),
) -> None:
    """Bring a saved state back; the service must not run."""
    from jobs import restoring

    speak.say(restoring.said(restoring.restore(settings.load(), file.absolute(), replace=replace)))


def verify(as_json: bool = options.Json) -> None:
    """Prove that the state is whole. Database, readings' chain and all files are checked."""
    from forecaster.wiring import open_desk
    from jobs import verifying

    found = verifying.verify(open_desk(settings.load()))
    if as_json:
        speak.document(asdict(found))
    elif not found.problems:
        held = words.count(found.counts["readings"], "reading")
        posteriors = words.count(found.posteriors, "posterior")
        bodies = words.count(found.bodies, "archived body", "archived bodies")
        speak.say(f"whole: {held}, {posteriors}, {bodies}; nothing is wrong")
    if found.problems:
        remedy = "bring back a copy with `forecaster restore`"
        raise DamagedFile("\n".join([*found.problems, remedy]))
