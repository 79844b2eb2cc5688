"""What pages ask for beside themselves: style sheets, icon, script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from forecaster.web import app, assets, frame
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests.web.serving import served

TYPES = {
    "base.css": "text/css; charset=utf-8",
    "vendor/htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    desk_app = app.create_app(app.site(desk, Studio()))
    with (
        served(desk_app) as address,
        httpx.Client(base_url=f"{address}/static/", timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize("name", TYPES)
def test_a_file_is_answered_as_it_is_and_asked_for_once(client: httpx.Client, name: str) -> None:
    answer = client.get(name)
    assert (200, TYPES[name]) == (answer.status_code, answer.headers["content-type"])
    assert answer.content == (frame.STATIC / name).read_bytes()
    again = client.get(name, headers={"if-none-match": answer.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)
    head = client.head(name)
    assert (200, b"") == (head.status_code, head.content)


@pytest.mark.parametrize(
    "name",
    ["", "vendor", "vendor/README.md", "none.css", "../frame.py", "..%2fframe.py", "%2e%2e/app.py"],
)
def test_nothing_else_is_answered(client: httpx.Client, name: str) -> None:
    assert 404 == client.get(name).status_code


def test_every_file_of_a_page_is_there() -> None:
    assert set(assets.read(frame.STATIC)) == {*TYPES, "desk.css"}


def test_a_file_that_comes_later_or_changes_is_another_start(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("a {}")
    (tmp_path / "secret.toml").write_text("key = 1")
    found = assets.read(tmp_path)
    (tmp_path / "one.css").write_text("b {}")
    assert {"one.css": b"a {}"} == {name: one.body for name, one in found.items()}
