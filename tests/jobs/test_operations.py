"""What the desk is told of the jobs, and a run that a person asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from forecaster.errors import Busy, UnknownName, WrongValue
from forecaster.settings import Settings
from forecaster.store import audit, lease, ledger, ledger_views
from forecaster.store.audit import Entry
from forecaster.store.lease import Candidate
from forecaster.store.ledger import Outcome
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.wiring import Desk
from jobs import timetable
from jobs.operations import OfTheJobs
from jobs.timetable import Timetable
from tests.jobs.conftest import Maker, ended

LINE = Entry(COMMAND_LINE, "job.run", "tidy")


@pytest.fixture
def planned(chosen: Settings) -> Timetable:
    return timetable.read(chosen.schedule)


@pytest.fixture
def operations(engine: Engine, chosen: Settings, planned: Timetable) -> OfTheJobs:
    """On SQLite and on PostgreSQL, without a runner of its own."""
    return OfTheJobs(Desk(chosen, engine), planned, None)


def test_a_run_that_is_asked_for_is_due_and_in_the_audit_log(
    operations: OfTheJobs, engine: Engine
) -> None:
    asked = operations.ask("tidy", LINE)
    assert ("tidy", "due", "asked for by command line") == (
        asked["job"],
        asked["status"],
        asked["message"],
    )
    assert [asked] == operations.runs(None, 10)["runs"]
    (line,) = audit.entries(engine)
    assert ("command line", "job.run", "tidy") == (line.who, line.action, line.object)


def test_what_waits_or_runs_is_not_asked_for_twice(operations: OfTheJobs, engine: Engine) -> None:
    operations.ask("tidy")
    with pytest.raises(Busy, match="tidy waits already"):
        operations.ask("tidy", LINE)
    held = Candidate(engine, "somebody", 30).take()
    assert held is not None
    (run,) = ledger.claim(engine, held, 30, 1)
    with pytest.raises(Busy, match="tidy is running since"):
        operations.ask("tidy", LINE)
    assert [] == audit.entries(engine)
    ledger.finish(engine, run, Outcome("succeeded", "done"), held=held)
    assert "due" == operations.ask("tidy", LINE)["status"]


def test_a_run_whose_holder_is_gone_is_no_obstacle_but_waits(
    operations: OfTheJobs, engine: Engine
) -> None:
    ledger.begin(engine, "tidy", "somebody", -1)  # by hand, and nobody vouches for it
    assert "due" == operations.ask("tidy")["status"]


def test_an_unknown_job_or_status_is_told(operations: OfTheJobs) -> None:
    with pytest.raises(UnknownName, match="nearest: tidy"):
        operations.ask("tidi")
    with pytest.raises(WrongValue, match=r"status: expected one of due, running"):
        operations.runs(None, 10, "gone")


def test_rows_are_chosen_by_job_and_status(operations: OfTheJobs, engine: Engine) -> None:
    held = Candidate(engine, "somebody", 30).take()
    assert held is not None
    for job in ("tidy", "backup"):
        operations.ask(job)
    (run,) = ledger.claim(engine, held, 30, 1)
    ledger.finish(engine, run, Outcome("failed", "no room"), held=held, then={run.job: timedelta()})
    other = {"tidy": "backup", "backup": "tidy"}[run.job]

    def found(job: str | None, status: str | None) -> list[tuple[str, str]]:
        return [(one["job"], one["status"]) for one in operations.runs(job, 10, status)["runs"]]

    assert [(run.job, "failed")] == found(None, "failed")
    assert {(run.job, "due"), (other, "due")} == set(found(None, "due"))
    assert [(other, "due")] == found(other, None)
    assert [] == found("no such job", None)
    assert 1 == len(operations.runs(None, 1)["runs"])


def test_the_runner_of_this_process_takes_it_up(
    make_sqlite: Maker, chosen: Settings, planned: Timetable
) -> None:
    runner = make_sqlite(planned)
    operations = OfTheJobs(Desk(chosen, runner.engine), planned, runner)
    assert operations.here
    assert not runner._wake.is_set()
    operations.ask("tidy")
    assert runner._wake.is_set()
    assert "did tidy" == ended(runner, "tidy").message
    assert not lease.look(runner.engine)[1]
    assert operations.problem() is None
    runner.problem = "the disk is full"
    assert "the disk is full" == operations.problem()
    told = {one["name"]: one for one in operations.status()["jobs"]}
    assert "succeeded" == told["tidy"]["last"]["status"]
    assert 1 == ledger_views.counts(runner.engine)["succeeded"]
