"""What may be an event, until a person says whether it is one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from forecaster.store.engine import next_number, reading
from forecaster.store.schema import leads as table

Decision = Literal["confirmed", "dismissed"]


class NewLead(NamedTuple):
    """A candidate as a source told it; ``key`` is the publisher's own id for it."""

    source: str
    indicator: str
    key: str
    day: date
    title: str
    url: str
    why: str


class StoredLead(NamedTuple):
    """The same as stored; ``decision`` is None while nobody has judged it."""

    id: int
    source: str
    indicator: str
    key: str
    day: date
    title: str
    url: str
    why: str
    found_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    note: str


_COLUMNS = [table.c[name] for name in StoredLead._fields]


def add_within(connection: Connection, leads: Iterable[NewLead], *, now: datetime) -> int:
    """Store what was not told before, as part of a write transaction; returns how many."""
    added = 0
    for one in leads:
        told = select(table.c.id).where(
            table.c.source == one.source,
            table.c.indicator == one.indicator,
            table.c.key == one.key,
        )
        if connection.execute(told).first() is None:
            row = {**one._asdict(), "found_at": now, "note": ""}
            connection.execute(insert(table).values(id=next_number(connection, table), **row))
            added += 1
    return added


class Settled(NamedTuple):
    """What a person decided about a lead, with a remark."""

    decision: Decision
    note: str


def settle_within(connection: Connection, number: int, how: Settled, *, now: datetime) -> bool:
    """Note a decision, as part of a write transaction; False if there is one already."""
    statement = (
        update(table)
        .where(table.c.id == number, table.c.decision.is_(None))
        .values(decision=how.decision, note=how.note, decided_at=now)
    )
    return connection.execute(statement).rowcount == 1


def stored(engine: Engine, *, undecided: bool = True) -> list[StoredLead]:
    """The leads, oldest first: those that nobody has judged, or all."""
    statement = select(*_COLUMNS).order_by(table.c.id)
    if undecided:
        statement = statement.where(table.c.decision.is_(None))
    with reading(engine) as connection:
        return [StoredLead(*row) for row in connection.execute(statement)]


def one(engine: Engine, number: int) -> StoredLead | None:
    """One lead by its number."""
    with reading(engine) as connection:
        row = connection.execute(select(*_COLUMNS).where(table.c.id == number)).one_or_none()
    return None if row is None else StoredLead(*row)
