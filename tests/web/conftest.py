"""A desk that knows the catalogue and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecaster import settings
from forecaster.store import migrate
from forecaster.store.engine import open_engine
from forecaster.wiring import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Its state folder is the test's own."""
    chosen = settings.load({"FORECASTER_HOME": str(tmp_path)})
    engine = open_engine(chosen.database_url)
    migrate.upgrade(engine)
    return Desk(chosen, engine)
