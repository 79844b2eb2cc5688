"""An installation with a clock that a test moves, and a certificate authority of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from forecaster import settings
from forecaster.alerts.book import Book
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.guard import Guard, Resolver, look_up
from forecaster.alerts.retry import Outcome
from forecaster.alerts.sender import Message, Sender
from forecaster.settings import Settings
from forecaster.store import endpoints, outbox
from forecaster.store.endpoints import Endpoint
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.migrate import upgrade
from forecaster.store.outbox import Delivery
from forecaster.wiring import utc_now
from tests.alerts.receiver import Receiver
from tests.store.outgoing import WHO

HERE = "127.0.0.0/8"
START = datetime(2026, 11, 26, 6, 10, tzinfo=UTC)
BODY = b'{"type":"webhook.test","timestamp":"2026-11-26T06:10:00Z","data":{"summary":"x"}}'


@dataclass
class Installation:
    """What delivers, over a state folder of the test's own."""

    settings: Settings
    engine: Engine
    resolve: Resolver = look_up
    now: datetime = START
    told: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    @property
    def book(self) -> Book:
        return Book(self.engine, self.settings, self.clock, self.resolve)

    def sender(self, seconds: float = 20.0) -> Sender:
        """Signs with the real time, as receivers want it."""
        guard = Guard(self.settings.webhook_allow_cidrs, self.resolve)
        return Sender(self.settings, utc_now, guard, seconds)

    def dispatcher(
        self,
        send: Callable[[Message, Endpoint], Outcome] | None = None,
        *,
        slots: int = 64,
        seconds: float = 20.0,
    ) -> Dispatcher:
        return Dispatcher(
            self.engine,
            send or self.sender(seconds).send,
            self.clock,
            slots=slots,
            tell=self.told.append,
            chance=lambda: 0.5,
        )

    def add(self, url: str, name: str = "desk", kind: str = "standard") -> str:
        return self.book.add(url, name, kind, WHO).secret

    def put(self, name: str = "desk", body: bytes = BODY) -> str:
        with writing(self.engine) as connection:
            one = endpoints.standing(connection, name)
            return outbox.put(
                connection, endpoint=one.id, kind="webhook.test", body=body, now=self.now
            )

    def one(self, name: str = "desk") -> Endpoint:
        return endpoints.named(self.engine, name)

    def delivery(self, webhook_id: str) -> Delivery:
        return outbox.show(self.engine, webhook_id)[0]

    def after(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


Make = Callable[..., Installation]


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, made once and copied."""
    file = tmp_path_factory.mktemp("tables") / settings.DATABASE_NAME
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def make(tmp_path: Path, tables: Path) -> Iterator[Make]:
    """Installations with settings of the test's choice."""
    made: list[Installation] = []

    def build(allow: str = HERE, resolve: Resolver = look_up, **stated: str) -> Installation:
        home = tmp_path / f"state{len(made)}"
        home.mkdir()
        environ = {"FORECASTER_HOME": str(home), "FORECASTER_WEBHOOK_ALLOW_CIDRS": allow}
        chosen = settings.load(
            environ | {f"FORECASTER_{name}": one for name, one in stated.items()}
        )
        engine = open_engine(chosen.database_url)
        shutil.copy(tables, home)
        made.append(Installation(chosen, engine, resolve))
        return made[-1]

    yield build
    for one in made:
        one.engine.dispose()


@pytest.fixture
def here(make: Make) -> Installation:
    """One that may dial this machine."""
    return make()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
