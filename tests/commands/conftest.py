"""A state to work with: the embedded record, and one made-up forecast that stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from forecaster import analysing, settings, update
from forecaster.belief import Forecast, Kind
from forecaster.model import future
from forecaster.store import forecasts, readings, runs
from forecaster.store.engine import open_engine, writing
from forecaster.store.migrate import upgrade
from forecaster.wiring import Desk, open_desk
from tests import drawn, synthetic

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from jobs.cli import main; main()")
NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)

Run = Callable[..., Result]
Start = Callable[..., subprocess.CompletedProcess[str]]
Put = Callable[..., Forecast]
Fit = Callable[..., Forecast]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the embedded record, made once and copied for each test."""
    home = tmp_path_factory.mktemp("prepared")
    desk = Desk(
        settings.load({"FORECASTER_HOME": str(home)}),
        open_engine(f"sqlite:///{home / settings.DATABASE_NAME}"),
    )
    upgrade(desk.engine)
    readings.add(desk.engine, desk.embedded(), now=NOW - timedelta(days=1))
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    copy = tmp_path / "state"
    shutil.copytree(prepared, copy)
    monkeypatch.setenv("FORECASTER_HOME", str(copy))
    return copy


@pytest.fixture
def desk(home: Path) -> Desk:
    """A desk whose clock stands at ``NOW``."""
    assert home.is_dir()
    return open_desk(settings.load(), clock=lambda: NOW)


@pytest.fixture
def put(desk: Desk) -> Put:
    """Store a made-up forecast, as of some moments ago unless told otherwise."""

    def store(
        name: str = "synthetic",
        as_of: datetime | None = None,
        kind: Kind = "published",
        mean: float | None = None,
        created_at: datetime | None = None,
    ) -> Forecast:
        moment = as_of or datetime.now(UTC) - timedelta(minutes=5)
        document = synthetic.document()
        document["forecast_id"] = name
        document["as_of"] = moment.isoformat().replace("+00:00", "Z")
        document["created_at"] = (created_at or moment).isoformat().replace("+00:00", "Z")
        if mean is not None:
            document["headline"]["mean"] = mean
        with writing(desk.engine) as connection:
            forecasts.insert(
                connection,
                document,
                kind=kind,
                posterior_path=f"posteriors/{name}.nc",
                posterior_sha256="0" * 64,
            )
        return document

    return store


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fit samples: draws that answer to no reading stand for its own, and pass the gate."""
    drawn.pretend(monkeypatch)


@pytest.fixture(scope="session")
def firsts(tmp_path_factory: pytest.TempPathFactory) -> Firsts:
    """The state after the first forecast, by the number of its draws: made once, copied then."""
    return Firsts(tmp_path_factory.mktemp("firsts"))


class Firsts:
    """States with one forecast of the embedded record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def publish(self, desk: Desk, draws: int) -> Forecast:
        """The first forecast of a desk on which nothing was done yet."""
        home, kept = desk.settings.home, self.folder / str(draws)
        if not kept.exists():
            done = update.run(desk, seed=1, force=True)
            assert done.kind == "published"
            shutil.copytree(home, kept)
        else:
            shutil.copytree(kept, home, dirs_exist_ok=True)
        found = forecasts.standing(desk.engine)
        assert found is not None
        return found


def untouched(desk: Desk) -> bool:
    """Whether a desk holds the embedded record and nothing else."""
    return not runs.recent(desk.engine) and not forecasts.history(desk.engine)


@pytest.fixture
def publish(desk: Desk, firsts: Firsts, pretended: None) -> Fit:
    """Publish what is known some hours later, with draws of a seed that no sampler made."""
    assert pretended is None

    def make(hours: float = 0.0, seed: int = 1, **more: Any) -> Forecast:
        if (hours, seed, more) == (0.0, 1, {}) and untouched(desk):
            return firsts.publish(desk, drawn.DRAWS)
        later = replace(desk, clock=lambda: NOW + timedelta(hours=hours))
        done = update.run(later, seed=seed, force=True, **more)
        assert done.document is not None
        assert done.kind in {"published", "hindcast"}
        return done.document

    return make


@pytest.fixture(scope="session")
def published(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with such a forecast and all that is worked out from it, made once."""
    home = tmp_path_factory.mktemp("published") / "state"
    shutil.copytree(prepared, home)
    chosen = settings.load({"FORECASTER_HOME": str(home)})
    desk = open_desk(chosen, clock=lambda: NOW)
    with pytest.MonkeyPatch.context() as patch:
        drawn.pretend(patch, futures=future.N_PATHS)  # other processes look ahead as far
        assert update.run(desk, seed=1, force=True).kind == "published"
    analysing.run(desk)
    desk.engine.dispose()
    return home


@pytest.fixture
def told(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk of the test's own over that state."""
    copy = tmp_path / "published"
    shutil.copytree(published, copy)
    monkeypatch.setenv("FORECASTER_HOME", str(copy))
    return open_desk(settings.load(), clock=lambda: NOW)


@pytest.fixture
def run() -> Run:
    """Run a command in this process; what goes wrong comes out as the exception it is."""

    def invoke(*words: str) -> Result:
        from jobs.mount import app

        return CliRunner().invoke(app, words)

    return invoke


@pytest.fixture
def start() -> Start:
    """Run the command as a process of its own, as a person does."""

    def process(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            timeout=120,
            check=False,
        )

    return process
