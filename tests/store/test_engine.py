"""Opening, reading and writing; what a person is told when the database cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, event, text

from forecaster.errors import Busy, StoreError
from forecaster.store import engine as module
from forecaster.store import migrate, readings, runs
from forecaster.store.engine import open_engine, reading, wal_is_sound, writing
from tests.store.conftest import Databases
from tests.store.support import NOW, many, new


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite://", "would forget every reading"),
        ("sqlite:///:memory:", "would forget every reading"),
        ("sqlite:///x.sqlite?mode=ro", "must name a file"),
        ("mysql://host/name", "names 'mysql'; expected sqlite:"),
        ("postgresql+psycopg2://host/name", "names 'postgresql"),
        ("nonsense", "FORECASTER_DATABASE_URL cannot be read"),
    ],
)
def test_other_urls_are_refused(url: str, told: str) -> None:
    with pytest.raises(StoreError, match=told):
        open_engine(url)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 1), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), False),
        ((3, 53, 0), True),
    ],
)
def test_the_journal_follows_the_linked_version(
    version: tuple[int, int, int], *, sound: bool, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sound == wal_is_sound(version)
    Path(sqlite_url.removeprefix("sqlite:///")).touch()
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    with reading(open_engine(sqlite_url)) as connection:
        assert ("wal" if sound else "delete") == journal(connection)


def journal(connection: Connection) -> object:
    return connection.execute(text("PRAGMA journal_mode")).scalar()


def test_a_file_made_by_a_sound_build_is_brought_back_by_another(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 53, 1))
    sound = open_engine(str(sqlite.url))
    readings.add(sound, many(3), now=NOW)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 46, 1))
    with reading(open_engine(str(sqlite.url))) as connection:
        assert "delete" == journal(connection)
    assert 3 == len(readings.as_known(sqlite, NOW))


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 30000), ("recursive_triggers", 1)],
)
def test_every_connection_is_set_up(sqlite: Engine, pragma: str, value: int) -> None:
    with writing(sqlite) as connection:
        assert value == connection.execute(text(f"PRAGMA {pragma}")).scalar()


def test_reading_an_absent_database_leaves_no_file(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not initialised; run `forecaster init`"):
        readings.as_known(open_engine(sqlite_url), NOW)
    assert [] == list(tmp_path.iterdir())


def test_a_database_without_tables(databases: Databases) -> None:
    empty = databases.empty()
    if empty.startswith("sqlite"):
        Path(empty.removeprefix("sqlite:///")).touch()
    found = open_engine(empty)
    with pytest.raises(StoreError, match="is not initialised; run `forecaster init`"):
        readings.as_known(found, NOW)
    found.dispose()


def test_names_with_odd_letters_are_files_like_others(tmp_path: Path) -> None:
    folder = tmp_path / "état 100% #1?"
    folder.mkdir()
    url = URL.create("sqlite", database=str(folder / "a b.sqlite"))
    found = open_engine(url.render_as_string())
    migrate.upgrade(found)
    assert ["a b.sqlite"] == [path.name for path in folder.iterdir()]


def test_reading_refuses_to_write(engine: Engine) -> None:
    with pytest.raises(StoreError, match="read-only"), reading(engine) as connection:
        connection.execute(text("DELETE FROM runs"))


def test_reading_sees_one_state(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    engine = open_engine(url)
    count = text("SELECT count(*) FROM readings")
    with reading(engine) as connection:
        assert 0 == connection.execute(count).scalar()
        with suppress(Busy):  # with the rollback journal of SQLite the reader holds it off instead
            readings.add(engine, many(3), now=NOW)
        assert 0 == connection.execute(count).scalar()
    engine.dispose()


def test_an_error_in_the_block_undoes_all_of_it(engine: Engine) -> None:
    row = "INSERT INTO runs VALUES (1, 'x', '{}', '2026', 'running', NULL, '')"
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        assert 1 / (connection.execute(text(row)).rowcount - 1)
    assert [] == runs.recent(engine)


def test_a_second_writer_is_told_who_is_in_the_way(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    impatient = open_engine(url)
    with (
        writing(impatient),
        pytest.raises(Busy, match=r"another program has kept the database .* locked"),
    ):
        readings.add(impatient, [new(1.0)], now=NOW)
    readings.add(impatient, [new(1.0)], now=NOW)
    impatient.dispose()


def limit(engine: Engine, pages: int) -> None:
    """Let the database grow no further, as on a full disk."""

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk(sqlite: Engine) -> None:
    readings.add(sqlite, many(10), now=NOW)
    tight = open_engine(str(sqlite.url))
    limit(tight, 40)
    with pytest.raises(StoreError, match=r"the disk of the database .* is full; nothing of this"):
        readings.add(tight, many(3000, indicator="large"), now=NOW)
    assert many(10)[-1].value == readings.as_known(sqlite, NOW)[-1].value
    assert 10 == len(readings.as_known(sqlite, NOW))


LIMITED = """
import resource, sys
from forecaster.errors import StoreError
from forecaster.store import readings
from forecaster.store.engine import open_engine
from tests.store.conftest import Databases
from tests.store.support import NOW, many

resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    readings.add(open_engine(sys.argv[1]), many(3000), now=NOW)
except StoreError as error:
    print(error)
"""


def test_a_write_that_the_system_refuses(sqlite: Engine) -> None:
    """The system itself stops the file from growing, in the middle of the transaction."""
    told = subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, str(sqlite.url)],  # no bytecode that is cut short
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert "nothing of this step was stored" in told.stdout
    assert 1 == len(told.stdout.splitlines())
    assert [] == readings.as_known(sqlite, NOW)
    with closing(sqlite3.connect(str(sqlite.url.database))) as connection:
        assert ("ok",) == connection.execute("PRAGMA integrity_check").fetchone()


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Permissions do not bind the super-user, so step down for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_database_can_be_read(
    sqlite: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    readings.add(sqlite, many(3), now=NOW)
    for path in (*tmp_path.parents, tmp_path):
        if os.geteuid() == path.stat().st_uid:
            path.chmod(path.stat().st_mode | 0o055)
    (tmp_path / "forecaster.sqlite").chmod(0o444)
    tmp_path.chmod(0o555)
    request.getfixturevalue("ordinary_user")
    assert 3 == len(readings.as_known(sqlite, NOW))
    with pytest.raises(StoreError, match="is read-only; give yourself write permission"):
        readings.add(sqlite, many(5), now=NOW)


def test_a_file_that_is_no_database(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "forecaster.sqlite").write_bytes(b"Once upon a time " * 100)
    with pytest.raises(StoreError, match=r"is not a database; .* `forecaster restore`"):
        readings.as_known(open_engine(sqlite_url), NOW)


def test_a_damaged_database(sqlite: Engine, tmp_path: Path) -> None:
    readings.add(sqlite, many(500), now=NOW)
    path = tmp_path / "forecaster.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * len(content[8192:])
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged \(.*\); bring back a copy"):
        readings.as_known(sqlite, NOW)


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    lost = open_engine(f"postgresql://someone:secret@/name?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        readings.as_known(lost, NOW)
    assert "secret" not in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


HEAVY = ("xarray", "pymc", "pandas", "numpy", "pydantic", "alembic", "h5py")


def test_the_store_imports_little() -> None:
    names = ("engine", "migrate", "readings", "forecasts", "resolutions", "runs", "lock", "chain")
    code = f"""
import sys
{"; ".join(f"import forecaster.store.{name}" for name in names)}
print(*[name for name in {HEAVY} if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert "\n" == told.stdout
