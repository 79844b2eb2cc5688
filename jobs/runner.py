"""Runs what is due: takes the lease, enters due times, begins runs, watches them, writes the end.

One thread does everything, step by step; APScheduler only wakes it when something is due. Nothing
that matters is kept in memory: a runner that is killed at any point is replaced by another, which
finds in the ledger what to do.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler

from forecaster.errors import LeaseLost, StoreError
from forecaster.settings import Settings
from forecaster.store import lease, ledger
from forecaster.store.handle import Engine
from forecaster.store.lease import Candidate, Held
from forecaster.store.ledger import Outcome, Run
from jobs import due, logs, process
from jobs.heartbeat import Heartbeat
from jobs.process import Ended, Limits, Start, Started
from jobs.timetable import Timetable

POLL = 0.2  # seconds between two looks at what runs
USUAL_LIMIT = timedelta(minutes=15)
FINISH_SECONDS = 12.0  # to finish once we are told to stop; then to stop when interrupted
INTERRUPT_SECONDS = 8.0


def name_of_this_process() -> str:
    """Where and what we are; never the same twice."""
    return f"{socket.gethostname()[:64]}:{os.getpid()}:{uuid4().hex[:8]}"


def limits(settings: Settings, timetable: Timetable, job: str) -> Limits:
    """What a run of a job may take."""
    entry = timetable.get(job)
    if entry is not None and entry.limit is not None:
        longest = entry.limit
    elif job == "update":
        longest = timedelta(seconds=settings.fit_seconds)
    else:
        longest = USUAL_LIMIT
    return Limits(longest, settings.fit_memory_mb)


def following(timetable: Timetable, ended: Ended) -> dict[str, timedelta]:
    """The jobs that follow on what one brought, and how long after."""
    brought = {name for name in ("news", "forecast") if getattr(ended, name)}
    return {name: entry.settle for name, entry in timetable.items() if entry.after in brought}


@dataclass
class _Watched:
    """A process, and how it ended once it has; kept until the ledger knows."""

    process: Started
    ended: Ended | None = None
    stopped: bool = False  # by us, to be run again


@dataclass
class Runner:
    """The jobs of one process. ``run`` works until ``stop`` is called, from any thread.

    ``start`` starts a run, ``monotonic`` gives the time for lengths of time.
    """

    engine: Engine
    timetable: Timetable
    settings: Settings
    start: Start = process.start
    monotonic: Callable[[], float] = time.monotonic
    problem: str | None = None  # why the jobs stand still; None while all is well
    _held: Held | None = None
    _renewed: float = 0.0
    _watched: dict[int, _Watched] = field(default_factory=dict)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lease_seconds = float(self.settings.lease_seconds)
        self._candidate = Candidate(
            self.engine, name_of_this_process(), self._lease_seconds, self.monotonic
        )
        self._heartbeat = Heartbeat(self.settings.heartbeat_url)

    @property
    def leads(self) -> bool:
        """Whether we hold the lease, as far as we know."""
        return self._held is not None

    def run(self) -> None:
        """Work until told to stop; then finish what runs or hand it back, and give up the lease."""
        clock = self._clock()
        clock.start()
        logs.get().info("the jobs are looked after", holder=self._candidate.holder)
        try:
            while not self._stopping.is_set():
                self.step()
                self._wake.wait(POLL if self._watched else self._lease_seconds / 3)
                self._wake.clear()
        finally:
            clock.shutdown(wait=False)
            self._leave()

    def stop(self) -> None:
        """Ask ``run`` to come to an end."""
        self._stopping.set()
        self._wake.set()

    def look_soon(self) -> None:
        """Look for what is due at once: something was asked for."""
        self._wake.set()

    def _clock(self) -> BackgroundScheduler:
        """APScheduler, which knows when to wake us and nothing else."""
        clock = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, entry in self.timetable.items():
            clock.add_job(self._wake.set, entry.trigger, id=name)
        return clock

    def step(self) -> None:
        """One round. A database that cannot be used now is tried again in the next."""
        try:
            self._look()
            if self._lead():
                self._write_ends()
                self._enter()
                self._begin()
            self.problem = None
        except LeaseLost as error:
            self._depose(str(error))
        except StoreError as error:
            if self.problem is None:
                logs.get().error("the jobs stand still", why=str(error))
            self.problem = str(error)

    def _lead(self) -> bool:
        """Take or renew the lease when it is time; whether we hold it."""
        if self._held is not None:
            self._renew(self._held)
            return True
        now = self.monotonic()
        self._held = self._candidate.take()
        if self._held is None:
            return False
        self._renewed = now
        logs.get().info("the lease is ours", fence=self._held.fence)
        self._take_back(self._held)
        return True

    def _renew(self, held: Held) -> None:
        now = self.monotonic()
        if now - self._renewed < self._lease_seconds / 3:
            return
        try:
            ledger.beat(self.engine, held, self._lease_seconds)
        except LeaseLost:
            raise
        except StoreError:
            if now - self._renewed >= self._lease_seconds:
                # Another may lead by now: what we run must not go on beside what it runs.
                self._depose("the lease could not be renewed in time")
            raise
        self._renewed = now
        self._take_back(held)

    def _take_back(self, held: Held) -> None:
        """Open again what nobody carries on, and close what the timetable has no more."""
        ledger.drop(self.engine, held, list(self.timetable))
        for run in ledger.reopen(self.engine, held, list(self._watched)):
            logs.get().warning("a run was lost", **_about(run), status=run.status)

    def _enter(self) -> None:
        if self._held is not None and due.enter(self.engine, self._held, self.timetable):
            self._wake.set()  # more than one transaction should hold: go on at once

    def _begin(self) -> None:
        if self._held is None:
            return
        free = self.settings.jobs_at_once - len(self._watched)
        for run in ledger.claim(self.engine, self._held, self._lease_seconds, free):
            allowed = limits(self.settings, self.timetable, run.job)
            logs.get().info("begun", **_about(run), attempt=run.attempt)
            try:
                started = self.start(run, allowed)
            except OSError as error:
                why = f"its process could not be started: {error}"
                ledger.finish(self.engine, run, Outcome("failed", why), held=self._held)
            else:
                self._watched[run.id] = _Watched(started)

    def _look(self) -> None:
        """See which processes have ended, or must be."""
        for one in self._watched.values():
            if one.ended is None:
                one.ended = one.process.poll()

    def _write_ends(self) -> None:
        """Write how they ended; what cannot be written now is kept and tried again."""
        for number, one in list(self._watched.items()):
            if one.ended is not None and self._held is not None:
                self._write_end(one, one.ended, self._held)
                del self._watched[number]

    def _write_end(self, one: _Watched, ended: Ended, held: Held) -> None:
        run, message = one.process.run, logs.without_secrets(ended.message)
        if ended.kind == "done":
            then = following(self.timetable, ended)
            then.pop(run.job, None)
            ledger.finish(self.engine, run, Outcome("succeeded", message), held=held, then=then)
            logs.get().info("succeeded", **_about(run), message=message)
            self._heartbeat.beat()
        elif one.stopped or (ended.kind == "killed" and self._stopping.is_set()):
            ledger.hand_back(self.engine, held, run, "handed back when its runner was stopped")
            logs.get().info("handed back", **_about(run))
        elif ended.kind == "killed":
            ledger.lose(self.engine, held, run, message)
            logs.get().warning("killed", **_about(run), why=message)
        else:
            ledger.finish(self.engine, run, Outcome("failed", message), held=held)
            logs.get().error("failed", **_about(run), why=message)

    def _depose(self, why: str) -> None:
        """Another process leads: end what runs, write nothing."""
        logs.get().warning("the lease is lost", why=why)
        self._held = None
        for one in self._watched.values():
            if one.ended is None:
                one.process.kill()
        self._watched.clear()

    def _leave(self) -> None:
        """Finish or hand back within 30 s, and let another lead."""
        self._wait(FINISH_SECONDS)
        self._stop_all(lambda one: one.interrupt())
        self._wait(INTERRUPT_SECONDS)
        self._stop_all(lambda one: one.kill())
        self._wait(0.0)
        with suppress(StoreError):  # then the lease runs out by itself
            if self._held is not None:
                lease.release(self.engine, self._held)
        self._heartbeat.wait(2.0)
        logs.get().info("the jobs are left alone")

    def _wait(self, seconds: float) -> None:
        """Let what runs end, and write it; what is not written, the next leader takes back."""
        until = time.monotonic() + seconds
        while True:
            self._look()
            try:
                if self._held is not None:
                    self._renew(self._held)
                self._write_ends()
            except LeaseLost as error:
                self._depose(str(error))
            except StoreError as error:
                self.problem = str(error)
            if not self._watched or time.monotonic() >= until:
                return
            time.sleep(POLL / 4)

    def _stop_all(self, how: Callable[[Started], None]) -> None:
        for one in self._watched.values():
            if one.ended is None:
                one.stopped = True
                how(one.process)


def _about(run: Run) -> dict[str, object]:
    return {"job": run.job, "run": run.id, "logical_time": run.logical_time.isoformat()}
