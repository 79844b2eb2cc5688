"""``forecaster report``: the standing forecast as one page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forecaster import parsing, settings, standing
from forecaster.commands import options, speak
from forecaster.errors import ForecasterError

if TYPE_CHECKING:
    from datetime import datetime

    from forecaster.wiring import Desk


def report(
    output: Path = typer.Option(
        Path("report.html"), "--output", metavar="F.html", help="The file to write."
    ),
    as_of: str | None = options.AsOf,
) -> None:
    """Write the forecast as one page that needs no network. It can be printed."""
    from forecaster.wiring import open_desk

    text = page(open_desk(settings.load()), parsing.moment(as_of))
    write(output, text)
    speak.say(f"wrote {output} ({len(text.encode()) // 1000:,} kB)")


def page(desk: Desk, at: datetime | None = None) -> str:
    """The page of the standing forecast, or of the one that stood at a time.

    Raises
    ------
    NothingKnown
        If there is no such forecast, or it was stored without its posterior.
    DamagedFile
        If its posterior does not match its hash.
    """
    from forecaster import documents
    from forecaster.posterior import series
    from forecaster.web import report as web
    from forecaster.web.studio import Studio

    now = desk.clock()
    document = standing.forecast(desk.settings, now, at)
    path, sha256 = documents.posterior_place(desk, document["forecast_id"])
    curves = series.load(desk.settings.home / path, sha256)
    before = documents.before(desk, document["forecast_id"])
    made_of = web.Page(
        document=document,
        series=curves,
        indicators=documents.indicators(desk, at or now)["indicators"],
        disagreements=documents.disagreements(desk, at or now),
        previous=None
        if before is None
        else web.Previous(before.headline_mean, documents.moment(before.as_of)),
    )
    with Studio() as studio:
        return web.html(made_of, studio)


def write(output: Path, text: str) -> None:
    """Put the page in its place at once: nobody finds half of it."""
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(output)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ForecasterError(
            f"{output} cannot be written ({error.strerror}); name another file with --output"
        ) from error
