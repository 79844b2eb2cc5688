"""The outbox: what is to be sent, byte for byte, and what became of it.

::

    pending ──► delivered           an answer of 2xx
       │  ▲
       ▼  │ replayed                same id, same bytes, attempts counted anew
    failed ──► dead                 given up: ten attempts, or its endpoint was ended
      another attempt is coming

A row is written in the transaction that it tells of, so that one exists if and only if the other
does. A row that is delivered or dead is forgotten after a time, with its attempts; no other is.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select, update

from forecaster.errors import UnknownName, UsageError
from forecaster.store import audit
from forecaster.store import endpoints as endpoint_book
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_delivery import attempts as tries
from forecaster.store.schema_delivery import deliveries as table
from forecaster.store.schema_delivery import endpoints

Status = Literal["pending", "delivered", "failed", "dead"]
STATUSES: tuple[Status, ...] = ("pending", "delivered", "failed", "dead")
WAITING: tuple[Status, ...] = ("pending", "failed")
DONE: tuple[Status, ...] = ("delivered", "dead")


class Delivery(NamedTuple):
    """One row, without its bytes."""

    id: int
    webhook_id: str
    endpoint: str
    type: str
    created_at: datetime
    status: Status
    attempts: int
    next_attempt_at: datetime | None
    done_at: datetime | None


class Attempt(NamedTuple):
    """One try to send a row; ``status_code`` is None where no answer came."""

    number: int
    at: datetime
    status_code: int | None
    milliseconds: int
    outcome: str
    response: str


_COLUMNS = [endpoints.c.name if one == "endpoint" else table.c[one] for one in Delivery._fields]
_ALL = select(*_COLUMNS).join(endpoints, endpoints.c.id == table.c.endpoint)


def put(connection: Connection, *, endpoint: int, kind: str, body: bytes, now: datetime) -> str:
    """Put exact bytes into the outbox, as part of the transaction that they tell of.

    Parameters
    ----------
    endpoint : int
        The number of a live endpoint.
    kind : str
        The type of the event, as ``forecast.probability.shifted``.

    Returns
    -------
    str
        The webhook id, the same over all attempts.
    """
    webhook_id = f"msg_{secrets.token_hex(16)}"
    connection.execute(
        insert(table).values(
            id=next_number(connection, table),
            webhook_id=webhook_id,
            endpoint=endpoint,
            type=kind,
            body=body,
            created_at=now,
            status="pending",
            attempts=0,
            next_attempt_at=now,
        )
    )
    return webhook_id


def deliveries(
    engine: Engine,
    *,
    endpoint: str | None = None,
    status: Status | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[Delivery]:
    """The newest rows, newest first; those before a number where one is given."""
    statement = _ALL.order_by(table.c.id.desc()).limit(limit)
    if endpoint is not None:
        statement = statement.where(endpoints.c.name == endpoint)
    if status is not None:
        statement = statement.where(table.c.status == status)
    if before is not None:
        statement = statement.where(table.c.id < before)
    with reading(engine) as connection:
        return [Delivery(*row) for row in connection.execute(statement)]


def counts(engine: Engine) -> dict[Status, int]:
    """How many rows there are in each state."""
    statement = select(table.c.status, func.count()).group_by(table.c.status)
    with reading(engine) as connection:
        found: dict[str, int] = dict(connection.execute(statement).all())
    return {status: found.get(status, 0) for status in STATUSES}


def show(engine: Engine, webhook_id: str) -> tuple[Delivery, bytes, list[Attempt]]:
    """One row with its bytes and its attempts, oldest first.

    Raises
    ------
    UnknownName
        If no row has the id.
    """
    columns = [tries.c[name] for name in Attempt._fields]
    with reading(engine) as connection:
        found = _one(connection, webhook_id)
        which = select(table.c.body).where(table.c.id == found.id)
        body: bytes = connection.execute(which).scalar_one()
        statement = select(*columns).where(tries.c.delivery == found.id).order_by(tries.c.id)
        return found, bytes(body), [Attempt(*row) for row in connection.execute(statement)]


def replay(
    engine: Engine, webhook_id: str, *, now: datetime, actor: Actor | None = None
) -> Delivery:
    """Send a row again, whatever became of it: same id, same bytes, ten attempts anew.

    Who asked for it is noted in the audit log, where that is said.

    Raises
    ------
    UnknownName
        If no row has the id.
    UsageError
        If its endpoint is disabled or was removed.
    """
    with writing(engine) as connection:
        found = _one(connection, webhook_id)
        number = select(table.c.endpoint).where(table.c.id == found.id)
        one = endpoint_book.numbered(connection, connection.execute(number).scalar_one())
        if one is None:
            raise UsageError(f"its endpoint {found.endpoint} was removed; there is nowhere to send")
        _require_enabled(one)
        _again(connection, table.c.id == found.id, now)
        if actor is not None:
            line = Entry(actor, "delivery.replay", webhook_id, {"endpoint": found.endpoint})
            audit.write_within(connection, line, now=now)
        return _one(connection, webhook_id)


def replay_dead(engine: Engine, endpoint: str, *, now: datetime, actor: Actor | None = None) -> int:
    """The same for all that were given up for one endpoint; returns how many."""
    with writing(engine) as connection:
        one = endpoint_book.standing(connection, endpoint)
        _require_enabled(one)
        which = (table.c.status == "dead") & (table.c.endpoint == one.id)
        count = _again(connection, which, now)
        if actor is not None:
            line = Entry(actor, "delivery.replay", endpoint, {"dead": count})
            audit.write_within(connection, line, now=now)
        return count


def give_up(connection: Connection, endpoint: int, now: datetime) -> int:
    """What waits for an endpoint that was ended becomes dead, to be replayed; returns how many."""
    which = (table.c.endpoint == endpoint) & table.c.status.in_(WAITING)
    values = {"status": "dead", "next_attempt_at": None, "done_at": now}
    return connection.execute(update(table).where(which).values(values)).rowcount


def forget(engine: Engine, before: datetime) -> int:
    """Remove what was delivered or given up before a time, with its attempts; returns how many."""
    old = and_(table.c.status.in_(DONE), table.c.done_at < before)
    with writing(engine) as connection:
        which = tries.c.delivery.in_(select(table.c.id).where(old))
        connection.execute(delete(tries).where(which))
        return connection.execute(delete(table).where(old)).rowcount


def _again(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    values = {"status": "pending", "attempts": 0, "next_attempt_at": now, "done_at": None}
    return connection.execute(update(table).where(which).values(values)).rowcount


def _require_enabled(one: endpoint_book.Endpoint) -> None:
    if one.disabled_at is not None:
        raise UsageError(
            f"the endpoint {one.name} is disabled ({one.disabled_why}); run "
            f"`forecaster endpoints enable {one.name}` first"
        )


def _one(connection: Connection, webhook_id: str) -> Delivery:
    row = connection.execute(_ALL.where(table.c.webhook_id == webhook_id)).one_or_none()
    if row is None:
        newest = select(table.c.webhook_id).order_by(table.c.id.desc()).limit(1000)
        known = connection.execute(newest).scalars().all()
        raise UnknownName("delivery", webhook_id, known, see="forecaster deliveries list")
    return Delivery(*row)
