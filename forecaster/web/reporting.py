"""The report of a desk: what it is made of, gathered; the same for command, job and download."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from forecaster import documents, kept_files, standing
from forecaster.errors import ForecasterError
from forecaster.posterior import series
from forecaster.web import pdf, report
from forecaster.web.studio import Studio
from forecaster.wiring import Desk

PDF = ".pdf"


def gather(desk: Desk, at: datetime | None = None) -> report.Page:
    """The standing forecast, or the one that stood at a time, and what belongs to it.

    Raises
    ------
    NothingKnown
        If there is no such forecast, or it was stored without its posterior.
    DamagedFile
        If its posterior does not match its hash.
    """
    now = desk.clock()
    document = standing.forecast(desk.settings, now, at)
    path, sha256 = documents.posterior_place(desk, document["forecast_id"])
    curves = series.load(desk.settings.home / path, sha256)
    before = documents.before(desk, document["forecast_id"])
    return report.Page(
        document=document,
        series=curves,
        indicators=documents.indicators(desk, at or now)["indicators"],
        disagreements=documents.disagreements(desk, at or now),
        previous=None
        if before is None
        else report.Previous(before.headline_mean, documents.moment(before.as_of)),
        titles=desk.priors.titles,
        warning=kept_files.prior_warning(desk.settings.home, document),
    )


def html(desk: Desk, studio: Studio, at: datetime | None = None) -> str:
    """The report as a page of its own; raises what ``gather`` and ``report.html`` raise."""
    return report.html(gather(desk, at), studio)


def write(output: Path, text: str) -> int:
    """Put a report in its place, as PDF where its name ends so; returns its size in bytes.

    Raises
    ------
    ForecasterError
        If it cannot be printed, or not be written there.
    """
    content = pdf.printed(text) if output.suffix.lower() == PDF else text.encode()
    place(output, content)
    return len(content)


def place(output: Path, content: bytes) -> None:
    """Put a file in its place at once: nobody finds half of it.

    Raises
    ------
    ForecasterError
        If it cannot be written there.
    """
    beside = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(output)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ForecasterError(
            f"{output} cannot be written ({error.strerror}); free some space, or name another place"
        ) from error
