"""The report of each day as a file, the PDF beside it where a Chromium is there."""

from __future__ import annotations

import re
from pathlib import Path

from forecaster.errors import ForecasterError, NothingKnown
from forecaster.posterior import words
from forecaster.web import pdf, reporting
from forecaster.web.studio import Studio
from forecaster.wiring import Desk

FOLDER = "reports"
KEPT = 30  # days
_NAME = re.compile(r"report-(\d{4}-\d{2}-\d{2})\.(html|pdf)")


def daily(desk: Desk) -> str:
    """Write the report of today; returns what was done. Before the first forecast there is none.

    Raises
    ------
    ForecasterError
        If it cannot be drawn, or not be written.
    """
    folder = desk.settings.home / FOLDER
    try:
        with Studio(desk.settings.home / "cache" / "charts") as studio:
            text = reporting.html(desk, studio)
    except NothingKnown as error:
        return f"no report yet: {error}"
    target = folder / f"report-{desk.clock():%Y-%m-%d}.html"
    _make(folder)
    size = reporting.write(target, text)
    done = f"wrote {target.name} ({words.size(size)}); {_print(target, text)}"
    removed = _remove_old(folder)
    return f"{done}; {words.count(removed, 'old file')} removed" if removed else done


def _print(page: Path, text: str) -> str:
    """The PDF beside the page. Without it the day still has its report, so this only tells."""
    target = page.with_suffix(reporting.PDF)
    try:
        size = reporting.write(target, text)
    except pdf.NoBrowser:
        return "no PDF, for there is no Chromium on the path"
    except pdf.PrintingFailed as error:
        return f"no PDF: {error}"
    return f"{target.name} ({words.size(size)})"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ForecasterError(
            f"the folder {folder} cannot be made ({error.strerror}); give the user of the service "
            "write permission on the state folder"
        ) from error


def _remove_old(folder: Path) -> int:
    """Remove the files of all but the newest days; what people put there stays."""
    days: dict[str, list[Path]] = {}
    for file in folder.iterdir():
        found = _NAME.fullmatch(file.name)
        if found:
            days.setdefault(found[1], []).append(file)
    old = [file for day in sorted(days)[:-KEPT] for file in days[day]]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
