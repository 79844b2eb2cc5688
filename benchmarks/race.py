"""Several processes look after one timetable; what was doubled, what was lost, what was late.

As a program it is one of these processes: ``python -m benchmarks.race HOME``. The work of each job
is one line in a file, so that what was done is counted where it was done.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import process
from forecaster import settings
from forecaster.store import lease, ledger_views
from forecaster.store.engine import open_engine
from forecaster.store.handle import Engine
from forecaster.store.ledger import Run
from forecaster.store.migrate import upgrade
from jobs import service, times, timetable
from jobs.process import Limits, Process, Started
from jobs.runner import Runner

NAMES = ("tidy", "resolve", "backup", "update")
PLAN = "".join(f'[job.{name}]\nevery = "1s"\ncatch_up = "all"\n' for name in NAMES)
DONE, TIMETABLE = "done.txt", "plan.toml"
WORK = 'echo "$1" >> "$2" && echo "{\\"message\\": \\"done\\"}"'


def take_part(home: Path) -> None:
    """Look after the jobs of a state until told to stop."""

    def start(run: Run, limits: Limits) -> Started:
        line = f"{run.job} {run.logical_time.isoformat()}"
        return Process(run, ["/bin/sh", "-c", WORK, "sh", line, str(home / DONE)], limits)

    chosen = replace(settings.load(), jobs_at_once=len(NAMES))
    planned = timetable.read(home / TIMETABLE)
    service.jobs_alone(Runner(open_engine(chosen.database_url), planned, chosen, start=start))


def race(
    home: Path, environment: Mapping[str, str], due_times: int, processes: int = 4
) -> dict[str, Any]:
    """Let so many due times pass, then kill the leader and wait for another to do the next job."""
    engine = open_engine(f"sqlite:///{home / settings.DATABASE_NAME}")
    upgrade(engine)
    (home / TIMETABLE).write_text(PLAN)
    command = [sys.executable, "-m", "benchmarks.race", str(home)]
    crowd = [
        subprocess.Popen(
            command, cwd=process.ROOT, env={**environment, "FORECASTER_HOME": str(home)}
        )
        for _ in range(processes)
    ]
    try:
        _until(lambda: ledger_views.counts(engine)["succeeded"] >= due_times, 60 + due_times)
        takeover = _takeover(engine, crowd)
    finally:
        for one in crowd:
            one.send_signal(signal.SIGTERM)
        for one in crowd:
            one.wait(60)
    return {"processes": processes, "takeover_seconds": takeover, **_judged(engine, home)}


def _takeover(engine: Engine, crowd: list[subprocess.Popen[bytes]]) -> float:
    """Seconds from the death of the leader to the next job that succeeded."""
    leader = str(lease.look(engine)[0].holder).split(":")[1]
    killed = time.monotonic()
    next(one for one in crowd if str(one.pid) == leader).kill()
    before = ledger_views.counts(engine)["succeeded"]
    _until(lambda: ledger_views.counts(engine)["succeeded"] > before, 300)
    return time.monotonic() - killed


def _judged(engine: Engine, home: Path) -> dict[str, Any]:
    rows = ledger_views.runs(engine, limit=1_000_000)
    done = Counter((home / DONE).read_text().splitlines())
    again = {f"{run.job} {run.logical_time.isoformat()}" for run in rows if run.attempt > 1}
    late = sorted(
        (run.started_at - run.logical_time).total_seconds()
        for run in rows
        if run.started_at is not None and run.fence == 1  # the first leader, before its death
    )
    return {
        "due_times": len(rows),
        "succeeded": sum(run.status == "succeeded" for run in rows),
        "doubled": sum(count > 1 for line, count in done.items() if line not in again),
        "lost": _lost(rows),
        "late_median": statistics.median(late),
        "late_p95": late[int(0.95 * (len(late) - 1))],
    }


def _lost(rows: list[Run]) -> int:
    """Due times between the first and the last that have no row, or one that did not succeed.

    What came while the crowd was told to go is due, and not lost: whoever comes next runs it.
    """
    lost = 0
    for name in NAMES:
        found = {run.logical_time: run.status for run in rows if run.job == name}
        trigger = times.rhythm(timedelta(seconds=1))
        first, last = min(found), max(found)
        expected = [first, *times.between(trigger, first, last)]
        lost += sum(found.get(moment) not in ("succeeded", "due") for moment in expected)
    return lost


def _until(reached: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"not reached within {seconds:.0f} s")
        time.sleep(0.05)


if __name__ == "__main__":
    take_part(Path(sys.argv[1]))
