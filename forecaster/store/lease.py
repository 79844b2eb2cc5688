"""Who runs the jobs: one process at a time, elected by one row of the database.

The holder renews its lease; when it stops, the lease runs out by the database's time and another
may take it. Each taking raises the fence. Whatever a holder writes carries its fence, and a fence
that is no longer the newest is refused: a process that was put to sleep and wakes up cannot
overwrite what its successor did.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from forecaster.errors import LeaseLost
from forecaster.store import clock
from forecaster.store.engine import reading, writing
from forecaster.store.schema_jobs import leases as table

NAME = "jobs"


class Held(NamedTuple):
    """A lease in our hands."""

    holder: str
    fence: int


class Lease(NamedTuple):
    """The lease as stored; ``holder`` is None before the first and after a release."""

    holder: str | None = None
    fence: int = 0
    expires_at: datetime | None = None


class Candidate:
    """One process that wants the lease.

    It takes a lease that has run out by the database's time. It also takes one that did not move
    for as long as a lease lasts by this process's own monotonic clock: when the database's clock
    was put back, a dead holder's lease would else seem good for hours.
    """

    def __init__(
        self,
        engine: Engine,
        holder: str,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self.holder = holder
        self.seconds = seconds
        self._monotonic = monotonic
        self._seen, self._since = Lease(), monotonic()

    def take(self) -> Held | None:
        """Take the lease if it is free; None while another process holds it.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        found, free = look(self._engine)
        now = self._monotonic()
        if found != self._seen:
            self._seen, self._since = found, now
        still = found if now - self._since >= self.seconds else None
        if not free and still is None:
            return None
        return _take(self._engine, self.holder, self.seconds, still)


def look(engine: Engine) -> tuple[Lease, bool]:
    """The lease as it is, and whether it is free for the taking by the database's time."""
    with reading(engine) as connection:
        found = _read(connection)
        return found, _free(found, clock.database_time(connection))


def require(connection: Connection, held: Held) -> None:
    """Refuse to go on within a transaction if the lease has gone to another.

    Raises
    ------
    LeaseLost
        Naming who holds it now.
    """
    found = _read(connection)
    if (found.holder, found.fence) != held:
        raise LeaseLost(
            f"{found.holder or 'another process'} runs the jobs now (fence {found.fence}); what "
            f"{held.holder} (fence {held.fence}) wanted to write is refused"
        )


def renew(connection: Connection, held: Held, seconds: float) -> datetime:
    """Prolong the lease within a transaction, even one that ran out if nobody took it.

    Returns
    -------
    datetime
        Until when it is good now.

    Raises
    ------
    LeaseLost
        If another process has it.
    """
    require(connection, held)
    until = clock.database_time(connection) + timedelta(seconds=seconds)
    connection.execute(update(table).where(table.c.name == NAME).values(expires_at=until))
    return until


def release(engine: Engine, held: Held) -> None:
    """Give the lease back, so that another need not wait; nothing if it is lost already."""
    with writing(engine) as connection:
        if _read(connection)[:2] == held:
            connection.execute(
                update(table).where(table.c.name == NAME).values(holder=None, expires_at=None)
            )


def _take(engine: Engine, holder: str, seconds: float, still: Lease | None) -> Held | None:
    with writing(engine) as connection:
        found = _read(connection)
        now = clock.database_time(connection)
        if found != still and not _free(found, now):
            return None
        values = {
            "holder": holder,
            "fence": found.fence + 1,
            "expires_at": now + timedelta(seconds=seconds),
        }
        if found == Lease():
            connection.execute(insert(table).values(name=NAME, **values))
        else:
            connection.execute(update(table).where(table.c.name == NAME).values(values))
        return Held(holder, found.fence + 1)


def _read(connection: Connection) -> Lease:
    statement = select(table.c.holder, table.c.fence, table.c.expires_at)
    row = connection.execute(statement.where(table.c.name == NAME)).one_or_none()
    return Lease() if row is None else Lease(*row)


def _free(found: Lease, now: datetime) -> bool:
    return found.holder is None or found.expires_at is None or found.expires_at <= now
