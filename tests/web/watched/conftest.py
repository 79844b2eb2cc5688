"""A desk with the real catalogue and a small state, asked by browsers that keep their cookies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import html5lib
import httpx
import pytest

from forecaster import settings
from forecaster.belief import Forecast
from forecaster.posterior import files
from forecaster.store import forecasts, readings, tokens
from forecaster.store.engine import open_engine, writing
from forecaster.store.readings import NewReading
from forecaster.store.tokens import NewToken
from forecaster.web import app
from forecaster.web.access import secret
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from indicators import Period
from tests import posteriors, synthetic

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"

Put = Callable[..., Forecast]
Add = Callable[..., None]


class Browser:
    """Somebody who looks at the desk; ``sign_in`` with the scopes of a token."""

    def __init__(self, runner: asyncio.Runner, desk: Desk, studio: Studio) -> None:
        self._runner = runner
        self._desk = desk
        self._studio = studio
        transport = httpx.ASGITransport(app.create_app(app.site(desk, studio)))
        self._client = httpx.AsyncClient(
            transport=transport, base_url=BASE, headers={"accept": "text/html"}
        )

    @property
    def home(self) -> Path:
        """The state folder of the desk."""
        return self._desk.settings.home

    def afterwards(self) -> Browser:
        """Somebody at the same desk, of which nothing is kept in memory."""
        return Browser(self._runner, self._desk, self._studio)

    def get(self, address: str) -> httpx.Response:
        return self._runner.run(self._client.get(address))

    def post(self, address: str, **fields: str) -> httpx.Response:
        return self._runner.run(self._client.post(address, data=fields))

    def sign_in(self, *scopes: str) -> None:
        text = secret.make()
        new = NewToken("Shen", text[: secret.SHOWN], secret.digest(text), frozenset(scopes), None)
        tokens.create(self._desk.engine, new, COMMAND_LINE, now=NOW)
        assert self.post("/sign-in", token=text).status_code == 303

    def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Fill in a form of a page and send it, with what guards it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found is not None
        return self.post(action, csrf_token=found[1], **fields)


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    with Studio() as drawing:
        yield drawing


@pytest.fixture
def desk(blank: Path) -> Desk:
    engine = open_engine(f"sqlite:///{blank / settings.DATABASE_NAME}")
    return Desk(settings.load({"FORECASTER_HOME": str(blank)}), engine, clock=lambda: NOW)


@pytest.fixture
def browser(desk: Desk, studio: Studio) -> Iterator[Browser]:
    with asyncio.Runner() as runner:
        yield Browser(runner, desk, studio)


@pytest.fixture
def put(desk: Desk) -> Put:
    """Store the made-up forecast with its posterior; ``edit`` changes its document before."""

    def store(edit: Callable[[Forecast], object] = lambda _: None) -> Forecast:
        document = synthetic.document()
        edit(document)
        tree = posteriors.posterior(draws=50)
        tree.attrs.update(
            schema_version=1,
            random_seed=1,
            as_of=document["as_of"],
            data_hash=document["data_hash"],
            priors_hash=document["priors_hash"],
            model_version=document["model_version"],
        )
        place = "posteriors/made-up.nc"
        digest = files.save(tree, desk.settings.home / place)
        with writing(desk.engine) as connection:
            forecasts.insert(
                connection,
                document,
                kind="published",
                posterior_path=place,
                posterior_sha256=digest,
            )
        return document

    return store


@pytest.fixture
def add(desk: Desk) -> Add:
    """Store values by period."""

    def store(indicator: str, values: dict[str, float], **more: Any) -> None:
        known = more.pop("known_at", NOW - timedelta(days=2))
        given: dict[str, Any] = {"source": "https://example.org/figures", "note": ""} | more
        batch = [
            NewReading(
                indicator=indicator,
                period=Period.parse(period),
                value=value,
                published_at=None,
                known_at=known,
                origin="fetched",
                **given,
            )
            for period, value in values.items()
        ]
        readings.add(desk.engine, batch, now=known)

    return store


def valid(answer: httpx.Response, status: int = 200) -> str:
    """The text of a page, after a strict parser has found no error and no id twice."""
    assert answer.status_code == status
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    ids = [element.get("id") for element in tree.iter() if element.get("id") is not None]
    assert sorted(ids) == sorted(set(ids))
    assert not [element for element in tree.iter() if element.get("style") is not None]
    return answer.text


def words_of(text: str) -> str:
    """What a reader sees, without tags."""
    plain = unescape(re.sub(r"<[^>]*>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", plain)
