"""Say in one line what the database refused, why, and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from forecaster.errors import Busy, StoreError

NOT_INITIALISED = "{where} is not initialised; run `forecaster init`"

_SQLITE = {
    "SQLITE_FULL": "the disk of {where} is full; nothing of this step was stored. "
    "Free some space and run it again",
    "SQLITE_READONLY": "{where} is read-only; give yourself write permission on the file and its "
    "folder, or set FORECASTER_HOME to a folder that can be written",
    "SQLITE_IOERR": "the disk of {where} reports an error ({reason}); nothing of this step was "
    "stored. Check the disk and its free space, then run `forecaster verify`",
    "SQLITE_CORRUPT": "{where} is damaged ({reason}); bring back a copy with `forecaster restore`",
    "SQLITE_NOTADB": "{where} is not a database; set FORECASTER_DATABASE_URL to another file or "
    "bring back a copy with `forecaster restore`",
    "SQLITE_PERM": "{where} may not be opened; give yourself permission to read and write it",
}
_POSTGRESQL = {
    "53100": "SQLITE_FULL",
    "25006": "SQLITE_READONLY",
    "58030": "SQLITE_IOERR",
    "XX001": "SQLITE_CORRUPT",
    "42501": "SQLITE_PERM",
}
_BUSY = "another program has kept {where} locked for too long; wait for it to end and run it again"


def explained(error: DBAPIError, engine: Engine) -> Exception:
    """The error a person is told; programming errors come back unchanged."""
    where = place(engine)
    reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no reason"
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorname", "")
        lost = code.startswith("SQLITE_CANTOPEN")
        if lost and not Path(str(engine.url.database)).exists():
            return StoreError(NOT_INITIALISED.format(where=where))
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Busy(_BUSY.format(where=where))
        if reason.startswith("no such table"):
            return StoreError(NOT_INITIALISED.format(where=where))
        line = next((text for key, text in _SQLITE.items() if code.startswith(key)), None)
    else:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in ("55P03", "57014", "40001", "40P01"):
            return Busy(_BUSY.format(where=where))
        if state == "42P01":
            return StoreError(NOT_INITIALISED.format(where=where))
        line = _SQLITE.get(_POSTGRESQL.get(state, ""))
        if line is None and (error.connection_invalidated or not state):
            line = "{where} cannot be reached ({reason}); check that the server runs and the URL"
    if line is not None:
        return StoreError(line.format(where=where, reason=reason))
    if isinstance(error, IntegrityError | OperationalError):
        return StoreError(f"{where} refused: {reason}")
    return error


def place(engine: Engine) -> str:
    """Name the database for a person, without any password."""
    if engine.dialect.name == "sqlite":
        return f"the database {engine.url.database}"
    return f"the database {engine.url.render_as_string(hide_password=True)}"
