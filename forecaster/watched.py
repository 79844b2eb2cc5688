"""What to watch, as it was worked out and kept, and what came of it.

Nothing heavy is imported, so that pages can show it; ``watching`` works it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from forecaster import documents, worked_out
from forecaster.belief import Forecast
from forecaster.errors import NothingKnown
from forecaster.store import forecasts, readings
from forecaster.store.readings import StoredReading
from forecaster.watchlist import Came, ToWatch, Watchlist
from forecaster.wiring import Desk

NAME = "watch"
LOOKED_BACK = 12  # published forecasts whose lists are held against what came
MOST = 30


def stored(desk: Desk, forecast: Forecast) -> Watchlist | None:
    """The list of a forecast; None if nobody has worked it out yet."""
    found = worked_out.get(desk, NAME, forecast["forecast_id"])
    return None if found is None else cast("Watchlist", found)


def document(desk: Desk, found: Watchlist, at: datetime | None = None) -> dict[str, Any]:
    """The list with what came of the ones before."""
    return {**found, "came": came(desk, at)}


def require(desk: Desk, at: datetime | None = None) -> dict[str, Any]:
    """The same, for those who cannot work it out themselves.

    Raises
    ------
    NothingKnown
        If there is no forecast, or nobody has worked it out yet.
    """
    forecast = worked_out.published(desk, at)
    found = stored(desk, forecast)
    if found is None:
        raise NothingKnown(worked_out.missing(NAME, forecast["forecast_id"]))
    return document(desk, found, at)


def came(desk: Desk, at: datetime | None = None) -> list[Came]:
    """Readings that came after they were registered, the newest first.

    Each is held against the last list that was worked out before it was stored here.
    """
    when = at or desk.clock()
    last = forecasts.page(desk.engine, kinds=("published",), limit=LOOKED_BACK)
    newest_first = [one for _, one in last if one.as_of <= when]
    if not newest_first:
        return []
    stored = readings.as_known(desk.engine, when, recorded_by=when)
    known = {(one.indicator, one.period): one for one in stored}
    found: dict[tuple[str, str], Came] = {}
    for summary in newest_first:
        kept = worked_out.get(desk, NAME, summary.forecast_id)
        if kept is None:
            continue
        listed = cast("Watchlist", kept)
        since = listed.get("registered_at")
        registered = summary.created_at if since is None else datetime.fromisoformat(since)
        for row, one in _arrived(listed, known, registered):
            found.setdefault((one.indicator, one.period), _came(row, one, summary.forecast_id))
    return sorted(found.values(), key=lambda one: one["known_at"], reverse=True)[:MOST]


def _arrived(
    kept: Watchlist, known: dict[tuple[str, str], StoredReading], since: datetime
) -> Iterator[tuple[ToWatch, StoredReading]]:
    for row in kept["indicators"]:
        one = known.get((row["indicator"], row["period"]))
        if one is not None and one.recorded_at > since:
            yield row, one


def _came(row: ToWatch, one: StoredReading, forecast_id: str) -> Came:
    low, high = row["low"]["value"], row["high"]["value"]
    return {
        "indicator": row["indicator"],
        "title": row["title"],
        "unit": row["unit"],
        "period": row["period"],
        "value": one.value,
        "known_at": documents.moment(one.known_at),
        "registered_by": forecast_id,
        "low": row["low"],
        "expected": row["expected"],
        "high": row["high"],
        "lies": "below" if one.value < low else "above" if one.value > high else "between",
    }
