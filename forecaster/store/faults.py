"""Say in one line what the database refused, why, and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from forecaster.errors import Busy, StoreError

NOT_INITIALISED = "{where} is not initialised; run `forecaster init`"
_LINES = {
    "not initialised": NOT_INITIALISED,
    "full": "the disk of {where} is full; nothing of this step was stored. "
    "Free some space and run it again",
    "read-only": "{where} is read-only; give yourself write permission on it and on its folder, "
    "or set FORECASTER_HOME to a folder that can be written",
    "broken disk": "the disk of {where} reports an error ({reason}); nothing of this step was "
    "stored. Check the disk and its free space, then run `forecaster verify`",
    "damaged": "{where} is damaged ({reason}); bring back a copy with `forecaster restore`",
    "no database": "{where} is not a database; set FORECASTER_DATABASE_URL to another file or "
    "bring back a copy with `forecaster restore`",
    "forbidden": "{where} may not be opened ({reason}); give yourself permission to read and "
    "write it and its folder",
    "unreachable": "{where} cannot be reached ({reason}); check FORECASTER_DATABASE_URL and "
    "that the server runs",
}
_SQLITE = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_FULL": "full",
    "SQLITE_READONLY": "read-only",
    "SQLITE_IOERR": "broken disk",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "no database",
    "SQLITE_PERM": "forbidden",
    "SQLITE_CANTOPEN": "forbidden",
}
_POSTGRESQL = {
    "55P03": "busy",  # lock_timeout
    "57014": "busy",  # statement_timeout
    "40001": "busy",
    "40P01": "busy",
    "53100": "full",
    "25006": "read-only",
    "58030": "broken disk",
    "XX001": "damaged",
    "42501": "forbidden",
    "42P01": "not initialised",
}
_BUSY = "another program has kept {where} locked for too long; wait for it to end and run it again"


def explained(error: DBAPIError | NoConnectionFree, engine: Engine) -> Exception:
    """The error a person is told; programming errors come back unchanged."""
    where = place(engine)
    if isinstance(error, NoConnectionFree):  # all connections to the server are in use
        return Busy(_BUSY.format(where=where))
    reason = next(iter(str(error.orig).strip().splitlines()), "no reason given")
    kind = _sqlite_kind(error, engine) if isinstance(error.orig, sqlite3.Error) else _kind(error)
    if kind == "busy":
        return Busy(_BUSY.format(where=where))
    if kind in _LINES:
        return StoreError(_LINES[kind].format(where=where, reason=reason))
    if isinstance(error, DataError | IntegrityError | OperationalError):
        return StoreError(f"{where} refused: {reason}")
    return error


def _sqlite_kind(error: DBAPIError, engine: Engine) -> str:
    code = getattr(error.orig, "sqlite_errorname", "")
    path = database_file(engine)
    if str(error.orig).startswith("no such table"):
        return "not initialised"
    if code.startswith("SQLITE_CANTOPEN") and path is not None and not path.exists():
        return "not initialised"
    return next((kind for start, kind in _SQLITE.items() if code.startswith(start)), "")


def _kind(error: DBAPIError) -> str:
    state: str | None = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or state is None:
        return "unreachable"
    return _POSTGRESQL.get(state, "")


def database_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for a server."""
    if engine.dialect.name != "sqlite":
        return None
    return Path(str(engine.url.database))


def place(engine: Engine) -> str:
    """Name the database for a person, without any password."""
    if engine.dialect.name == "sqlite":
        return f"the database {engine.url.database}"
    return f"the database {engine.url.render_as_string(hide_password=True)}"
