"""Logs are JSON lines with what they are about, and hold no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from jobs import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_what_when_and_about_which_run() -> None:
    out = io.StringIO()
    logs.set_up(out, job="update", run=7, logical_time="2026-11-22T06:00:00+00:00")
    logs.get().info("begun", attempt=1)
    (line,) = lines(out)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "begun",
        "attempt": 1,
        "job": "update",
        "run": 7,
        "logical_time": "2026-11-22T06:00:00+00:00",
        "level": "info",
    }


def test_a_person_gets_text() -> None:
    out = Terminal()
    logs.set_up(out)
    logs.get().info("begun", job="update")
    assert "begun" in out.getvalue()
    assert not out.getvalue().startswith("{")


SECRETS = {
    "url": "postgresql://analyst:hunter2@db.example/forecasts",
    "asked": "https://api.example/v1?period=2026&subscription-key=hunter2&api_key=hunter2",
    "header": "Authorization: Bearer hunter2.hunter2",
    "webhook": "signed with whsec_hunter2hunter2",
    "desk": "no fct_0hunter2hunter2 is live",
    "token": "hunter2",
    "deep": {"headers": {"Authorization": "hunter2", "x-api-key": "hunter2"}, "n": [1, None]},
    "several": ["postgresql://a:hunter2@b/c"],
}


def test_no_secret_is_written_by_us_by_libraries_or_in_a_traceback() -> None:
    out = io.StringIO()
    logs.set_up(out)
    logs.get().info("asked", **SECRETS)
    logging.getLogger("httpx").warning("GET %s", SECRETS["asked"])
    try:
        int(str(SECRETS["url"]))
    except ValueError:
        logs.get().exception("broken")
    assert 3 == len(lines(out))
    assert "hunter2" not in out.getvalue()
    assert "period=2026" in out.getvalue()
    assert "analyst:***@db.example" in out.getvalue()


def test_what_is_no_secret_stays() -> None:
    out = io.StringIO()
    logs.set_up(out)
    kept = {
        "contact": "desk@example.org",
        "key_figures": 3,
        "monkey": "x",
        "begins": "fct_A1b2C3...",
        "url": "https://example.org/a?page=2&keyword=trade",
    }
    logs.get().info("asked", **kept)
    (line,) = lines(out)
    assert kept == {name: line[name] for name in kept}


word = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789", min_size=8, max_size=20)


@given(word, st.sampled_from(["token", "api_key", "apikey", "sig", "client_secret", "PASSWORD"]))
def test_a_secret_in_a_query_is_hidden_wherever_it_stands(secret: str, name: str) -> None:
    for text in (f"see https://h/p?{name}={secret}", f"(https://h/p?a=1&{name}={secret}#x)"):
        assert secret not in logs.without_secrets(text)
