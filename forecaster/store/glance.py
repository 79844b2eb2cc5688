"""What ``forecaster show`` needs, read with Python's own sqlite3.

SQLAlchemy takes half a second to import, which is all the time that ``show`` has. So its few
questions are asked here directly, of a SQLite file in the shape of this version; of anything else
``look`` says None, and the caller takes the usual way, which also knows every error's words.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, cast

from forecaster.belief import Forecast, Kind
from forecaster.store.instants import from_text, to_text

REVISION = "0009"  # a test compares it with the migrations
NONE = (None, None, "")
_SQLITE = "sqlite:///"

_STANDING = """
    SELECT document, kind, as_of FROM forecasts
    WHERE kind IN ('published', 'provisional') AND as_of <= ?
    ORDER BY as_of DESC, created_at DESC, id DESC LIMIT 1
"""
# A hindcast that was turned away tells nothing of today, so its own time must not be earlier.
_REJECTED = """
    SELECT max(created_at) FROM forecasts
    WHERE kind = 'rejected' AND created_at <= ? AND as_of >= ?
"""
_LOOKED = """
    SELECT max(finished_at) FROM runs
    WHERE kind = 'update' AND status = 'succeeded' AND finished_at <= ?
"""
_LAST = """
    SELECT indicator, max(period_end) FROM readings AS one
    WHERE known_at <= ?1 AND (NOT EXISTS (SELECT 1 FROM withdrawals) OR NOT EXISTS (
        SELECT 1 FROM withdrawals AS gone
        WHERE gone.indicator = one.indicator AND gone.period_start = one.period_start
        AND gone.period_end = one.period_end
        AND gone.known_at >= one.known_at AND gone.known_at <= ?1
    )) GROUP BY indicator
"""
_VISITED = "SELECT indicators, result FROM source_memory WHERE visited_at <= ? ORDER BY source"


class Glance(NamedTuple):
    """The standing forecast and what tells whether it is still good.

    ``looked_at`` is when an update last ended well, new forecast or not; ``rejected_at`` when a
    fit of its time or later last failed the gate; hindcasts count for neither. ``last_periods``
    holds the end of each indicator's last period, ``visits`` the indicators of each source that
    was visited and how its last visit ended.
    """

    document: Forecast | None
    kind: Kind | None
    looked_at: datetime | None
    rejected_at: datetime | None
    last_periods: dict[str, date]
    visits: list[tuple[list[str], str]]


def look(url: str, at: datetime) -> Glance | None:
    """The standing forecast at a time; None if this is not a SQLite file that we know."""
    path = Path(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or "?" in url or not path.is_file():
        return None
    moment = to_text(at)
    try:
        connection = sqlite3.connect(path, timeout=5, isolation_level=None)
        try:
            connection.execute("PRAGMA query_only = 1")
            if connection.execute("SELECT version_num FROM alembic_version").fetchall() != [
                (REVISION,)
            ]:
                return None
            connection.execute("BEGIN")
            text, kind, as_of = connection.execute(_STANDING, (moment,)).fetchone() or NONE
            (rejected,) = connection.execute(_REJECTED, (moment, as_of)).fetchone()
            (looked,) = connection.execute(_LOOKED, (moment,)).fetchone()
            last = connection.execute(_LAST, (moment,)).fetchall()
            visited = connection.execute(_VISITED, (moment,)).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return None
    return Glance(
        document=None if text is None else cast(Forecast, json.loads(text)),
        kind=kind,
        looked_at=None if looked is None else from_text(looked),
        rejected_at=None if rejected is None else from_text(rejected),
        last_periods={name: date.fromisoformat(end) for name, end in last},
        visits=[(json.loads(names), result) for names, result in visited],
    )
