"""A small state behind the real door, and programs that ask for it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from forecaster import settings, watched, worked_out
from forecaster.belief import Kind
from forecaster.posterior import files
from forecaster.store import forecasts, readings, tokens, visits
from forecaster.store.engine import open_engine, writing
from forecaster.store.leads import NewLead
from forecaster.store.migrate import upgrade
from forecaster.store.readings import NewReading
from forecaster.store.tokens import NewToken
from forecaster.store.visits import Brought, Failure
from forecaster.web import app as desk_app
from forecaster.web.access import secret
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from indicators.period import Period
from jobs import timetable
from jobs.operations import OfTheJobs
from tests import analysed, posteriors, synthetic
from tests.web.api import told

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
SOURCE = "https://example.org/release"
FORMULA = "=HYPERLINK(A1)"
#: The kinds of the forecasts of the state by id, oldest first.
FORECASTS: Mapping[str, Kind] = {
    "first": "published",
    "looking-back": "hindcast",
    "turned-away": "rejected",
    "second": "provisional",
    "third": "published",
}
#: These have a posterior, all the same one.
WITH_POSTERIOR = ("first", "third")


def new(period: str, value: float, known: datetime, **more: Any) -> NewReading:
    stated: dict[str, Any] = {"indicator": "trade_total", "origin": "fetched", "note": "", **more}
    return NewReading(
        period=Period.parse(period),
        value=value,
        published_at=None,
        known_at=known,
        source=SOURCE,
        **stated,
    )


def _fill(desk: Desk) -> None:
    upgrade(desk.engine)
    early, late = NOW - timedelta(days=60), NOW - timedelta(days=9)
    readings.add(
        desk.engine,
        [
            new("2026-08", 20.5, early),
            new("2026-09", 21.25, early),
            new("2026-09", 21.5, late, note=FORMULA),
            new("2025", 228.0, early),
            new("2026-09", 1, early, indicator="leader_meetings"),
            new("2026-10", 2, late, indicator="leader_meetings", origin="by_hand"),
        ],
        now=late,
    )
    for value in (1e6, 2e6, 3e6):
        readings.quarantine(desk.engine, new("2026-10", value, late), "too large", now=late)
    found = [
        NewLead(
            "kremlin", "leader_meetings", f"visit-{day}", date(2026, 10, day), "A visit",
            f"https://example.org/visit/{day}", "the title speaks of talks",
        )
        for day in (3, 9, 21)
    ]  # fmt: skip
    visits.store(
        desk.engine,
        Brought("kremlin", ["leader_meetings"], "value", {}, leads=found, warnings=["one page"]),
        now=late,
    )
    visits.fail(desk.engine, Failure("gacc", ["trade_total"], "no answer", NOW), now=NOW)
    path = desk.settings.home / "posteriors" / "one.nc"
    sha256 = files.save(posteriors.posterior(draws=20), path)
    for number, (name, kind) in enumerate(FORECASTS.items()):
        _add(desk, name, kind, NOW - timedelta(days=8 * (5 - number)), sha256)


def _add(desk: Desk, name: str, kind: Kind, as_of: datetime, sha256: str) -> None:
    document = synthetic.document()
    document["forecast_id"] = name
    document["as_of"] = document["created_at"] = as_of.isoformat().replace("+00:00", "Z")
    if name == "third":
        document["explanation"] = synthetic.explanation("first", name)
    if kind == "published":
        worked_out.keep(desk, watched.NAME, name, analysed.watchlist("leader_meetings"))
    whole = name in WITH_POSTERIOR
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            document,
            kind=kind,
            posterior_path="posteriors/one.nc" if whole else None,
            posterior_sha256=sha256 if whole else None,
        )
    if name == "third":
        analyse(desk, name)


def analyse(desk: Desk, name: str) -> None:
    """Keep made-up documents of all that is worked out from the draws of a forecast."""
    worked_out.keep(desk, watched.NAME, name, analysed.watchlist("leader_meetings"))
    worked_out.keep(desk, "what-if", name, analysed.what_ifs())
    worked_out.keep(desk, "prior-share", name, analysed.prior_share())


def _desk(home: Path) -> Desk:
    chosen = replace(
        settings.load({"FORECASTER_HOME": str(home)}),
        web_requests_per_second=1_000_000,
        web_burst=1_000_000,
        webhook_allow_cidrs=("127.0.0.0/8",),
    )
    return Desk(chosen, open_engine(chosen.database_url), lambda: NOW)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared")
    _fill(_desk(home))
    return home


@pytest.fixture(scope="session")
def prepared_told(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same state after it has told something."""
    home = tmp_path_factory.mktemp("told") / "state"
    shutil.copytree(prepared, home)
    told.fill(_desk(home))
    return home


@pytest.fixture
def telling(prepared_told: Path, tmp_path: Path) -> Desk:
    """That one, of the test's own."""
    home = tmp_path / "state"
    shutil.copytree(prepared_told, home)
    return _desk(home)


@pytest.fixture
def desk(prepared: Path, tmp_path: Path) -> Desk:
    """The state, of the test's own."""
    home = tmp_path / "state"
    shutil.copytree(prepared, home)
    return _desk(home)


def nobody(host: str, _port: int) -> list[str]:
    """A name server that knows nobody: no test asks a real one."""
    raise OSError(f"{host} is unknown here")


def make_app(desk: Desk, folder: Path, *, jobs: bool = True) -> FastAPI:
    """The desk with its door, with jobs that nobody runs or without any."""
    operations = OfTheJobs(desk, timetable.read(None), None) if jobs else None
    site = desk_app.site(desk, Studio(folder / "charts"), operations)
    site.look_up = nobody
    return desk_app.create_app(site)


@pytest.fixture
def app(desk: Desk, tmp_path: Path) -> FastAPI:
    return make_app(desk, tmp_path)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class Asker:
    """A program that asks the desk, with a token or without one."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return self._runner.run(self._client.request(method, address, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def json(self, path: str, **more: Any) -> Any:
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def post(self, path: str, token: str = "", content: Any = None, **more: str) -> httpx.Response:
        """``more`` are headers, an underscore for each hyphen."""
        headers = {name.replace("_", "-"): text for name, text in more.items()}
        if token:
            headers |= bearer(token)
        return self("POST", path, json={} if content is None else content, headers=headers)

    def several(self, *asked: tuple[str, str, Any]) -> list[httpx.Response]:
        async def at_once() -> list[httpx.Response]:
            return await asyncio.gather(
                *(
                    self._client.post(f"/api/v1/{path}", json=content, headers=bearer(token))
                    for path, token, content in asked
                )
            )

        return self._runner.run(at_once())


@pytest.fixture
def ask(app: FastAPI) -> Iterator[Asker]:
    with asyncio.Runner() as runner:
        yield Asker(app, runner)


MakeToken = Callable[..., str]


def make_token(desk: Desk, *scopes: str) -> str:
    """A live token with some scopes."""
    text = secret.make()
    made = NewToken(
        f"token {hashlib.sha256(text.encode()).hexdigest()[:6]}",
        text[: secret.SHOWN],
        secret.digest(text),
        frozenset(scopes),
        None,
    )
    tokens.create(desk.engine, made, COMMAND_LINE, now=NOW)
    return text


@pytest.fixture
def token(desk: Desk) -> MakeToken:
    return lambda *scopes: make_token(desk, *scopes)


@pytest.fixture
def recorder(token: MakeToken) -> str:
    """A token that may record."""
    return token("read", "record")
