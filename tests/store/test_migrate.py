"""The tables are made once, whole or not at all, and a newer database is left alone."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from forecaster.errors import NewerSchema, StoreError
from forecaster.store import migrate, readings, schema
from forecaster.store import tables as every_table
from forecaster.store.engine import open_engine, reading, writing
from tests.store.conftest import Databases
from tests.store.support import NOW, many

ROOT = Path(__file__).parents[2]
LAST = schema.REVISIONS[-1]
COMING = f"{int(LAST) + 1:04d}"
NEXT = f"""
import os, signal
import sqlalchemy as sa
from alembic import op
revision = "{COMING}"
down_revision = "{LAST}"
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    op.add_column("runs", sa.Column("host", sa.Text))
    {{then}}
"""


@pytest.fixture
def empty(databases: Databases) -> Iterator[Engine]:
    """A database that was never initialised."""
    found = open_engine(databases.empty())
    yield found
    found.dispose()


def tables(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(inspect(connection).get_table_names())


def plan(tmp_path: Path, then: str) -> Path:
    """Migrations of a coming version."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    (folder / "versions" / f"v{COMING}_next.py").write_text(NEXT.format(then=then))
    return folder


def test_the_first_time_makes_everything_and_the_second_nothing(empty: Engine) -> None:
    with pytest.raises(StoreError, match="run `forecaster init`"):
        migrate.require_current(empty)
    applied = migrate.upgrade(empty)
    assert list(schema.REVISIONS) == [one.partition(" ")[0] for one in applied]
    assert applied[0].startswith("0001 Readings, quarantine, forecasts")
    assert [] == migrate.upgrade(empty)
    migrate.require_current(empty)


def test_the_migrations_make_what_the_queries_expect(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, every_table.metadata)


def test_every_migration_is_known_by_its_number() -> None:
    script = ScriptDirectory(migrate.MIGRATIONS)
    assert schema.REVISIONS == tuple(one.revision for one in script.walk_revisions())[::-1]


def test_a_newer_database_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    for use in (migrate.require_current, migrate.upgrade):
        with pytest.raises(NewerSchema, match=r"newer version of this program .* has 0099"):
            use(engine)


def test_an_older_database_asks_for_init_and_keeps_its_rows(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings.add(engine, many(5), now=NOW)
    monkeypatch.setattr(migrate, "MIGRATIONS", plan(tmp_path, "pass"))
    monkeypatch.setattr(migrate, "REVISIONS", (*schema.REVISIONS, COMING))
    with pytest.raises(StoreError, match=r"of an older version .* run `forecaster init`"):
        migrate.require_current(engine)
    (applied,) = migrate.upgrade(engine)
    assert applied.startswith(COMING)
    migrate.require_current(engine)
    assert 5 == len(readings.as_known(engine, NOW))
    assert "half" in tables(engine)


def test_the_first_release_s_database_is_brought_up_to_date(
    empty: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    for later in set((folder / "versions").glob("v*.py")) - set(folder.glob("versions/v0001_*")):
        later.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", folder)
        patch.setattr(migrate, "REVISIONS", ("0001",))
        migrate.upgrade(empty)
        first_tables = tables(empty)
    applied = migrate.upgrade(empty)
    assert list(schema.REVISIONS[1:]) == [one.partition(" ")[0] for one in applied]
    assert first_tables < tables(empty) == {*every_table.metadata.tables, "alembic_version"}


def test_a_migration_that_fails_leaves_nothing_half(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", plan(tmp_path, "op.execute('nonsense')"))
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "REVISIONS", (*schema.REVISIONS, COMING))
        with pytest.raises(Exception, match="nonsense"):
            migrate.upgrade(engine)
    migrate.require_current(engine)
    assert "half" not in tables(engine)
    with reading(engine) as connection:
        assert "host" not in {one["name"] for one in inspect(connection).get_columns("runs")}


DIE = """
import sys
from pathlib import Path
from forecaster.store import engine, migrate
migrate.MIGRATIONS, migrate.REVISIONS = Path(sys.argv[2]), (*migrate.REVISIONS, sys.argv[3])
migrate.upgrade(engine.open_engine(sys.argv[1]))
"""


def test_a_migration_that_is_killed_leaves_nothing_half(
    url: str, engine: Engine, tmp_path: Path
) -> None:
    folder = plan(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    died = subprocess.run([sys.executable, "-c", DIE, url, folder, COMING], check=False, cwd=ROOT)
    assert -signal.SIGKILL == died.returncode
    migrate.require_current(engine)
    assert "half" not in tables(engine)


def test_several_may_initialise_at_once(databases: Databases) -> None:
    url = databases.empty()
    engines = [open_engine(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate.upgrade, engines))
    assert [len(schema.REVISIONS)] == [len(one) for one in applied if one]
    for engine in engines:
        engine.dispose()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot be made .* set FORECASTER_HOME"):
        migrate.upgrade(open_engine(f"sqlite:///{tmp_path}/taken/forecaster.sqlite"))
    assert ["taken"] == [path.name for path in tmp_path.iterdir()]
