"""Enter into the ledger every time that has come since the last look, and what policy says of it.

A job that is seen for the first time begins now. When the clock was put back by more than a day,
the times until then are looked at again: those that were only passed over become due after all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from forecaster.store import ledger
from forecaster.store.handle import Engine
from forecaster.store.lease import Held
from forecaster.store.ledger import Entry, Position
from jobs import logs, policy, times
from jobs.timetable import Timetable

AT_ONCE = 2000  # times of one job in one transaction
PUT_BACK = timedelta(days=1)


def enter(engine: Engine, held: Held, timetable: Timetable) -> bool:
    """Enter the times that have come; True if there are more than one transaction should hold.

    Raises
    ------
    LeaseLost
        If another process took over; nothing was entered.
    """
    now, positions = ledger.positions(engine, timetable)
    entries: list[Entry] = []
    through: dict[str, datetime] = {}
    left = False
    for job, position in positions.items():
        if position.through is None or position.through - now > PUT_BACK:
            through[job] = now
            if position.through is not None:
                logs.get().warning("the clock was put back", job=job, was=f"{position.through}")
        elif new := _new(timetable, job, position, now):
            more, new = len(new) > AT_ONCE, new[:AT_ONCE]
            left |= more
            through[job] = new[-1]
            verdicts = policy.decide(timetable[job].catch_up, new, position.waiting, now, more=more)
            entries += [Entry(job, *one) for one in verdicts]
    if through:
        ledger.enter(engine, held, entries, through)
    return left


def _new(timetable: Timetable, job: str, position: Position, now: datetime) -> list[datetime]:
    start = position.through or now
    coming = times.between(timetable[job].trigger, start, now)
    return list(islice(coming, AT_ONCE + 1))
