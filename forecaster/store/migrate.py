"""Bring the database to the shape that this version of the program expects, or refuse it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from forecaster.errors import NewerSchema, StoreError
from forecaster.store.engine import reading, writing
from forecaster.store.faults import NOT_INITIALISED, database_file, place
from forecaster.store.schema import REVISIONS

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> list[str]:
    """Make or migrate the tables, all in one transaction.

    Returns
    -------
    list of str
        The migrations applied, as ``0001 readings, ...``; empty when nothing was to do.

    Raises
    ------
    NewerSchema
        If a newer version of the program made the database; it is left as it is.
    StoreError
        If the database cannot be written; then nothing was changed.
    """
    _make_file(engine)
    with writing(engine) as connection:
        if _revision(connection, engine) == REVISIONS[-1]:
            return []
        return _run(connection)


def require_current(engine: Engine) -> None:
    """Refuse a database that was never initialised, or of another version.

    Raises
    ------
    StoreError
        If `forecaster init` has to run first.
    NewerSchema
        If a newer version of the program made the database.
    """
    with reading(engine) as connection:
        revision = _revision(connection, engine)
    if revision is None:
        raise StoreError(NOT_INITIALISED.format(where=place(engine)))
    if revision != REVISIONS[-1]:
        raise StoreError(
            f"{place(engine)} is of an older version of this program; "
            "run `forecaster init`, which brings it up to date"
        )


def _make_file(engine: Engine) -> None:
    path = database_file(engine)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror}); set FORECASTER_HOME to a folder that can "
            "be written"
        ) from error


def _revision(connection: Connection, engine: Engine) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in REVISIONS:
        raise NewerSchema(
            f"{place(engine)} was made by a newer version of this program (it has {revision}, "
            f"this version knows {REVISIONS[-1]}); install the newer version again"
        )
    return None if revision is None else str(revision)


def _run(connection: Connection) -> list[str]:
    # Alembic takes half a second to import, and every other command does without it.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import (
        MigrationContext,
        MigrationStep,
        RevisionStep,
    )
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(MIGRATIONS)
    current = MigrationContext.configure(connection).get_current_revision()
    pending = [*script.iterate_revisions("head", current or "base")][::-1]

    def steps(_heads: object, _context: MigrationContext) -> list[RevisionStep]:
        return [MigrationStep.upgrade_from_script(script.revision_map, one) for one in pending]

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
    return [f"{one.revision} {one.doc}" for one in pending]
