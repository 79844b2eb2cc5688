"""A desk that has told something, asked by browsers that keep their cookies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forecaster import settings
from forecaster.store.engine import open_engine
from forecaster.store.migrate import upgrade
from forecaster.wiring import Desk
from tests.web.api import told
from tests.web.watched.conftest import NOW, browser, studio

__all__ = ["browser", "studio"]


def _desk(home: Path) -> Desk:
    chosen = settings.load(
        {"FORECASTER_HOME": str(home), "FORECASTER_WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8"}
    )
    return Desk(chosen, open_engine(chosen.database_url), clock=lambda: NOW)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with two endpoints, and moves that they and the desk were told of."""
    home = tmp_path_factory.mktemp("told")
    desk = _desk(home)
    upgrade(desk.engine)
    told.fill(desk)
    return home


@pytest.fixture
def empty(blank: Path) -> Desk:
    return _desk(blank)


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Desk:
    """The same, of the test's own."""
    home = tmp_path / "state"
    shutil.copytree(filled, home)
    return _desk(home)
