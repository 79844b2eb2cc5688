"""Explanations that are stored: with their forecast, in a file, or as steps that add up.

Nothing heavy is imported, so that pages and ``show`` can say why; ``explaining`` works out the
rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from forecaster import kept_files, parsing, worked_out
from forecaster.belief import Explanation, Forecast, Kind
from forecaster.errors import NothingKnown, UnknownName, WrongValue
from forecaster.posterior import explanations, words
from forecaster.store import forecasts
from forecaster.wiring import Desk

FOLDER = "explanations"
LONGEST = 64  # characters of an id, as the store has it
DAY = r"\d{4}-\d{2}-\d{2}"  # how a day or a moment begins, and no id that was given by an update
MOST_STEPS = 400


class Pair(NamedTuple):
    """From which forecast to which."""

    start: Forecast
    end: Forecast


def ends(
    desk: Desk, since: str | None = None, at: datetime | None = None, *, to: str | None = None
) -> Pair:
    """The two forecasts that are compared.

    Each may be named by its id, or by a day or a moment. The later is the one that stands, or
    stood at a time, and the earlier is the one published before it, unless named.

    Raises
    ------
    NothingKnown
        If there is no forecast, or none before.
    UnknownName
        If there is no forecast of that id.
    WrongValue
        If both are the same, if the earlier is named last, or if one was never shown.
    """
    end = end_of(desk, to, at)
    return Pair(start_of(desk, end, since), end)


def end_of(desk: Desk, to: str | None = None, at: datetime | None = None) -> Forecast:
    """The later of the two; one that is named must be no later than the moment that is given.

    Raises what ``ends`` raises.
    """
    if to is None:
        return worked_out.standing(desk, at)
    # What stood at a moment may be provisional: that is what readers saw.
    end = _named(desk, "to", to, forecasts.STANDS)
    if at is not None and _order(end)[0] > at:
        raise WrongValue(
            "to",
            f"{_known(end)} is later than {words.moment(at)}, as of which it is asked for; "
            "name an earlier one, or leave as_of out",
        )
    return end


def start_of(desk: Desk, end: Forecast, since: str | None = None) -> Forecast:
    """The earlier of the two.

    Raises what ``ends`` raises.
    """
    if since is None:
        return _before(desk, end)
    # Steps are explained from one published forecast to the next, so a moment means one of these.
    start = _named(desk, "since", since, ("published",))
    if start["forecast_id"] == end["forecast_id"]:
        raise WrongValue(
            "since", f"{_known(start)} is the forecast that is explained; name an earlier one"
        )
    if _order(start) > _order(end):
        raise WrongValue(
            "since",
            f"{_known(start)} is later than {_known(end)}, the forecast that is explained; "
            "name an earlier one, or a later one to explain",
        )
    return start


def _before(desk: Desk, end: Forecast) -> Forecast:
    rows = forecasts.earlier(desk.engine, end["forecast_id"], kinds=("published",), limit=1)
    start = forecasts.get(desk.engine, rows[0].forecast_id) if rows else None
    if start is None:
        raise NothingKnown(
            "this is the first forecast, so there is nothing that it could have moved from"
        )
    return start


def _named(desk: Desk, field: str, text: str, kinds: Sequence[Kind]) -> Forecast:
    """The forecast of an id, or the one of these kinds that stood at a day or a moment."""
    readable = len(text) <= LONGEST and text.isprintable()
    found = forecasts.get(desk.engine, text) if readable else None
    if found is None and readable and re.match(DAY, text):
        found = forecasts.standing(desk.engine, parsing.moment(text, field), kinds=kinds)
        if found is None:
            raise NothingKnown(f"{field}: no forecast had been published as of {text}")
    if found is None:
        known = [one.forecast_id for one in forecasts.history(desk.engine)]
        raise UnknownName("forecast", text[:LONGEST], known, see="forecaster history")
    if forecasts.kind_of(desk.engine, found["forecast_id"]) == "rejected":
        raise WrongValue(field, f"{text} did not pass the gate and was never a forecast")
    return found


def _order(one: Forecast) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one["as_of"]), datetime.fromisoformat(one["created_at"])


def _known(one: Forecast) -> str:
    return f"{one['forecast_id']} (as known {words.moment(one['as_of'])})"


def stored(desk: Desk, pair: Pair) -> Explanation | None:
    """What was worked out already; None if nobody has yet."""
    start, end = pair.start["forecast_id"], pair.end
    own = end.get("explanation")
    if own is not None and own["from"] == start:
        return own
    return _kept(desk, start, end["forecast_id"]) or _added_up(desk, start, end)


def is_kept(desk: Desk, start: str, end: str) -> bool:
    """Whether somebody has worked out this very pair of ids, beside what forecasts carry."""
    return _kept(desk, start, end) is not None


def require(
    desk: Desk, since: str | None = None, at: datetime | None = None, *, to: str | None = None
) -> Explanation:
    """The same, for those who cannot work it out themselves.

    Raises
    ------
    NothingKnown
        If nobody has worked it out yet, and what ``ends`` raises.
    """
    pair = ends(desk, since, at, to=to)
    found = stored(desk, pair)
    if found is None:
        raise NothingKnown(missing(pair))
    return found


def missing(pair: Pair) -> str:
    """Says that nobody has worked it out, and by which command anybody may."""
    start, end = pair.start["forecast_id"], pair.end["forecast_id"]
    return (
        f"why the forecast moved from {start} to {end} has not been worked out; run "
        f"`forecaster explain --since {start} --to {end}`, which keeps it"
    )


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
