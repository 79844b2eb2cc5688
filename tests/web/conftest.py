"""A desk that knows the catalogue and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forecaster import settings
from forecaster.store import migrate
from forecaster.store.engine import open_engine
from forecaster.wiring import Desk


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once; tests take copies of it."""
    file = tmp_path_factory.mktemp("initialised") / settings.DATABASE_NAME
    engine = open_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def blank(initialised: Path, tmp_path: Path) -> Path:
    """A state folder of the test's own, in which nothing is recorded."""
    shutil.copy(initialised, tmp_path / settings.DATABASE_NAME)
    return tmp_path


@pytest.fixture
def desk(blank: Path) -> Desk:
    """Its state folder is the test's own."""
    chosen = settings.load({"FORECASTER_HOME": str(blank)})
    return Desk(chosen, open_engine(chosen.database_url))
