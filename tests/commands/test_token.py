"""Tokens are made, listed and revoked at the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecaster.errors import UnknownName, UsageError
from forecaster.store import audit, tokens
from forecaster.web.access import secret
from forecaster.wiring import Desk
from tests.commands.conftest import Run, Start


def said(run: Run, *words: str) -> dict[str, Any]:
    result = run(*words, "--json")
    assert 0 == result.exit_code, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def lasts(document: dict[str, Any]) -> timedelta:
    began, ends = (datetime.fromisoformat(document[name]) for name in ("created_at", "expires_at"))
    return ends - began


def test_a_token_is_printed_once_and_kept_as_its_hash(run: Run, desk: Desk, home: Path) -> None:
    made = said(run, "token", "create", "desk", "--scope", "record", "--scope", "read")
    token = made.pop("token")
    assert secret.is_whole(token)
    assert {"name": "desk", "state": "live", "scopes": ["read", "record"]}.items() <= made.items()
    assert timedelta(days=90) == lasts(made)
    assert {"tokens": [made]} == said(run, "token", "list")
    (stored,) = tokens.every(desk.engine)
    assert secret.digest(token) == stored.sha256
    assert token.startswith(stored.prefix)
    assert 10 == len(stored.prefix)
    assert token.encode() not in (home / "forecaster.sqlite").read_bytes()


def test_only_the_token_itself_goes_to_stdout(start: Start, home: Path) -> None:
    assert home.is_dir()
    done = start("token", "create", "desk", "--expires", "never")
    assert secret.is_whole(done.stdout.strip())
    assert "note: desk may read and never ends; keep it now" in done.stderr


@pytest.mark.parametrize(
    ("written", "meant"),
    [("12h", timedelta(hours=12)), ("30d", timedelta(days=30)), ("2w", timedelta(weeks=2))],
)
def test_when_a_token_ends_can_be_said(
    run: Run, home: Path, written: str, meant: timedelta
) -> None:
    assert home.is_dir()
    made = said(run, "token", "create", "desk", "--expires", written)
    assert (meant, ["read"]) == (lasts(made), made["scopes"])


def test_a_revoked_token_leaves_the_list_and_both_deeds_stand_in_the_log(
    run: Run, desk: Desk
) -> None:
    said(run, "token", "create", "desk", "--expires", "never")
    assert "revoked" == said(run, "token", "revoke", "desk")["state"]
    assert {"tokens": []} == said(run, "token", "list")
    (kept,) = said(run, "token", "list", "--all")["tokens"]
    assert ("revoked", None) == (kept["state"], kept["expires_at"])
    assert [
        ("command line", "command", "token.revoke"),
        ("command line", "command", "token.create"),
    ] == [(one.who, one.how, one.action) for one in audit.entries(desk.engine)]


def test_a_person_reads_a_table(run: Run, home: Path) -> None:
    assert home.is_dir()
    assert (
        "there is no token; `forecaster token create NAME` makes one\n"
        == run("token", "list").stdout
    )
    made = said(run, "token", "create", "desk", "--expires", "never")
    heading, row = run("token", "list").stdout.splitlines()
    assert ["name", "begins", "state", "may", "ends", "last", "used"] == heading.split()
    assert ["desk", f"{made['prefix']}...", "live", "read", "never", "not", "yet"] == row.split()
    assert made["token"] not in row
    assert "desk is revoked\n" == run("token", "revoke", "desk").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "two words"], "is no name for a token"),
        (["create", "-x" * 30], "is no name for a token"),
        (
            ["create", "x", "--scope", "write"],
            "--scope: 'write' is no scope; expected read, record",
        ),
        (["create", "x", "--expires", "soon"], "--expires: 'soon' is no time to end"),
        (["create", "x", "--expires", "0d"], "--expires: '0d' is no time to end"),
        (["create", "x", "--expires", "999999w"], "ten years at most"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, desk: Desk, words: list[str], told: str) -> None:
    if words[1].startswith("-"):
        words = [words[0], "--", *words[1:]]
    failed = run("token", *words).exception
    assert isinstance(failed, UsageError)
    assert told in str(failed)
    assert [] == tokens.every(desk.engine)


def test_a_name_is_taken_until_its_token_ends(run: Run, home: Path) -> None:
    assert home.is_dir()
    said(run, "token", "create", "desk")
    assert isinstance(run("token", "create", "desk").exception, UsageError)
    assert isinstance(run("token", "revoke", "desq").exception, UnknownName)
    said(run, "token", "revoke", "desk")
    said(run, "token", "create", "desk")
