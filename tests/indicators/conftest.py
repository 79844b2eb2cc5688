"""A publisher, a source that asks it, and an archive in memory."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from indicators.archive import Fetch, Kept
from indicators.client import Access, Client
from indicators.exchange import Patience
from indicators.source import Ask, Harvest, Request, SourceError, Visit
from tests.replay import Publisher

NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
QUICK = Patience(attempts=3, first=0.001, longest=0.01, jitter=0.001)


class Shelf:
    """An archive that every visit is good for: what was fetched counts as read."""

    def __init__(self) -> None:
        self.fetches: list[Fetch] = []
        self.bodies: dict[str, bytes] = {}

    def keep(self, fetch: Fetch) -> None:
        self.fetches.append(fetch)
        if fetch.body is not None and fetch.sha256 is not None:
            self.bodies[fetch.sha256] = fetch.body

    def last(self, source: str, question: str) -> Kept | None:
        for one in reversed(self.fetches):
            if (one.source, one.question, one.error) == (source, question, "") and one.sha256:
                return Kept(one.sha256, one.content_type, one.etag, one.last_modified)
        return None

    def body(self, sha256: str) -> bytes | None:
        return self.bodies.get(sha256)


@dataclass
class Gazette:
    """A source as far as the client knows one."""

    base_url: str
    name: str = "gazette"
    title: str = "A gazette"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ("trade_total",)
    pace: float = 0.0
    cap: int = 100_000
    deadline: float = 5.0
    harvest: Harvest = field(default_factory=lambda: Harvest("none"))

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        del ask, visit
        return self.harvest


Asker = Callable[..., Ask]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as running:
        yield running


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def asker(publisher: Publisher, shelf: Shelf) -> Iterator[Asker]:
    """The way a source asks the publisher; its fields and the client's may be named."""
    clients = []

    def ask_for(
        *, access: Access | None = None, patience: Patience = QUICK, **fields: object
    ) -> Ask:
        source = Gazette(**({"base_url": publisher.address} | fields))  # type: ignore[arg-type]
        client = Client(
            shelf, access or Access("forecaster/0"), patience=patience, clock=lambda: NOW
        )
        clients.append(client)
        return client.ask_for(source)

    yield ask_for
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def refused(asker: Asker, request: Request | None = None, **fields: object) -> SourceError:
    with pytest.raises(SourceError) as told:
        asker(**fields)(request or Request("table"))
    return told.value
