"""``forecaster report``: the standing forecast as one page, or printed."""

from __future__ import annotations

from pathlib import Path

import typer

from forecaster import parsing, settings
from forecaster.commands import options, speak


def report(
    output: Path = typer.Option(
        Path("report.html"),
        "--output",
        metavar="F",
        help="The file to write: a page, or a PDF where the name ends in .pdf.",
    ),
    as_of: str | None = options.AsOf,
) -> None:
    """Write the forecast as one page that needs no network. It can be printed.

    A PDF is printed by the Chromium on the path.
    """
    from forecaster.web import pdf, reporting
    from forecaster.web.studio import Studio
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    if output.suffix.lower() == reporting.PDF:
        pdf.browser()  # told before the work is done
    with Studio() as studio:
        text = reporting.html(desk, studio, parsing.moment(as_of))
    size = reporting.write(output, text)
    speak.say(f"wrote {output} ({size // 1000:,} kB)")
