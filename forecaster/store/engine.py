"""Open the database, and read or write it in one transaction.

SQLite is opened without the driver's own transactions: every write begins with BEGIN IMMEDIATE, so
that two writers wait for each other instead of failing; every commit is flushed to the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    NoSuchModuleError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import NullPool, QueuePool

from forecaster.errors import StoreError
from forecaster.store.faults import explained

BUSY_SECONDS = 30
WRITE_LOCK = 0x666F7265  # any fixed number; on PostgreSQL it names the one-writer lock

_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"begin": "DEFERRED", "query_only": 1},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
PRAGMAS = (
    "foreign_keys = 1",
    "synchronous = FULL",
    "recursive_triggers = 1",  # so that REPLACE meets the trigger that refuses DELETE
)
CACHE = 32_768  # KiB; holds 100 000 readings
CACHE_KEPT = 8_192  # of a connection that stays open


def open_engine(url: str, *, kept: int = 0) -> Engine:
    """Prepare a database for use; nothing is read or written yet.

    Parameters
    ----------
    url : str
        ``sqlite:////folder/file`` or ``postgresql://user@host/name``.
    kept : int
        How many connections to a file stay open between reads: for a service, which reads
        several times for each page. A file that was put in the place of another is noticed.

    Raises
    ------
    StoreError
        If the URL is not one of a file or of PostgreSQL.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
            return _sqlite(parsed, kept)
        if parsed.drivername in ("postgresql", "postgresql+psycopg"):
            return _postgresql(parsed.set(drivername="postgresql+psycopg"))
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"FORECASTER_DATABASE_URL cannot be read: {error}") from None
    raise StoreError(
        f"FORECASTER_DATABASE_URL names {parsed.drivername!r}; "
        "expected sqlite:////folder/file or postgresql://user@host/name"
    )


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold the one write transaction; it commits when the block succeeds, else nothing is kept.

    Writers wait for each other up to 30 s, on both engines.

    Raises
    ------
    StoreError
        If the database cannot be written; ``Busy`` if another writer did not finish in time.
    """
    with _transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """See one unchanging state of the database; writing is refused.

    Raises
    ------
    StoreError
        If the database cannot be read.
    """
    with _transaction(engine, **_READING[engine.dialect.name]) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, **options: Any) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection
    except (DBAPIError, NoConnectionFree) as error:
        raise explained(error, engine) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):  # a value that our own column types refuse
            raise error.orig from None
        raise


def next_number(connection: Connection, table: Table) -> int:
    """The next ``id`` of a table: counted under the write lock, so that no number is left out."""
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def wal_is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug, which can corrupt a database.

    Repaired in 3.51.3 and in two older lines; 3.52.0 was withdrawn.
    """
    if version == (3, 52, 0):
        return False
    older = {44: 6, 50: 7}
    repaired = version[:2] in {(3, minor) for minor in older} and version[2] >= older[version[1]]
    return repaired or version >= (3, 51, 3)


def _sqlite(url: URL, kept: int) -> Engine:
    if not url.database or url.database == ":memory:" or url.query:
        raise StoreError(
            "FORECASTER_DATABASE_URL must name a file, as in sqlite:////folder/forecaster.sqlite "
            "(a database in memory would forget every reading)"
        )
    # Without a pool no file stays open: a fork inherits nothing and `restore` may replace the file.
    pool: dict[str, Any] = {"poolclass": NullPool}
    if kept:
        pool = {"poolclass": QueuePool, "pool_size": kept, "max_overflow": -1}
    file = Path(url.database).absolute()
    engine = create_engine(
        url.set(database=str(file)),
        connect_args={
            "timeout": BUSY_SECONDS,
            "isolation_level": None,
            "autocommit": sqlite3.LEGACY_TRANSACTION_CONTROL,
        },
        **pool,
    )
    _listen(engine, file, CACHE_KEPT if kept else CACHE)
    return engine


def _listen(engine: Engine, file: Path, cache: int) -> None:
    """How a file is opened, seen to be the same, and read or written."""
    journal = "wal" if wal_is_sound(sqlite3.sqlite_version_info) else "delete"

    @event.listens_for(engine, "do_connect")
    def existing_file_only(
        _dialect: Any, _record: Any, args: list[Any], keys: dict[str, Any]
    ) -> None:
        # A reader must not leave an empty database behind; migrate.upgrade() makes the file.
        args[0] = Path(args[0]).as_uri() + "?mode=rw"
        keys["uri"] = True

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = _identity(file)
        for pragma in (*PRAGMAS, f"cache_size = -{cache}"):
            connection.execute(f"PRAGMA {pragma}")
        _set_journal(connection, journal)

    @event.listens_for(engine, "checkout")
    def still_the_same(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("another file is in its place")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA query_only = {options.get('query_only', 0)}")
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'IMMEDIATE')}")


def _identity(file: Path) -> tuple[int, int] | None:
    """What tells a file from another of the same name; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _set_journal(connection: sqlite3.Connection, wanted: str) -> None:
    (current,) = connection.execute("PRAGMA journal_mode").fetchone()
    if current == wanted:
        return
    try:
        connection.execute(f"PRAGMA journal_mode = {wanted}")
    except sqlite3.OperationalError as error:
        # A read-only copy may stay as it is: without writes the journal does not matter.
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY:
            raise


def _postgresql(url: URL) -> Engine:
    # Without prepared statements, so that it works behind a pooler that shares sessions.
    return create_engine(
        url, pool_pre_ping=True, connect_args={"prepare_threshold": None, "connect_timeout": 10}
    )
