"""A desk, a publisher, and one source between them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecaster import settings
from forecaster.collecting import Collected, collect
from forecaster.store import readings
from forecaster.store.engine import open_engine
from forecaster.store.migrate import upgrade
from forecaster.wiring import Desk
from indicators.exchange import Patience
from indicators.sources import SOURCES
from tests.collecting.gazette import Gazette
from tests.replay import Publisher, Replay, Route

START = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
QUICK = Patience(attempts=2, first=0.001, longest=0.01, jitter=0.001)

Publish = Callable[..., None]
Collect = Callable[..., Collected]


class Clock:
    """A clock that a test sets; each look takes a second."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with the embedded record of the two indicators that the gazette speaks of."""
    home = tmp_path_factory.mktemp("recorded")
    engine = open_engine(f"sqlite:///{home / settings.DATABASE_NAME}")
    upgrade(engine)
    embedded = Desk(settings.load({"FORECASTER_HOME": str(home)}), engine).embedded()
    wanted = [one for one in embedded if one.indicator in ("trade_total", "leader_meetings")]
    readings.add(engine, wanted, now=START - timedelta(days=1))
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(recorded: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    home = tmp_path / "state"
    shutil.copytree(recorded, home)
    monkeypatch.setenv("FORECASTER_HOME", str(home))
    stated = settings.load()
    return Desk(stated, open_engine(stated.database_url), clock)


@pytest.fixture
def replayed(
    recorded: Path, tmp_path: Path, clock: Clock, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk whose sources are the replayed publishers."""
    home = tmp_path / "state"
    shutil.copytree(recorded, home)
    for name, value in {"FORECASTER_HOME": str(home), **replay.environment}.items():
        monkeypatch.setenv(name, value)
    stated = settings.load()
    return Desk(stated, open_engine(stated.database_url), clock)


def visited(desk: Desk, name: str) -> Collected:
    (done,) = collect(desk, [SOURCES[name]], patience=QUICK)
    return done


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as running:
        yield running


@pytest.fixture
def publish(publisher: Publisher) -> Publish:
    """Let the publisher's table say this from now on."""

    def say(rows: dict[str, object], published_at: str | None = None, **more: object) -> None:
        content = {
            "published_at": published_at,
            "rows": [{"period": period, "value": value} for period, value in rows.items()],
            **more,
        }
        publisher.add(Route("/table", body=json.dumps(content).encode()))

    return say


@pytest.fixture
def visit(desk: Desk, publisher: Publisher) -> Collect:
    """Visit the gazette once; its own fields may be named."""

    def once(**fields: object) -> Collected:
        source = replace(Gazette(publisher.address), **fields)  # type: ignore[arg-type]
        (done,) = collect(desk, [source], patience=QUICK)
        return done

    return once
