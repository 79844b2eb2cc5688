"""What a runner does when things go wrong, with real processes and a real database."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from forecaster import standing
from forecaster.errors import StoreError
from forecaster.store import forecasts, ledger, ledger_views
from forecaster.store.engine import writing
from forecaster.store.ledger import Run
from jobs import runner as running
from jobs.process import Limits, Process, Started
from tests import synthetic
from tests.jobs.conftest import (
    HOURLY,
    NOW,
    Clock,
    Maker,
    alive,
    due_now,
    ended,
    plan,
    starting,
    until,
)

UPDATE = '[job.update]\nevery = "1h"\ncatch_up = "latest"\n'


def test_two_runners_one_works_the_other_idles(make: Maker, tmp_path: Path) -> None:
    timetable = plan(tmp_path, '[job.tidy]\nevery = "1s"\ncatch_up = "all"\n')
    both = [make(timetable), make(timetable)]
    threads = [threading.Thread(target=one.run) for one in both]
    for thread in threads:
        thread.start()
    engine = both[0].engine
    until(lambda: ledger_views.counts(engine)["succeeded"] >= 3, "three runs")
    assert 1 == sum(one.leads for one in both)
    leader = next(one for one in both if one.leads)
    leader.stop()
    until(lambda: any(one.leads for one in both if one is not leader), "the other")
    before = ledger_views.counts(engine)["succeeded"]
    until(lambda: ledger_views.counts(engine)["succeeded"] >= before + 2, "two more runs")
    for runner in both:
        runner.stop()
    for thread in threads:
        thread.join()
    rows = ledger_views.runs(engine, limit=1000)
    assert {1} == set(Counter(run.logical_time for run in rows).values())
    assert {run.attempt for run in rows if run.status == "succeeded"} == {1}
    times = sorted(run.logical_time for run in rows)
    assert times == [times[0] + timedelta(seconds=n) for n in range(len(times))]


def test_a_killed_run_is_begun_three_times_and_then_has_failed(
    make: Maker, tmp_path: Path, hand: Clock
) -> None:
    runner = make(plan(tmp_path, HOURLY), starting("os.kill(os.getpid(), signal.SIGKILL)"))
    due_now(runner, hand)
    run = ended(runner, "tidy")
    assert ("failed", 3) == (run.status, run.attempt)
    assert run.message == "given up after 3 attempts: its process was killed by SIGKILL"


def test_a_fit_that_hangs_is_ended_and_the_last_forecast_stands_stale(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    document = synthetic.document()
    document["as_of"] = document["created_at"] = "2026-11-19T06:00:00Z"
    with writing(make_sqlite.engine) as connection:
        forecasts.insert(
            connection, document, kind="published", posterior_path=None, posterior_sha256=None
        )
    code = "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    runner = make_sqlite(plan(tmp_path, UPDATE), starting(code), fit_seconds=1)
    due_now(runner, hand)
    run = ended(runner, "update")
    assert ("failed", "ended: it took longer than 0:00:01") == (run.status, run.message)
    assert [] == list(runner._watched)
    shown = standing.forecast(runner.settings, NOW)
    assert (document["forecast_id"], "stale") == (shown["forecast_id"], shown["status"])


def test_a_fit_that_takes_too_much_memory_is_ended(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    code = "x = b'x' * 500_000_000; time.sleep(600)"
    runner = make_sqlite(plan(tmp_path, UPDATE), starting(code), fit_memory_mb=200)
    due_now(runner, hand)
    run = ended(runner, "update")
    assert "failed" == run.status
    assert "of memory; 200 are allowed" in run.message


def test_a_failure_is_final_and_told(make: Maker, tmp_path: Path, hand: Clock) -> None:
    code = "answer('no: https://h/?api_key=hunter2'); sys.exit(1)"
    runner = make(plan(tmp_path, HOURLY), starting(code))
    due_now(runner, hand)
    run = ended(runner, "tidy")
    assert ("failed", 1, "no: https://h/?api_key=***") == (run.status, run.attempt, run.message)


def test_a_process_that_cannot_be_started_has_failed(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    def no_room(_run: Run, _limits: Limits) -> Started:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    runner = make_sqlite(plan(tmp_path, HOURLY), no_room)
    due_now(runner, hand)
    run = ended(runner, "tidy")
    assert "failed" == run.status
    assert run.message.startswith("its process could not be started: ")


def test_a_stop_hands_back_what_does_not_finish(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FINISH_SECONDS", 0.2)
    monkeypatch.setattr(running, "INTERRUPT_SECONDS", 0.5)
    code = "signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"
    runner = make(plan(tmp_path, '[job.tidy]\nevery = "1s"\ncatch_up = "latest"\n'), starting(code))
    thread = threading.Thread(target=runner.run)
    thread.start()
    until(lambda: runner._watched, "a run")
    (watched,) = runner._watched.values()
    runner.stop()
    thread.join()
    assert isinstance(watched.process, Process)
    assert not alive(watched.process.pid)
    row = next(run for run in ledger_views.runs(runner.engine) if run.id == watched.process.run.id)
    assert ("due", 0, "handed back when its runner was stopped") == (
        row.status,
        row.attempt,
        row.message,
    )
    other = make(plan(tmp_path, HOURLY))
    other.step()
    assert other.leads  # at once: the lease was given back


def test_a_stop_lets_finish_what_can(make_sqlite: Maker, tmp_path: Path) -> None:
    code = "time.sleep(0.5); answer('finished')"
    runner = make_sqlite(
        plan(tmp_path, '[job.tidy]\nevery = "1s"\ncatch_up = "latest"\n'), starting(code)
    )
    thread = threading.Thread(target=runner.run)
    thread.start()
    until(lambda: runner._watched, "a run")
    (watched,) = runner._watched.values()
    runner.stop()
    thread.join()
    rows = {run.id: run for run in ledger_views.runs(runner.engine)}
    assert "finished" == rows[watched.process.run.id].message


def test_what_cannot_renew_its_lease_in_time_ends_what_it_runs(
    make_sqlite: Maker, tmp_path: Path, hand: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make_sqlite(plan(tmp_path, HOURLY), starting("time.sleep(600)"))
    elapsed = [0.0]
    runner.monotonic = lambda: elapsed[0]
    due_now(runner, hand)
    runner.step()
    (watched,) = runner._watched.values()

    def unreachable(*_: object) -> None:
        raise StoreError("the database cannot be reached")

    monkeypatch.setattr(ledger, "beat", unreachable)
    for elapsed[0] in (1.0, 2.0, 3.5):
        runner.step()
    assert not runner.leads
    assert "cannot be reached" in (runner.problem or "")
    assert isinstance(watched.process, Process)
    assert not alive(watched.process.pid)


def test_a_full_disk_stops_everything_loudly_and_is_over_when_there_is_space(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    pages: list[int | None] = [None]

    @event.listens_for(make_sqlite.engine, "connect")
    def fill(connection: Any, _record: Any) -> None:
        if pages[0] is not None:
            connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    text = '[job.tidy]\nevery = "1m"\ncatch_up = "all"\n'
    runner = make_sqlite(plan(tmp_path, text), starting("answer('x' * 100_000)"), jobs_at_once=1)
    runner.step()
    hand.pass_(minutes=5)
    runner.step()
    (watched,) = runner._watched.values()
    pages[0] = 1
    until(watched.process.poll, "the end of the process")
    runner.step()
    assert "the disk of the database" in (runner.problem or "")
    assert "is full" in (runner.problem or "")
    rows = {run.logical_time: run.status for run in ledger_views.runs(runner.engine)}
    assert ["due"] * 4 + ["running"] == sorted(rows.values())
    pages[0] = None

    def all_done() -> bool:
        runner.step()
        return ledger_views.counts(runner.engine)["succeeded"] == 5

    until(all_done, "five runs")
    assert runner.problem is None
    assert {1} == {run.attempt for run in ledger_views.runs(runner.engine)}
