"""Who changed what, when and by which way in: written with the change, and never altered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import Connection, Engine, insert, select

from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_access import audit as table


class Actor(Protocol):
    """Whoever changes something: a name, and how it is known (``token``, ``command``, ...)."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def how(self) -> str:
        """How it is known that it is the one."""
        ...


@runtime_checkable
class Caller(Actor, Protocol):
    """An actor that came over the network: from which address, with which request."""

    @property
    def address(self) -> str:
        """From where, as far as that is known."""
        ...

    @property
    def request_id(self) -> str:
        """The number of the request in the logs."""
        ...


class Entry(NamedTuple):
    """One line of the log as it is to be written; ``action`` is dotted: ``token.create``."""

    actor: Actor
    action: str
    object: str
    details: Mapping[str, Any] = {}
    request_id: str = ""


class Logged(NamedTuple):
    """One line of the log as it was written."""

    id: int
    at: datetime
    who: str
    how: str
    action: str
    object: str
    details: dict[str, Any]
    request_id: str


_COLUMNS = [table.c[name] for name in Logged._fields]


def write_within(connection: Connection, entry: Entry, *, now: datetime) -> int:
    """Add a line as part of the transaction that makes the change; returns its number."""
    number = next_number(connection, table)
    details, request_id = dict(entry.details), entry.request_id
    if isinstance(entry.actor, Caller):
        details |= {"address": entry.actor.address} if entry.actor.address else {}
        request_id = request_id or entry.actor.request_id
    row = {
        "at": now,
        "who": entry.actor.name,
        "how": entry.actor.how,
        "action": entry.action,
        "object": entry.object,
        "details": json.dumps(details, ensure_ascii=False, allow_nan=False),
        "request_id": request_id[:64],
    }
    connection.execute(insert(table).values(id=number, **row))
    return number


def note_within(connection: Connection, entry: Entry | None, *, now: datetime) -> None:
    """The same if there is a line to add: what the clock does by itself has none."""
    if entry is not None:
        write_within(connection, entry, now=now)


def write(engine: Engine, entry: Entry, *, now: datetime) -> int:
    """The same in a transaction of its own, for what changes no row."""
    with writing(engine) as connection:
        return write_within(connection, entry, now=now)


def entries(engine: Engine, *, limit: int = 100, before: int | None = None) -> list[Logged]:
    """The newest lines, newest first; those before a number where one is given."""
    statement = select(*_COLUMNS).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(table.c.id < before)
    with reading(engine) as connection:
        rows = connection.execute(statement).mappings().all()
    return [Logged(**{**row, "details": json.loads(row["details"])}) for row in rows]
