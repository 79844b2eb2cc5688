"""Connections that a service keeps open: the same file, another in its place, reads and writes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from forecaster.errors import StoreError
from forecaster.store import copies, migrate, readings
from forecaster.store.engine import open_engine, reading, writing
from tests.store.support import NOW, new


def _opened(engine: Engine) -> list[int]:
    """How often a connection is opened from now on: one entry each."""
    found: list[int] = []
    event.listen(engine, "connect", lambda *_: found.append(1))
    return found


def _count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM readings")).scalar_one())


@pytest.fixture(params=[(3, 46, 1), (3, 53, 0)], ids=["rollback", "write-ahead"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", request.param)
    url = f"sqlite:///{tmp_path}/kept.sqlite"
    migrate.upgrade(open_engine(url))
    engine = open_engine(url, kept=2)
    yield engine
    engine.dispose()


def test_one_connection_serves_many_reads(kept: Engine) -> None:
    opened = _opened(kept)
    for _ in range(5):
        assert _count(kept) == 0
    assert len(opened) == 1


def test_a_read_leaves_no_transaction_behind(kept: Engine, tmp_path: Path) -> None:
    assert _count(kept) == 0
    other = open_engine(f"sqlite:///{tmp_path}/kept.sqlite")
    readings.add(other, [new(1.0)], now=NOW)
    assert _count(kept) == 1


def test_reads_refuse_to_write_and_writes_on_the_same_connection_do(kept: Engine) -> None:
    opened = _opened(kept)
    with pytest.raises(StoreError), reading(kept) as connection:
        connection.execute(text("DELETE FROM runs"))
    assert readings.add(kept, [new(1.0)], now=NOW).added == 1
    with pytest.raises(StoreError), reading(kept) as connection:
        connection.execute(text("DELETE FROM runs"))
    assert _count(kept) == 1
    assert len(opened) == 1


def test_a_write_that_failed_leaves_a_sound_connection(kept: Engine) -> None:
    with pytest.raises(StoreError), writing(kept) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    assert readings.add(kept, [new(1.0)], now=NOW).added == 1
    assert _count(kept) == 1


def _empty(tmp_path: Path) -> Path:
    copy = tmp_path / "copy.sqlite"
    engine = open_engine(f"sqlite:///{copy}")
    migrate.upgrade(engine)
    engine.dispose()
    return copy


def test_another_file_in_its_place_is_noticed(kept: Engine, tmp_path: Path) -> None:
    readings.add(kept, [new(1.0)], now=NOW)
    assert _count(kept) == 1
    copies.put(open_engine(str(kept.url)), _empty(tmp_path), {})
    assert _count(kept) == 0


def test_the_old_connection_ends_without_touching_the_new_file(
    kept: Engine, tmp_path: Path
) -> None:
    assert _count(kept) == 0
    copies.put(open_engine(str(kept.url)), _empty(tmp_path), {})
    other = open_engine(str(kept.url), kept=1)
    readings.add(other, [new(1.0)], now=NOW)  # in the write-ahead log while that is open
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    kept.dispose()
    for one in tmp_path.glob("kept.sqlite*"):
        shutil.copy(one, crashed)
    assert _count(open_engine(f"sqlite:///{crashed}/kept.sqlite")) == 1
    other.dispose()


def test_a_file_that_is_gone_is_told(kept: Engine, tmp_path: Path) -> None:
    assert _count(kept) == 0
    (tmp_path / "kept.sqlite").unlink()
    with pytest.raises(StoreError, match="is not initialised; run `forecaster init`"):
        _count(kept)
    assert not (tmp_path / "kept.sqlite").exists()
