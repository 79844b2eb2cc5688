"""Explanations that are stored: with their forecast, in a file, or as steps that add up.

Nothing heavy is imported, so that pages and ``show`` can say why; ``explaining`` works out the
rest.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from forecaster import documents, kept_files, worked_out
from forecaster.belief import Explanation, Forecast
from forecaster.errors import NothingKnown, UnknownName, WrongValue
from forecaster.posterior import explanations
from forecaster.store import forecasts
from forecaster.wiring import Desk

FOLDER = "explanations"
LONGEST = 64  # characters of an id, as the store has it
MOST_STEPS = 400


class Pair(NamedTuple):
    """From which forecast to which."""

    start: Forecast
    end: Forecast


def ends(desk: Desk, since: str | None = None, at: datetime | None = None) -> Pair:
    """The forecast that stands, or stood at a time, and the one that it is compared with.

    Raises
    ------
    NothingKnown
        If there is no forecast, or none before.
    UnknownName
        If there is no forecast of that id.
    WrongValue
        If it is the standing one, or one that was never shown.
    """
    end = worked_out.standing(desk, at)
    if since is None:
        before = documents.before(desk, end["forecast_id"])
        if before is None:
            raise NothingKnown(
                "this is the first forecast, so there is nothing that it could have moved from"
            )
        since = before.forecast_id
    readable = len(since) <= LONGEST and since.isprintable()
    start = forecasts.get(desk.engine, since) if readable else None
    if start is None:
        known = [one.forecast_id for one in forecasts.history(desk.engine)]
        raise UnknownName("forecast", since[:LONGEST], known, see="forecaster history")
    if since == end["forecast_id"]:
        raise WrongValue("since", f"{since} is the forecast that stands; name an earlier one")
    if forecasts.kind_of(desk.engine, since) == "rejected":
        raise WrongValue("since", f"{since} did not pass the gate and was never a forecast")
    return Pair(start, end)


def stored(desk: Desk, pair: Pair) -> Explanation | None:
    """What was worked out already; None if nobody has yet."""
    start, end = pair.start["forecast_id"], pair.end
    own = end.get("explanation")
    if own is not None and own["from"] == start:
        return own
    return _kept(desk, start, end["forecast_id"]) or _added_up(desk, start, end)


def require(desk: Desk, since: str | None = None, at: datetime | None = None) -> Explanation:
    """The same, for those who cannot work it out themselves.

    Raises
    ------
    NothingKnown
        If nobody has worked it out yet, and what ``ends`` raises.
    """
    pair = ends(desk, since, at)
    found = stored(desk, pair)
    if found is None:
        start = pair.start["forecast_id"]
        raise NothingKnown(
            f"why the forecast moved since {start} has not been worked out; run "
            f"`forecaster explain --since {start}`, which keeps it"
        )
    return found


def titles(desk: Desk) -> dict[str, str]:
    """What the indicators are called."""
    return {name: one.title for name, one in desk.catalogue.items()}


def keep(desk: Desk, found: Explanation) -> None:
    """Store an explanation in a file; one that cannot be written is worked out again next time."""
    kept_files.write(_path(desk, found["from"], found["to"]), found)


def _path(desk: Desk, start: str, end: str) -> Path:
    names = "--".join(kept_files.name(one) for one in (start, end))
    return desk.settings.home / FOLDER / f"{names}.json"


def _kept(desk: Desk, start: str, end: str) -> Explanation | None:
    found = kept_files.read(_path(desk, start, end), {"from": start, "to": end})
    return cast("Explanation | None", found)


def _added_up(desk: Desk, start: str, end: Forecast) -> Explanation | None:
    """Step by step back to the start, if every step on the way was explained."""
    steps: list[Explanation] = []
    at: Forecast | None = end
    while at is not None and len(steps) < MOST_STEPS:
        step = at.get("explanation")
        if step is None:
            return None
        steps.insert(0, step)
        if step["from"] == start:
            return explanations.chained(steps, titles(desk))
        at = forecasts.get(desk.engine, step["from"])
    return None
