"""The database as a whole: copied while it is in use, put back, checked.

SQLite is copied by its own online backup, PostgreSQL by pg_dump; never by copying the files of a
database that is in use. A copy and the facts about it are of one and the same moment.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, func, inspect, select, text

from forecaster.errors import DamagedFile, StoreError
from forecaster.store import chain
from forecaster.store.engine import reading, writing
from forecaster.store.faults import database_file, place
from forecaster.store.tables import metadata


class Facts(NamedTuple):
    """What a database holds: its version, rows by table, and the newest reading's hash."""

    revision: str
    counts: dict[str, int]
    chain: str


def save(engine: Engine, file: Path) -> Facts:
    """Copy the database into a new file, while others go on writing.

    Raises
    ------
    StoreError
        If it cannot be read, the file not be written, or pg_dump is missing or fails.
    DamagedFile
        If the copy is not sound, and so the database is not.
    """
    with reading(engine) as connection:
        found = facts(connection)
        if engine.dialect.name == "sqlite":
            _save_sqlite(connection, file)
        else:
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            words = ["--format=custom", f"--snapshot={snapshot}", f"--file={file}"]
            _postgresql(engine, "pg_dump", words)
    return found


def put(engine: Engine, file: Path, tables: Mapping[str, int]) -> None:
    """Put a copy in the place of the database; whatever was there is gone afterwards.

    ``tables``: the names of the tables in the copy, with their rows.

    Raises
    ------
    StoreError
        If the database cannot be written; then the old one is there still.
    """
    target = database_file(engine)
    if target is None:
        words = ["--single-transaction", "--no-owner", "--no-privileges", "--clean", "--if-exists"]
        _postgresql(engine, "pg_restore", [*words, str(file)])
        with writing(engine) as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name not in tables:
                    table.drop(connection, checkfirst=True)
        return
    try:
        _put_sqlite(file, target)
    except OSError as error:
        raise StoreError(f"{place(engine)} cannot be written ({error.strerror})") from error


def in_use(engine: Engine) -> bool:
    """Whether there is anything that a copy would take the place of."""
    target = database_file(engine)
    if target is not None:
        return target.exists() and target.stat().st_size > 0
    with reading(engine) as connection:
        return bool(_tables(connection))


def facts(connection: Connection) -> Facts:
    """What the database holds, as one transaction sees it."""
    present = _tables(connection)
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(metadata.tables.items())
        if name in present
    }
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return Facts(revision, counts, chain.last(connection).chain)


def problems(engine: Engine) -> list[str]:
    """What is not sound in the database itself, and in the chain of its readings."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            found = _sqlite_problems(lambda pragma: connection.exec_driver_sql(pragma).fetchall())
        else:
            found = _unreadable(connection)
        return found or chain.problems(connection)


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _save_sqlite(connection: Connection, file: Path) -> None:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("the connection is not one to SQLite")
    try:
        with closing(sqlite3.connect(file)) as copy:
            driver.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # so that it is one file
            found = _sqlite_problems(lambda pragma: copy.execute(pragma).fetchall())
    except sqlite3.OperationalError as error:
        raise StoreError(f"the copy {file} cannot be written ({error})") from error
    except sqlite3.DatabaseError as error:  # so damaged that the check itself breaks off
        found = [str(error)]
    if found:
        raise DamagedFile(f"the copy of the database is not sound: {'; '.join(found)}")


def check_file(file: Path) -> None:
    """Refuse a copy of SQLite that is not sound.

    Raises
    ------
    DamagedFile
        Saying what SQLite found.
    """
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as copy:
            found = _sqlite_problems(lambda pragma: copy.execute(pragma).fetchall())
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found:
        raise DamagedFile(f"the database in the backup is not sound: {'; '.join(found)}")


def _sqlite_problems(ask: Any) -> list[str]:
    found = [str(row[0]) for row in ask("PRAGMA integrity_check(5)") if row[0] != "ok"]
    found += [f"{row[0]}: row {row[1]} refers to none" for row in ask("PRAGMA foreign_key_check")]
    return found


def _unreadable(connection: Connection) -> list[str]:
    """Read every value once; PostgreSQL itself reports a page that fails its checksum."""
    for name in metadata.tables:
        connection.execute(text(f"SELECT sum(length(t::text)) FROM {name} t")).scalar()  # noqa: S608
    return []


def _put_sqlite(file: Path, target: Path) -> None:
    """Rename twice, so that the old database or the new one is there, never a mixture.

    Its companions belong to the old one; beside the new one they would spoil it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    aside = target.with_name(f"{target.name}.replaced")
    try:
        shutil.copyfile(file, part)
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        if target.exists():
            target.replace(aside)
        for companion in ("-wal", "-shm", "-journal"):
            target.with_name(target.name + companion).unlink(missing_ok=True)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    aside.unlink(missing_ok=True)


def _postgresql(engine: Engine, program: str, words: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs; a password goes through the environment, not the words."""
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"{program} is not on the path, and PostgreSQL is saved and restored by it; install "
            "PostgreSQL's client programs, of the server's version or newer"
        )
    keys = dict(engine.dialect.create_connect_args(engine.url)[1])
    for ours in ("prepare_threshold", "connect_timeout", "context"):
        keys.pop(ours, None)
    password = keys.pop("password", None)
    environment = os.environ | ({} if password is None else {"PGPASSWORD": password})
    address = make_conninfo("", **keys)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [found, f"--dbname={address}", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip() or "it said nothing").splitlines()
        raise StoreError(f"{program} failed on {place(engine)}: {said[0]}")
