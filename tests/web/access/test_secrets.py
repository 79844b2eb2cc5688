"""No token, cookie or guard is written down anywhere: not in logs, not in the store."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from tests.web.access.conftest import ANYWHERE, MakeApp, MakeToken, bearer, served


def test_no_secret_is_logged_or_stored(
    make_app: MakeApp, token: MakeToken, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    text, other = token("read", "record"), token("read", name="other")
    with served(make_app(ANYWHERE)) as url, httpx.Client(base_url=url) as client:
        client.get("/", headers=bearer(text))
        client.get("/", headers=bearer(text[:-1]))
        client.post("/api/v1/readings", headers={**bearer(text), "idempotency-key": "k"})
        client.post("/sign-in", data={"token": text[:-1]})
        answer = client.post("/sign-in", data={"token": other})
        assert 303 == answer.status_code
        cookie = client.cookies["desk_session"]
        guard = client.get("/").json()["csrf"]
        assert 64 == len(guard)
        (tmp_path / "forecaster.sqlite").rename(tmp_path / "elsewhere")
        assert 503 == client.get("/").status_code
    secrets = [text[:-1], other, cookie, guard]
    ours = [one for one in caplog.records if not one.name.startswith("httpcore")]  # the client's
    said = "".join(f"{one.getMessage()} {vars(one)}" for one in ours)
    assert "nobody can be let in" in said
    assert "/api/v1/readings" in said
    stored = b"".join(
        file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith("elsewhere")
    )
    assert b"session.begin" in stored
    assert [] == [one for one in secrets if one in said or one.encode() in stored]
