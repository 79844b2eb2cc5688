"""What the jobs are doing, as documents; the same for the command and, later, the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forecaster.documents import moment
from forecaster.store import lease, ledger_views
from forecaster.store.ledger import Run, Status
from forecaster.wiring import Desk
from jobs import times
from jobs.timetable import Timetable

Document = dict[str, Any]
COUNTED: tuple[Status, ...] = ("succeeded", "failed", "missed", "skipped", "running")


def status(desk: Desk, timetable: Timetable) -> Document:
    """Every job with its last run and its next time, and how many runs ended how.

    It is read from the ledger alone, so that it is true whatever was killed: a run that nobody
    vouches for any more is not called running.
    """
    counts = ledger_views.counts(desk.engine)
    found, free = lease.look(desk.engine)
    last = ledger_views.last(desk.engine)
    waiting = ledger_views.waiting(desk.engine)
    now = desk.clock()
    names = [*timetable, *(name for name in sorted(last) if name not in timetable)]
    return {
        "jobs": [
            {
                "name": name,
                "last": None if name not in last else row(last[name]),
                "next": _next(timetable, name, now),
                "waiting": waiting.get(name, 0),
            }
            for name in names
        ],
        "counts": {name: counts[name] for name in COUNTED},
        "waiting": counts["due"],
        "runner": None if free else {"holder": found.holder, "fence": found.fence},
    }


def listing(timetable: Timetable, now: datetime) -> Document:
    """The timetable."""
    return {
        "jobs": [
            {
                "name": name,
                "when": entry.said,
                "after": entry.after,
                "catch_up": entry.catch_up,
                "next": moment(times.after(entry.trigger, now)),
            }
            for name, entry in timetable.items()
        ]
    }


def row(run: Run) -> Document:
    """One row of the ledger."""
    return {
        "logical_time": moment(run.logical_time),
        "status": run.status,
        "attempt": run.attempt,
        "started_at": None if run.started_at is None else moment(run.started_at),
        "finished_at": None if run.finished_at is None else moment(run.finished_at),
        "by_hand": run.fence is None and run.attempt > 0,
        "message": run.message,
    }


def _next(timetable: Timetable, name: str, now: datetime) -> str | None:
    return moment(times.after(timetable[name].trigger, now)) if name in timetable else None
