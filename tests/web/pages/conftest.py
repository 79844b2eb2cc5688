"""A desk over a made-up state, asked as a browser asks it."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Protocol

import html5lib
import httpx
import pytest

from forecaster import settings
from forecaster.belief import Forecast, Kind
from forecaster.posterior import files
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine, writing
from forecaster.store.records import NewReading
from forecaster.web import app
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from indicators import Period
from tests import posteriors, synthetic

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)

Get = Callable[[str], httpx.Response]


class Put(Protocol):
    """Store a made-up forecast, made two minutes after its time unless told otherwise."""

    def __call__(
        self,
        name: str,
        as_of: datetime = ...,
        kind: Kind = ...,
        mean: float = ...,
        *,
        made: datetime | None = ...,
        posterior: bool = ...,
        edit: Callable[[Forecast], object] = ...,
    ) -> Forecast: ...


class Record(Protocol):
    """Store readings of one indicator at a moment."""

    def __call__(self, indicator: str, when: datetime, amount: int = ...) -> None: ...


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    with Studio() as drawing:
        yield drawing


@pytest.fixture(scope="session")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A posterior's file and its hash."""
    tree = posteriors.posterior(draws=50)
    said = synthetic.document()
    tree.attrs.update(
        schema_version=1,
        as_of=said["as_of"],
        data_hash=said["data_hash"],
        priors_hash=said["priors_hash"],
        model_version=said["model_version"],
        random_seed=1,
    )
    path = tmp_path_factory.mktemp("posterior") / "made-up.nc"
    return path, files.save(tree, path)


@pytest.fixture
def desk(blank: Path) -> Desk:
    engine = open_engine(f"sqlite:///{blank / settings.DATABASE_NAME}")
    return Desk(settings.load({"FORECASTER_HOME": str(blank)}), engine, clock=lambda: NOW)


@pytest.fixture
def put(desk: Desk, posterior: tuple[Path, str]) -> Put:
    def store(
        name: str,
        as_of: datetime = NOW - timedelta(minutes=5),
        kind: Kind = "published",
        mean: float = 0.13,
        *,
        made: datetime | None = None,
        posterior: bool = True,
        edit: Callable[[Forecast], object] = lambda _: None,
    ) -> Forecast:
        document = synthetic.document()
        document["forecast_id"], document["data_through"] = name, "2026-10-31"
        document["as_of"] = as_of.isoformat().replace("+00:00", "Z")
        created = made or as_of + timedelta(minutes=2)
        document["created_at"] = created.isoformat().replace("+00:00", "Z")
        document["headline"] |= {"mean": mean, "lower": mean / 4, "upper": min(1.0, 3 * mean)}
        edit(document)
        place = f"posteriors/{created:%Y%m%dT%H%M%SZ}.nc" if posterior else None
        if place is not None:
            path = desk.settings.home / place
            path.parent.mkdir(exist_ok=True)
            shutil.copy(file, path)
        with writing(desk.engine) as connection:
            forecasts.insert(
                connection,
                document,
                kind=kind,
                posterior_path=place,
                posterior_sha256=sha256 if posterior else None,
            )
        return document

    file, sha256 = posterior
    return store


@pytest.fixture
def record(desk: Desk) -> Record:
    def store(indicator: str, when: datetime, amount: int = 1) -> None:
        batch = [
            NewReading(
                indicator=indicator,
                period=Period.parse(f"{1990 + year}"),
                value=when.timestamp() + year,
                published_at=None,
                known_at=when,
                source="https://example.org/made-up",
                origin="by_hand",
                note="",
            )
            for year in range(amount)
        ]
        readings.add(desk.engine, batch, now=when)

    return store


@pytest.fixture
def get(desk: Desk, studio: Studio) -> Get:
    """Ask for an address as a browser does; nothing is kept from one question to the next."""

    async def once(address: str) -> httpx.Response:
        transport = httpx.ASGITransport(app.create_app(app.site(desk, studio)))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8000", headers={"accept": "text/html"}
        ) as client:
            return await client.get(address)

    return lambda address: asyncio.run(once(address))


def valid(answer: httpx.Response) -> str:
    """The text of a page, after a strict parser has found no error and no id twice."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    ids = [element.get("id") for element in tree.iter() if element.get("id") is not None]
    assert sorted(ids) == sorted(set(ids))
    assert not [element for element in tree.iter() if element.get("style") is not None]
    return answer.text


def words_of(text: str) -> str:
    """What a reader sees, without tags."""
    plain = unescape(re.sub(r"<[^>]*>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", plain)
