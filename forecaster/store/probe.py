"""What the service asks the database about itself: what it is, and whether it takes a write."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from forecaster.errors import Busy
from forecaster.store.engine import reading, wal_is_sound
from forecaster.store.faults import database_file, explained
from forecaster.store.schema_jobs import leases

PATIENCE_MS = 1000  # somebody who writes shows that writing works


class Server(NamedTuple):
    """The database behind the store; ``note`` says what there is to know about its version."""

    name: str
    version: str
    note: str
    size: int  # bytes


def server(engine: Engine) -> Server:
    """Name, version and size of the database.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    path = database_file(engine)
    if path is not None:
        files = [path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm")]
        size = sum(file.stat().st_size for file in files if file.exists())
        return Server("SQLite", sqlite3.sqlite_version, _journal_note(), size)
    with reading(engine) as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
        found = connection.execute(text("SELECT pg_database_size(current_database())"))
        return Server("PostgreSQL", str(version), "", int(found.scalar_one()))


def _journal_note() -> str:
    if wal_is_sound(sqlite3.sqlite_version_info):
        return "free of the WAL-reset bug; the write-ahead log is used"
    return (
        "has the WAL-reset bug, which can corrupt a database; the rollback journal is used "
        "instead, which is safe and somewhat slower (3.51.3 is free of it)"
    )


def try_to_write(engine: Engine) -> None:
    """Write a row and take it back. A database that another program writes just now is well.

    Raises
    ------
    StoreError
        If it is read-only, full, damaged or away.
    """
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                raw = connection.connection.driver_connection
                if isinstance(raw, sqlite3.Connection):  # before the transaction begins
                    raw.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            connection.execute(insert(leases).values(name="a trial", fence=0))
            connection.rollback()
    except (DBAPIError, NoConnectionFree) as error:
        told = explained(error, engine)
        if not isinstance(told, Busy):
            raise told from error
