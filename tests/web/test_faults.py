"""A fault of the program itself: answered without its details, and found again in the log."""

from __future__ import annotations

import html
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from forecaster.web import app, headers
from forecaster.web.pages import page
from forecaster.web.pages.page import Ask, Page, View
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from jobs import logs
from tests.web.serving import served

TOKEN = "fct_abcdef0123456789"  # noqa: S105 - in the shape of one
PAGE, DATA = {"accept": "text/html"}, {"accept": "application/json"}


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the process logs, set up as the service does."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def _breaks(ask: Ask) -> View:
    raise ZeroDivisionError(f"asked for {ask.address} with Bearer {TOKEN}")


@pytest.fixture
def broken(desk: Desk) -> FastAPI:
    """A desk with one page, and one address of the API, that cannot work."""
    made = app.create_app(app.site(desk, Studio()))
    router = made.router
    page.add(router, Page("/broken/{name}", "today.html", _breaks))

    async def breaks() -> dict[str, Any]:
        return {"never": 1 / 0}

    router.add_api_route("/api/v1/broken", breaks)
    return made


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in lines if "unforeseen fault" in line["event"]]


def test_a_program_gets_a_problem_document_with_the_name_in_the_log(
    broken: FastAPI, said: io.StringIO
) -> None:
    with served(broken) as base:
        answer = httpx.get(f"{base}/api/v1/broken", headers=DATA)
        after = httpx.get(f"{base}/healthz")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["error_id"] in document["detail"]
    assert "ZeroDivisionError" not in answer.text
    (line,) = logged(said)
    assert document["error_id"] in line["event"]
    assert "ZeroDivisionError" in line["exception"]
    assert after.status_code == 200
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"


def test_a_person_gets_a_page_and_no_secret_is_logged(broken: FastAPI, said: io.StringIO) -> None:
    with served(broken) as base:
        answer = httpx.get(f"{base}/broken/{TOKEN}?token={TOKEN}", headers=PAGE)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value
    (line,) = logged(said)
    name = line["event"].split("unforeseen fault ")[1].split()[0]
    assert f"the log tells of it as {name}" in answer.text
    assert "/broken/{name}" in line["event"]
    assert "ZeroDivisionError" in line["exception"]
    assert TOKEN not in said.getvalue()
    assert TOKEN not in answer.text.replace(f"/broken/{TOKEN}", "")


@pytest.mark.parametrize("accept", [PAGE, DATA])
def test_a_database_that_is_gone_is_told_without_its_place(
    desk: Desk, tmp_path: Path, accept: dict[str, str]
) -> None:
    made = app.create_app(app.site(desk, Studio()))
    (tmp_path / "forecaster.sqlite").rename(tmp_path / "elsewhere")
    path = "/history" if accept == PAGE else "/api/v1/forecasts"
    with served(made) as url, httpx.Client(base_url=url) as client:
        answer = client.get(path, headers=accept)
    assert answer.status_code == 503
    told = html.unescape(answer.text).lower()
    assert "the database is not initialised; run `forecaster init`" in told
    assert str(tmp_path) not in answer.text
