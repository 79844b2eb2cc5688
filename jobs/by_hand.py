"""Run one job now, by hand: in the ledger like any other, beside a service or without one."""

from __future__ import annotations

import time

from forecaster.errors import Interrupted
from forecaster.store import ledger
from forecaster.store.ledger import Outcome, Run
from forecaster.wiring import Desk
from jobs import logs, process, runner
from jobs.process import Ended, Start
from jobs.timetable import Timetable


def run(desk: Desk, timetable: Timetable, job: str, start: Start = process.start) -> Outcome:
    """Do a job and wait for its end.

    Raises
    ------
    Busy
        If it is running already.
    Interrupted
        If the user stopped it.
    """
    seconds = float(desk.settings.lease_seconds)
    begun = ledger.begin(desk.engine, job, runner.name_of_this_process(), seconds)
    try:
        ended = _watch(desk, timetable, begun, start, seconds)
    except KeyboardInterrupt:
        outcome = Outcome("failed", "stopped by the user")
        ledger.finish(desk.engine, begun, outcome)
        raise Interrupted(f"{job}: stopped by the user") from None
    except OSError as error:
        ended = Ended("failed", f"its process could not be started: {error}")
    outcome = Outcome(
        "succeeded" if ended.kind == "done" else "failed", logs.without_secrets(ended.message)
    )
    then = runner.following(timetable, ended)
    then.pop(job, None)
    ledger.finish(desk.engine, begun, outcome, then=then)
    return outcome


def _watch(desk: Desk, timetable: Timetable, begun: Run, start: Start, seconds: float) -> Ended:
    work = start(begun, runner.limits(desk.settings, timetable, begun.job))
    try:
        vouched = time.monotonic()
        while (ended := work.poll()) is None:
            if time.monotonic() - vouched >= seconds / 3:
                ledger.keep_alive(desk.engine, begun, seconds)
                vouched = time.monotonic()
            time.sleep(runner.POLL)
    except BaseException:  # Ctrl-C, or the run was given up for lost
        work.kill()
        raise
    return ended
