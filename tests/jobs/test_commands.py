"""The operator's commands, and their JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from forecaster import settings
from forecaster.errors import DamagedFile, ForecasterError, InvalidFiles, StoreError, UnknownName
from forecaster.store import ledger, ledger_views, readings
from forecaster.store.engine import open_engine
from forecaster.store.lease import Candidate
from forecaster.store.ledger import Entry
from forecaster.wiring import Desk, open_desk, utc_now
from jobs import work
from tests.store.support import many

KEYS = {"logical_time", "status", "attempt", "started_at", "finished_at", "by_hand", "message"}


@pytest.fixture
def desk(home: Path) -> Desk:
    assert home.exists()
    return open_desk(settings.load())


def run(*words: str) -> Result:
    from jobs.mount import app

    return CliRunner().invoke(app, words)


def document(*words: str) -> Any:
    done = run(*words, "--json")
    return json.loads(done.stdout)


def test_list_shows_the_timetable(desk: Desk) -> None:
    found = document("jobs", "list")["jobs"]
    assert list(work.WORK) != [one["name"] for one in found]
    assert set(work.WORK) == {one["name"] for one in found}
    assert all(datetime.fromisoformat(one["next"]) > desk.clock() for one in found)
    text = run("jobs", "list").stdout
    assert "update" in text
    assert "05:30, after news" in text


def test_list_needs_no_state(tmp_path: Path) -> None:
    assert run("jobs", "list").exit_code == 0
    assert [] == list(tmp_path.iterdir())


def test_status_is_as_the_interface_says(desk: Desk) -> None:
    held = Candidate(desk.engine, "box:1:ab", 30).take()
    assert held is not None
    now = utc_now()
    entries = [
        Entry("tidy", now, "due"),
        Entry("update", now, "missed", "nobody"),
        Entry("old name", now, "skipped", "gone"),
    ]
    ledger.enter(desk.engine, held, entries, {})
    ledger.claim(desk.engine, held, 30, 5)
    found = document("jobs", "status")
    assert {"succeeded": 0, "failed": 0, "missed": 1, "skipped": 1, "running": 1} == found["counts"]
    by_name = {one["name"]: one for one in found["jobs"]}
    assert "running" == by_name["tidy"]["last"]["status"]
    assert KEYS == set(by_name["tidy"]["last"])
    assert ("missed", "nobody") == (
        by_name["update"]["last"]["status"],
        by_name["update"]["last"]["message"],
    )
    assert by_name["backup"]["last"] is None
    assert by_name["old name"]["next"] is None
    assert {"holder": "box:1:ab", "fence": 1} == found["runner"]
    text = run("jobs", "status").stdout
    assert "0 succeeded, 0 failed, 1 missed, 1 skipped, 1 running, 0 waiting" in text
    assert "box:1:ab looks after the jobs" in text
    assert "not in the timetable" in text


def test_status_without_a_service_says_so(desk: Desk) -> None:
    assert "nobody looks after the jobs now" in run("jobs", "status").stdout
    assert document("jobs", "status")["runner"] is None
    assert desk.settings.schedule is None


def test_run_does_a_job(desk: Desk) -> None:
    found = document("jobs", "run", "resolve")
    assert ("resolve", "succeeded") == (found["name"], found["status"])
    assert "succeeded" == ledger_views.last(desk.engine)["resolve"].status


def test_run_fails_with_the_job(desk: Desk) -> None:
    done = run("jobs", "run", "collect:gacc", "--json")
    assert isinstance(done.exception, ForecasterError)
    assert str(done.exception).startswith("collect:gacc failed: gacc: publishers are told who asks")
    assert "failed" == json.loads(done.stdout)["status"]
    assert "failed" == ledger_views.last(desk.engine)["collect:gacc"].status


def test_run_knows_the_nearest_name(desk: Desk) -> None:
    done = run("jobs", "run", "tidi")
    assert isinstance(done.exception, UnknownName)
    assert "no job is called 'tidi'; nearest: tidy" == str(done.exception)
    assert "no job is called 'xyz'; see `forecaster jobs list`" == str(
        run("jobs", "run", "xyz").exception
    )
    assert {} == ledger_views.last(desk.engine)


@pytest.mark.parametrize(
    "words", [("jobs", "list"), ("jobs", "status"), ("jobs", "run", "tidy"), ("check",)]
)
def test_a_wrong_timetable_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[job.tidi]\nevery = "1h"\ncatch_up = "all"\n')
    monkeypatch.setenv("FORECASTER_SCHEDULE", str(file))
    done = run(*words)
    assert isinstance(done.exception, InvalidFiles)
    assert "job.tidi: no job is called so; nearest: tidy" in str(done.exception)
    assert {} == ledger_views.last(desk.engine)


def test_save_bring_back_and_prove_whole(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings.add(desk.engine, many(4), now=utc_now())
    file = tmp_path / "state.tar"
    assert "saved 4 readings, no forecasts and no files" in run("backup", str(file)).stdout
    refused = run("restore", str(file)).exception
    assert isinstance(refused, StoreError)
    assert "give --replace" in str(refused)
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path / "other"))
    done = run("restore", str(file))
    assert "4 readings, no forecasts; run `forecaster verify`" in done.stdout
    assert (
        "whole: 4 readings, no posteriors, no archived bodies; nothing is wrong\n"
        == run("verify").stdout
    )
    found = document("verify")
    assert (4, [], 0) == (found["counts"]["readings"], found["problems"], found["posteriors"])
    again = run("restore", "--replace", str(file))
    assert again.exit_code == 0


def test_verify_tells_every_problem_and_the_remedy(desk: Desk) -> None:
    readings.add(desk.engine, many(4), now=utc_now())
    engine = open_engine(desk.settings.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER readings_no_delete")
        connection.exec_driver_sql("DELETE FROM readings WHERE id = 2")
    done = run("verify", "--json")
    assert isinstance(done.exception, DamagedFile)
    assert "readings 2 to 2 are missing\nbring back a copy with `forecaster restore`" == str(
        done.exception
    )
    assert ["readings 2 to 2 are missing"] == json.loads(done.stdout)["problems"]
