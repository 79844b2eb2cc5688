"""What is worked out from a published forecast's draws, and kept as files for pages to show.

Nothing heavy is imported. ``analysing`` says which analyses there are and works out those that are
missing; a page, an answer or a command that only reads finds here what was kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecaster import kept_files
from forecaster.belief import Forecast
from forecaster.errors import NothingKnown
from forecaster.store import forecasts, runs
from forecaster.wiring import Desk
from priors import what_if

Document = Mapping[str, Any]


def keep(desk: Desk, name: str, forecast_id: str, document: Document) -> None:
    """Store one analysis of a forecast; one that cannot be written is worked out again next time.

    ``name`` is that of the command that shows it, such as ``what-if``.
    """
    file = kept_files.analysis(desk.settings.home, name, forecast_id)
    kept_files.write(file, {**document, "forecast_id": forecast_id})


def get(desk: Desk, name: str, forecast_id: str) -> dict[str, Any] | None:
    """What was kept; None if nobody has worked it out yet, or the file cannot be read."""
    file = kept_files.analysis(desk.settings.home, name, forecast_id)
    return kept_files.read(file, {"forecast_id": forecast_id})


def require(desk: Desk, name: str, at: datetime | None = None) -> dict[str, Any]:
    """The analysis of the forecast whose draws hold, or held at a time.

    Raises
    ------
    NothingKnown
        If there is no forecast, or nobody has worked this out for it yet.
    """
    forecast_id = published(desk, at)["forecast_id"]
    found = get(desk, name, forecast_id)
    if found is None:
        raise NothingKnown(missing(name, forecast_id))
    return found


def standing(desk: Desk, at: datetime | None = None) -> Forecast:
    """The forecast that stands, or stood at a time.

    Raises
    ------
    NothingKnown
        If there is none.
    """
    found = forecasts.standing(desk.engine, at)
    if found is None:
        raise NothingKnown("there is no forecast yet; run `forecaster update`")
    return found


def published(desk: Desk, at: datetime | None = None) -> Forecast:
    """The forecast whose draws hold: the one that stands, or the one that it weighs.

    Raises
    ------
    NothingKnown
        If there is none.
    """
    return base(desk, standing(desk, at))


def base(desk: Desk, forecast: Forecast) -> Forecast:
    """The published forecast that a provisional one weighs; any other is its own.

    Raises
    ------
    NothingKnown
        If that is not stored here.
    """
    name = kept_files.base(forecast)
    if name == forecast["forecast_id"]:
        return forecast
    found = forecasts.get(desk.engine, name)
    if found is None:
        raise NothingKnown(f"the forecast {name} is not stored here")
    return found


def current(desk: Desk, found: Document) -> bool:
    """Whether what was kept answers the questions that ship now; what-ifs alone ask any."""
    asked = found.get("what_ifs_hash")
    return asked is None or bool(asked == what_if.digest(desk.priors.what_ifs))


def missing(name: str, forecast_id: str) -> str:
    """Says that an analysis is not there, and what to do."""
    return (
        f"`{name}` has not been worked out for {forecast_id} yet; the job `analyse` does, and so "
        f"does `forecaster {name}` while that forecast stands"
    )


@dataclass
class Note:
    """What is to be said of a run that came to its end."""

    message: str = ""


@contextmanager
def noted(desk: Desk, name: str, details: Mapping[str, str]) -> Iterator[Note]:
    """Note in the store that something was worked out, so that pages look again."""
    run_id = runs.start(desk.engine, name, details, desk.clock())
    note, status = Note("it did not come to an end"), "failed"
    try:
        yield note
        status = "succeeded"
    finally:
        runs.finish(desk.engine, run_id, status, note.message, desk.clock())
