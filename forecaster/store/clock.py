"""The database's own time, the one clock that all processes of an installation share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from forecaster.store.instants import from_text

_QUESTIONS = {
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    "postgresql": (
        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', "
        """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    ),
}


def database_time(connection: Connection) -> datetime:
    """What the database's clock says, UTC; with SQLite that is the clock of this machine."""
    found: str = connection.execute(text(_QUESTIONS[connection.dialect.name])).scalar_one()
    return from_text(found)
