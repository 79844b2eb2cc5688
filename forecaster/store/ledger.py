"""The ledger of the jobs: a row for each job and logical time, and what became of it.

::

    due ──► running ──► succeeded | failed
     │  ◄──────┘ its process was killed, or handed it back
     └──► skipped                    by policy, with the reason
    missed                           nobody was there at its time, by policy not made up for

A row is entered when its time has come and is never removed. Only the holder of the lease writes,
and every write is refused once the lease has gone to another; runs by hand are told apart by having
no fence. All times of the ledger are the database's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, insert, or_, select, update

from forecaster.errors import Busy
from forecaster.store import clock, lease, ledger_turns
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.lease import Held
from forecaster.store.ledger_rows import (
    ATTEMPTS,
    COLUMNS,
    LOST,
    STATUSES,
    Entry,
    Outcome,
    Position,
    Run,
    Status,
    ask,
    change,
    put_back,
    require_ours,
    unused,
)
from forecaster.store.schema_jobs import job_marks as marks
from forecaster.store.schema_jobs import job_runs as table

__all__ = [
    "ATTEMPTS",
    "STATUSES",
    "Entry",
    "Outcome",
    "Position",
    "Run",
    "Status",
    "beat",
    "begin",
    "claim",
    "drop",
    "enter",
    "finish",
    "hand_back",
    "keep_alive",
    "lose",
    "positions",
    "reopen",
]

_PASSED_OVER = ("skipped", "missed")


def positions(engine: Engine, jobs: Iterable[str]) -> tuple[datetime, dict[str, Position]]:
    """The database's time, and where each of these jobs stands."""
    waiting: defaultdict[str, list[datetime]] = defaultdict(list)
    with reading(engine) as connection:
        now = clock.database_time(connection)
        through = {row.job: row.through for row in connection.execute(select(marks))}
        due = select(table.c.job, table.c.logical_time).where(ledger_turns.has_come(now))
        for job, moment in connection.execute(due.order_by(table.c.logical_time)):
            waiting[job].append(moment)
    return now, {job: Position(through.get(job), tuple(waiting[job])) for job in jobs}


def enter(
    engine: Engine, held: Held, entries: Sequence[Entry], through: Mapping[str, datetime]
) -> None:
    """Write down what was due, and how far each job's times are entered now, all or none.

    A time that has a row keeps it, with two exceptions: one that waits may be skipped after all,
    and one that was passed over while the clock ran ahead becomes due when its time really comes.

    Raises
    ------
    LeaseLost
        If another process took over; nothing was written.
    """
    with writing(engine) as connection:
        lease.require(connection, held)
        entered = {"attempt": 0, "entered_at": clock.database_time(connection)}
        existing = _existing(connection, entries)
        number = next_number(connection, table)
        new: list[dict[str, Any]] = []
        for entry in entries:
            found = existing.get((entry.job, entry.logical_time))
            if found is None:
                new.append({"id": number + len(new), **entry._asdict(), **entered})
            elif _changes(found, entry.status):
                key = and_(table.c.job == entry.job, table.c.logical_time == entry.logical_time)
                values = {"status": entry.status, "message": entry.message}
                connection.execute(update(table).where(key).values(values))
        if new:
            connection.execute(insert(table), new)
        for job, moment in through.items():
            connection.execute(delete(marks).where(marks.c.job == job))
            connection.execute(insert(marks).values(job=job, through=moment))


def _changes(found: str, said: str) -> bool:
    if said == "due":
        return found in _PASSED_OVER
    return found == "due"


def _existing(connection: Connection, entries: Sequence[Entry]) -> dict[tuple[str, datetime], str]:
    """The statuses of the rows that are there, within the days that each job's entries span."""
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for entry in entries:
        times[entry.job].append(entry.logical_time)
    found: dict[tuple[str, datetime], str] = {}
    for job, moments in times.items():
        columns = (table.c.logical_time, table.c.status)
        statement = select(*columns).where(
            table.c.job == job, table.c.logical_time.between(min(moments), max(moments))
        )
        found |= {(job, moment): status for moment, status in connection.execute(statement)}
    return found


def drop(engine: Engine, held: Held, known: Collection[str]) -> None:
    """Skip what waits of jobs that the timetable no longer has, and forget how far they were."""
    gone = and_(table.c.status == "due", table.c.job.not_in(known))
    forgotten = marks.c.job.not_in(known)
    with reading(engine) as connection:
        waiting = connection.execute(select(table.c.id).where(gone).limit(1)).scalar()
        marked = connection.execute(select(marks.c.job).where(forgotten).limit(1)).scalar()
    if waiting is None and marked is None:
        return
    with writing(engine) as connection:
        lease.require(connection, held)
        why = "the timetable has no job of this name any more"
        connection.execute(update(table).where(gone).values(status="skipped", message=why))
        connection.execute(delete(marks).where(forgotten))


