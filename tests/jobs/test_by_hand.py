"""One job run by a person, beside a service or without one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from forecaster import settings
from forecaster.errors import Busy, Interrupted
from forecaster.store import ledger, ledger_views
from forecaster.store.ledger import Outcome, Run
from forecaster.wiring import Desk, open_desk
from jobs import by_hand
from jobs.process import Ended, Limits, Process, Started
from tests.jobs.conftest import HOURLY, PLENTY, alive, echo, plan, starting, until

PLAN = HOURLY + '[job.update]\nat = "01:00"\ncatch_up = "latest"\nafter = "news"\nsettle = "10m"\n'


@pytest.fixture
def desk(home: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    assert home.exists()
    monkeypatch.setenv("FORECASTER_LEASE_SECONDS", "2")
    return open_desk(settings.load())


def test_a_run_by_hand_is_in_the_ledger(desk: Desk, tmp_path: Path) -> None:
    outcome = by_hand.run(desk, plan(tmp_path, PLAN), "tidy", echo)
    assert Outcome("succeeded", "did tidy") == outcome
    (run,) = ledger_views.runs(desk.engine)
    assert ("tidy", "succeeded", 1, None) == (run.job, run.status, run.attempt, run.fence)


def test_its_news_are_followed_by_whoever_looks_after_the_jobs(desk: Desk, tmp_path: Path) -> None:
    by_hand.run(desk, plan(tmp_path, PLAN), "collect:gacc", echo)
    assert {"update": 1} == ledger_views.waiting(desk.engine)


def test_a_forecast_is_followed_by_what_is_worked_out_from_it(desk: Desk, tmp_path: Path) -> None:
    text = PLAN + '[job.analyse]\nevery = "1d"\ncatch_up = "latest"\nafter = "forecast"\n'
    code = "answer('published', forecast=True)"
    by_hand.run(desk, plan(tmp_path, text), "update", starting(code))
    assert {"analyse": 1} == ledger_views.waiting(desk.engine)


def test_its_failure_is_told_without_secrets(desk: Desk, tmp_path: Path) -> None:
    code = "answer('postgresql://a:hunter2@b/c'); sys.exit(1)"
    outcome = by_hand.run(desk, plan(tmp_path, PLAN), "tidy", starting(code))
    assert Outcome("failed", "postgresql://a:***@b/c") == outcome
    assert "failed" == ledger_views.runs(desk.engine)[0].status


def test_it_vouches_for_itself_for_as_long_as_it_takes(desk: Desk, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    code = f"\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.05)\nanswer('at last')"
    found: list[Outcome] = []

    def work() -> None:
        found.append(by_hand.run(desk, plan(tmp_path, PLAN), "tidy", starting(code)))

    thread = threading.Thread(target=work)
    thread.start()
    first = until(lambda: _alive_until(desk), "the start")
    until(lambda: (_alive_until(desk) or first) > first, "a sign of life")
    with pytest.raises(Busy, match="tidy is running already"):
        by_hand.run(desk, plan(tmp_path / "..", PLAN), "tidy", echo)
    go_on.touch()
    thread.join()
    assert [Outcome("succeeded", "at last")] == found


def _alive_until(desk: Desk) -> Any:
    rows = ledger_views.runs(desk.engine, "tidy")
    return rows[0].alive_until if rows else None


class Stopped:
    """A process during which the user presses Ctrl-C."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.inner = Process(run, ["/bin/sleep", "600"], PLENTY)

    def poll(self) -> Ended | None:
        raise KeyboardInterrupt

    def interrupt(self) -> None:
        self.inner.interrupt()

    def kill(self) -> None:
        self.inner.kill()


def test_control_c_ends_it_and_is_written(desk: Desk, tmp_path: Path) -> None:
    started: list[Stopped] = []

    def start(run: Run, _limits: Limits) -> Started:
        started.append(Stopped(run))
        return started[-1]

    with pytest.raises(Interrupted, match="tidy: stopped by the user"):
        by_hand.run(desk, plan(tmp_path, PLAN), "tidy", start)
    assert not alive(started[0].inner.pid)
    (run,) = ledger_views.runs(desk.engine)
    assert ("failed", "stopped by the user") == (run.status, run.message)
    assert ledger.begin(desk.engine, "tidy", "again", 2)


def test_one_that_cannot_be_started_has_failed(desk: Desk, tmp_path: Path) -> None:
    def start(_run: Run, _limits: Limits) -> Started:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    outcome = by_hand.run(desk, plan(tmp_path, PLAN), "tidy", start)
    assert "failed" == outcome.status
    assert outcome.message.startswith("its process could not be started")
