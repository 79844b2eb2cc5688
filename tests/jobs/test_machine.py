"""Two runners through crashes, pauses, restarts and clocks that jump: the ledger stays true.

Hypothesis makes up the story; the runners, ledger, lease and database are the real ones. Only the
clocks and the work itself are moved by hand.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import Engine, event, select

from forecaster import settings
from forecaster.store import clock, lease, migrate
from forecaster.store.engine import open_engine, reading
from forecaster.store.ledger import ATTEMPTS, Run
from forecaster.store.ledger_rows import COLUMNS
from forecaster.store.schema_jobs import job_runs
from jobs import logs, times
from jobs import runner as running
from jobs.process import Ended, Limits
from jobs.runner import Runner
from tests.jobs.conftest import plan

PLAN = """
[job.tidy]
every = "20m"
catch_up = "latest"
[job.backup]
every = "2h"
catch_up = "all"
[job.resolve]
every = "90m"
catch_up = "none"
[job.update]
at = "05:30"
catch_up = "latest"
after = "news"
settle = "3m"
"""
HOUR = 3600
START = datetime(2026, 11, 22, 5, 3, tzinfo=UTC)
STORY = hypothesis(max_examples=25, stateful_step_count=35)


def seconds(low: int, high: int) -> st.SearchStrategy[timedelta]:
    return st.integers(low, high).map(lambda count: timedelta(seconds=count))


moments, hours, jumps = seconds(0, 40), seconds(60, 9 * HOUR), seconds(-70 * HOUR, 60 * HOUR)
who = st.sampled_from([0, 1])


@dataclass
class Work:
    """A process that ends when the story says so."""

    run: Run
    ended: Ended | None = None

    def poll(self) -> Ended | None:
        return self.ended

    def interrupt(self) -> None:
        self.ended = Ended("failed", "interrupted")

    def kill(self) -> None:
        self.ended = self.ended or Ended("killed", "killed")


class Story(RuleBasedStateMachine):
    """What may happen to two runners of one state."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "database_time", lambda _connection: self.now)
        self.patch.setattr(running, "FINISH_SECONDS", 0.0)
        self.patch.setattr(running, "INTERRUPT_SECONDS", 0.0)
        self.patch.setattr(logs, "get", Mock)
        home = Path(self.folder.name)
        self.engine = quick(f"sqlite:///{home}/forecaster.sqlite")
        migrate.upgrade(self.engine)
        self.timetable = plan(home, PLAN)
        self.settings = replace(settings.load({"FORECASTER_HOME": str(home)}), jobs_at_once=3)
        self.now: datetime = START
        self.elapsed = 0.0
        self.first: datetime | None = None  # when a leader first looked
        self.furthest: datetime | None = None  # the latest time that one looked
        self.runners: list[Runner | None] = [None, None]
        self.works: list[list[Work]] = [[], []]
        for number in (0, 1):
            self.start(number)

    def start(self, number: int) -> None:
        works: list[Work] = []

        def begin_work(run: Run, _limits: Limits) -> Work:
            works.append(Work(run))
            return works[-1]

        self.works[number] = works
        self.runners[number] = Runner(
            self.engine,
            self.timetable,
            self.settings,
            start=begin_work,
            monotonic=lambda: self.elapsed,
        )

    def time_passes(self, length: timedelta) -> None:
        self.now += length
        self.elapsed += length.total_seconds()

    @rule(number=who, length=moments)
    def one_looks_soon(self, number: int, length: timedelta) -> None:
        self.time_passes(length)
        self.step(number)

    @rule(number=who, length=hours)
    def one_looks_later(self, number: int, length: timedelta) -> None:
        self.time_passes(length)
        self.step(number)

    @rule(times_=st.integers(1, 6), number=who)
    def one_looks_again_and_again(self, times_: int, number: int) -> None:
        for _ in range(times_):
            self.time_passes(timedelta(minutes=7))
            self.step(number)

    @rule(length=jumps)
    def the_clock_jumps(self, length: timedelta) -> None:
        self.now += length

    @rule(number=who, length=hours)
    def one_sleeps_while_the_other_takes_over(self, number: int, length: timedelta) -> None:
        """And wakes up to a time that nobody has entered yet, still sure that it leads."""
        self.now += length
        self.step(1 - number)
        self.now += timedelta(minutes=20)
        self.step(number)

    def step(self, number: int) -> None:
        if self.runners[number] is None:
            self.start(number)
        runner = self.runners[number]
        assert runner is not None
        stale = runner.leads and not self.holds(runner)
        before = self.rows() if stale else []
        runner.step()
        assert runner.problem is None
        if stale:
            assert before == self.rows()
        elif runner.leads:
            self.first = self.first or self.now
            self.furthest = max(self.furthest or self.now, self.now)
            self.every_time_that_came_has_its_row(self.first, self.furthest)
            self.what_runs_is_looked_after_by_one(runner)

    @rule(
        number=who,
        kind=st.sampled_from(["done", "done", "failed", "killed", "limit"]),
        news=st.booleans(),
        which=st.integers(0, 5),
    )
    def work_ends(self, *, number: int, kind: Any, news: bool, which: int) -> None:
        at_work = [one for one in self.works[number] if one.ended is None]
        if at_work:
            at_work[which % len(at_work)].ended = Ended(kind, "told", news=news and kind == "done")

    @rule(number=who)
    def a_runner_is_killed(self, number: int) -> None:
        self.runners[number] = None
        self.works[number] = []

    @rule(number=who)
    def a_runner_is_stopped(self, number: int) -> None:
        runner = self.runners[number]
        if runner is None:
            return
        stale = runner.leads and not self.holds(runner)
        before = self.rows() if stale else []
        runner.stop()
        runner._leave()
        if stale:
            assert before == self.rows()
        self.runners[number] = None

    def every_time_that_came_has_its_row(self, first: datetime, furthest: datetime) -> None:
        found = {(row.job, row.logical_time) for row in self.rows()}
        for job, entry in self.timetable.items():
            came = set(times.between(entry.trigger, first, furthest))
            assert came <= {moment for name, moment in found if name == job}

    def what_runs_is_looked_after_by_one(self, leader: Runner) -> None:
        rows = self.rows()
        assert all(row.attempt <= ATTEMPTS for row in rows)
        jobs = Counter(one.process.run.job for one in leader._watched.values())
        assert all(count == 1 for count in jobs.values())
        assert set(leader._watched) == {row.id for row in rows if row.status == "running"}

    def holds(self, runner: Runner) -> bool:
        held = runner._held
        return held is not None and lease.look(self.engine)[0][:2] == held

    def rows(self) -> list[Run]:
        """As they are stored: the views show a run that nobody vouches for as what it becomes."""
        with reading(self.engine) as connection:
            found = connection.execute(select(*COLUMNS).order_by(job_runs.c.id))
            return [Run(*row) for row in found]

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        try:
            self.all_comes_to_its_end()
        finally:
            self.engine.dispose()
            self.patch.undo()
            self.folder.cleanup()

    def all_comes_to_its_end(self) -> None:
        """Let one runner work undisturbed: nothing stays open, nothing was lost or doubled."""
        self.runners[1], self.works[1] = None, []
        if self.runners[0] is None:
            self.start(0)
        self.now = max(self.now, self.furthest or self.now)
        for _ in range(400):
            self.time_passes(timedelta(seconds=15))
            self.step(0)
            for one in self.works[0]:
                one.ended = one.ended or Ended("done", "told")
            open_rows = [row for row in self.rows() if row.status in ("due", "running")]
            if not open_rows and self.first is not None:
                break
        assert [] == open_rows
        self.what_ended_was_begun_and_once()

    def what_ended_was_begun_and_once(self) -> None:
        rows = self.rows()
        assert len(rows) == len({(row.job, row.logical_time) for row in rows})
        assert all(row.attempt > 0 for row in rows if row.status in ("succeeded", "failed"))


def quick(url: str) -> Engine:
    """Without flushing each commit to the disk, which only a loss of power would notice."""
    engine = open_engine(url)

    @event.listens_for(engine, "connect")
    def hasten(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    return engine


TestStory = Story.TestCase
TestStory.settings = STORY
