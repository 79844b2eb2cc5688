"""A small desk behind the real door: routes of each kind, and browsers and programs that ask it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from fastapi import Body, Depends, FastAPI, Form, Request
from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from forecaster import settings
from forecaster.settings import Settings
from forecaster.store import tokens
from forecaster.store.engine import open_engine
from forecaster.store.handle import Engine
from forecaster.store.tokens import NewToken
from forecaster.web.access import access as access_side
from forecaster.web.access import mount, secret
from forecaster.web.access.principal import COMMAND_LINE, Principal
from forecaster.web.access.require import IdempotencyKey, require
from forecaster.wiring import Desk

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
TEMPLATES = Path(mount.__file__).parents[1] / "templates"
BASE = (
    "<!doctype html><title>{{ title }}</title>{% block as_of %}as of{% endblock %}"
    "{% block content %}{% endblock %}"
)
ANYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chosen(blank: Path) -> Settings:
    return settings.load({"FORECASTER_HOME": str(blank)})


@pytest.fixture
def engine(chosen: Settings) -> Engine:
    return open_engine(chosen.database_url)


MakeToken = Callable[..., str]


@pytest.fixture
def token(engine: Engine, clock: Clock) -> MakeToken:
    """Makes a live token with some scopes and gives its text."""

    def make(*scopes: str, name: str = "desk", days: float | None = 90) -> str:
        text = secret.make()
        ends = None if days is None else clock() + timedelta(days=days)
        new = NewToken(name, text[: secret.SHOWN], secret.digest(text), frozenset(scopes), ends)
        tokens.create(engine, new, COMMAND_LINE, now=clock())
        return text

    return make


@pytest.fixture
def written() -> list[str]:
    """What the routes that change something were called for."""
    return []


MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(chosen: Settings, engine: Engine, clock: Clock, written: list[str]) -> MakeApp:
    """Makes the desk, bound to a host, with settings of its own."""

    def make(host: str = "127.0.0.1", **stated: Any) -> FastAPI:
        desk = Desk(replace(chosen, **stated), engine, clock)
        app = _routes(written)
        mount.guard(app, access_side.of(desk, host), render)
        return app

    return make


def render(_request: Request, status: int, title: str, shown: dict[str, Any]) -> Response:
    source = (TEMPLATES / "sign_in.html").read_text()
    templates = Environment(
        loader=DictLoader({"base.html": BASE, "sign_in.html": source}),
        undefined=StrictUndefined,
        autoescape=True,
    )
    return HTMLResponse(templates.get_template("sign_in.html").render(title=title, **shown), status)


def _routes(written: list[str]) -> FastAPI:
    app = FastAPI()
    _to_read(app)
    _to_write(app, written)
    return app


def _to_read(app: FastAPI) -> None:
    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/static/desk.css")
    def css() -> Response:
        return PlainTextResponse("p {}")

    @app.get("/")
    def today(request: Request) -> dict[str, Any]:
        state = request.state
        who: Principal = state.principal
        return {
            "name": who.name,
            "how": who.how,
            "scopes": sorted(who.scopes),
            "csrf": state.csrf,
            "address": state.address,
            "scheme": request.scope["scheme"],
        }

    @app.get("/api/v1/things")
    def things(request: Request) -> str:
        return str(request.state.principal.name)


def _to_write(app: FastAPI, written: list[str]) -> None:
    @app.post("/api/v1/readings", status_code=201)
    def record(
        who: Annotated[Principal, Depends(require("record"))],
        value: Annotated[int, Body(embed=True)],
        response: Response,
        _key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        written.append(who.name)
        response.headers["location"] = f"/api/v1/readings/{value}"
        if value < 0:
            raise ZeroDivisionError
        return {"value": value, "number": len(written)}

    @app.put("/api/v1/readings/{number}")
    @app.patch("/api/v1/readings/{number}")
    @app.delete("/api/v1/readings/{number}")
    def change(who: Annotated[Principal, Depends(require("record"))], number: int) -> int:
        written.append(who.name)
        return number

    @app.post("/api/v1/runs")
    def run(who: Annotated[Principal, Depends(require("operate"))]) -> str:
        return who.name

    @app.post("/api/v1/forgotten")
    def forgotten() -> str:
        """A route whose author forgot to say what it needs."""
        return "done"

    @app.post("/record")
    def form(
        who: Annotated[Principal, Depends(require("record"))],
        value: Annotated[str, Form()],
    ) -> str:
        written.append(f"{who.name}: {value}")
        return value


class Asker:
    """Somebody who asks the desk and keeps its cookies."""

    def __init__(
        self,
        runner: asyncio.Runner,
        app: FastAPI,
        peer: str | None = "127.0.0.1",
        url: str = "http://127.0.0.1:8000",
    ) -> None:
        self._runner = runner
        client = (peer, 4711) if peer else None
        transport = httpx.ASGITransport(app=app, client=client, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url=url)

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, path, **more))

    def get(self, path: str = "/", **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self("POST", path, **more)

    def several(self, *asked: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        async def at_once() -> list[httpx.Response]:
            return await asyncio.gather(
                *(self.client.request(method, path, **more) for method, path, more in asked)
            )

        return self._runner.run(at_once())

    def sign_in(self, token: str, **more: Any) -> httpx.Response:
        return self.post("/sign-in", data={"token": token, **more})

    @property
    def csrf(self) -> str:
        return str(self.get().json()["csrf"])


MakeAsker = Callable[..., Asker]


@pytest.fixture
def asker() -> Iterator[MakeAsker]:
    with asyncio.Runner() as runner:
        yield lambda app, *more, **stated: Asker(runner, app, *more, **stated)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """A real server on loopback, started as ours is; gives its address."""
    config = uvicorn.Config(app, "127.0.0.1", 0, log_config=None, **mount.UVICORN)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