def claim(engine: Engine, held: Held, seconds: float, free: int) -> list[Run]:
    """Begin up to ``free`` runs whose time has come, one of each job at a time.

    Raises
    ------
    LeaseLost
        If another process took over; nothing was begun.
    """
    if free < 1 or not _claimable(engine):
        return []
    with writing(engine) as connection:
        lease.require(connection, held)
        now = clock.database_time(connection)
        chosen = ledger_turns.choose(connection, now, free)
        begun = {
            "status": "running",
            "message": "",
            "attempt": table.c.attempt + 1,
            "holder": held.holder,
            "fence": held.fence,
            "started_at": now,
            "alive_until": now + timedelta(seconds=seconds),
        }
        connection.execute(update(table).where(table.c.id.in_(chosen)).values(begun))
        rows = select(*COLUMNS).where(table.c.id.in_(chosen)).order_by(table.c.logical_time)
        return [Run(*row) for row in connection.execute(rows)]


def _claimable(engine: Engine) -> bool:
    """Whether anything waits; asked first, since a write would wait for other writers."""
    with reading(engine) as connection:
        due = select(table.c.id).where(ledger_turns.has_come(clock.database_time(connection)))
        return connection.execute(due.limit(1)).scalar() is not None


def beat(engine: Engine, held: Held, seconds: float) -> None:
    """Renew the lease and vouch for everything that runs under it.

    Raises
    ------
    LeaseLost
        If another process took over.
    """
    mine = and_(
        table.c.status == "running", table.c.holder == held.holder, table.c.fence == held.fence
    )
    with writing(engine) as connection:
        until = lease.renew(connection, held, seconds)
        connection.execute(update(table).where(mine).values(alive_until=until))


def reopen(engine: Engine, held: Held, ours: Collection[int]) -> list[Run]:
    """Take back runs that nobody carries on: all under a lease but ``ours``, and lapsed ones.

    Returns
    -------
    list of Run
        As they are now: due again, or failed.

    Raises
    ------
    LeaseLost
        If another process took over.
    """
    with reading(engine) as connection:
        if not _lost(connection, ours):
            return []
    with writing(engine) as connection:
        lease.require(connection, held)
        return [put_back(connection, run, LOST) for run in _lost(connection, ours)]


def _lost(connection: Connection, ours: Collection[int]) -> list[Run]:
    now = clock.database_time(connection)
    lost = and_(
        table.c.status == "running",
        table.c.id.not_in(ours),
        or_(table.c.fence.is_not(None), table.c.alive_until <= now),
    )
    return [Run(*row) for row in connection.execute(select(*COLUMNS).where(lost))]


def lose(engine: Engine, held: Held, run: Run, why: str) -> Run:
    """Put back a run whose process was killed by somebody else, as ``reopen`` would.

    Raises
    ------
    LeaseLost
        If another process took over.
    """
    with writing(engine) as connection:
        require_ours(connection, run, held)
        return put_back(connection, run, why)


def hand_back(engine: Engine, held: Held, run: Run, why: str) -> None:
    """Make a run due again that we stop on purpose; the attempt does not count."""
    with writing(engine) as connection:
        require_ours(connection, run, held)
        change(
            connection, run, status="due", message=why, attempt=run.attempt - 1, alive_until=None
        )


def finish(
    engine: Engine,
    run: Run,
    outcome: Outcome,
    *,
    held: Held | None = None,
    then: Mapping[str, timedelta] | None = None,
) -> None:
    """Write down how a run ended, and make the jobs in ``then`` due after their delay.

    A job that waits already is not asked twice.

    Raises
    ------
    LeaseLost
        If the run was given to another process; nothing was written.
    """
    with writing(engine) as connection:
        require_ours(connection, run, held)
        now = clock.database_time(connection)
        change(connection, run, **outcome._asdict(), alive_until=None, finished_at=now)
        for job, delay in (then or {}).items():
            ask(connection, job, now + delay, f"asked for by {run.job}")


def begin(engine: Engine, job: str, holder: str, seconds: float) -> Run:
    """Begin a run by hand, at this moment as its logical time.

    Raises
    ------
    Busy
        If the job is running; says where, and since when.
    """
    running = select(*COLUMNS).where(table.c.job == job, table.c.status == "running")
    with writing(engine) as connection:
        now = clock.database_time(connection)
        for run in [Run(*row) for row in connection.execute(running)]:
            if run.alive_until is None or run.alive_until > now:
                raise Busy(
                    f"{job} is running already, by {run.holder} since {run.started_at:%H:%M:%S} "
                    "UTC; wait for it to end, see `forecaster jobs status`"
                )
            put_back(connection, run, LOST)
        begun = Run(
            id=next_number(connection, table),
            job=job,
            logical_time=unused(connection, job, now),
            status="running",
            message="",
            attempt=1,
            holder=holder,
            fence=None,
            entered_at=now,
            started_at=now,
            alive_until=now + timedelta(seconds=seconds),
            finished_at=None,
        )
        connection.execute(insert(table).values(begun._asdict()))
    return begun


def keep_alive(engine: Engine, run: Run, seconds: float) -> None:
    """Vouch for a run by hand.

    Raises
    ------
    LeaseLost
        If it was given up for lost.
    """
    with writing(engine) as connection:
        require_ours(connection, run, None)
        until = clock.database_time(connection) + timedelta(seconds=seconds)
        change(connection, run, alive_until=until)
