"""The first answer to a write, kept for a day, so that whoever asks again gets the same one.

A write is claimed before it is made and its answer stored after it. A claim whose process died
lapses after a while; then the same request is carried out again. So a write may be made twice if a
process is killed between the write and its answer, and at no other time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, or_, select, update

from forecaster.store.engine import writing
from forecaster.store.schema_access import idempotency as table

KEPT = timedelta(hours=24)
LAPSES = timedelta(minutes=2)  # longer than any write of ours takes


class Asked(NamedTuple):
    """A request that may come again: whose it is, its key, and what it asks."""

    principal: str
    key: str
    method: str
    path: str
    body_sha256: str


class Answer(NamedTuple):
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Claim(NamedTuple):
    """The right to carry a request out, and to say what was answered."""

    asked: Asked
    secret: str


Refusal = Literal["under way", "another request"]


def claim(engine: Engine, asked: Asked, *, now: datetime) -> Claim | Answer | Refusal:
    """Begin a write, or learn what became of it the first time."""
    with writing(engine) as connection:
        row = connection.execute(select(table).where(_row(asked))).mappings().one_or_none()
        if row is not None and _stands(row["status"], row["stored_at"], now):
            same = tuple(row[name] for name in ("method", "path", "body_sha256"))
            if same != (asked.method, asked.path, asked.body_sha256):
                return "another request"
            if row["status"] is None:
                return "under way"
            return Answer(row["status"], json.loads(row["headers"]), bytes(row["body"]))
        connection.execute(delete(table).where(_row(asked)))
        made = Claim(asked, uuid4().hex)
        values = {**asked._asdict(), "claim": made.secret, "stored_at": now, "headers": "{}"}
        connection.execute(insert(table).values(**values))
        return made


def keep(engine: Engine, held: Claim, answer: Answer, *, now: datetime) -> None:
    """Store the answer to a write that was carried out."""
    with writing(engine) as connection:
        keep_within(connection, held, answer, now=now)


def keep_within(connection: Connection, held: Claim, answer: Answer, *, now: datetime) -> None:
    """The same as part of the write's own transaction: then no kill can come between them."""
    statement = (
        update(table)
        .where(_row(held.asked), table.c.claim == held.secret)
        .values(
            status=answer.status,
            headers=json.dumps(dict(answer.headers)),
            body=answer.body,
            stored_at=now,
        )
    )
    connection.execute(statement)


def let_go(engine: Engine, held: Claim) -> None:
    """Forget a write that failed, so that it may be tried again."""
    with writing(engine) as connection:
        connection.execute(delete(table).where(_row(held.asked), table.c.claim == held.secret))


def sweep(engine: Engine, now: datetime) -> int:
    """Remove what is no longer kept; returns how many rows."""
    old = or_(
        table.c.stored_at <= now - KEPT,
        and_(table.c.status.is_(None), table.c.stored_at <= now - LAPSES),
    )
    with writing(engine) as connection:
        return connection.execute(delete(table).where(old)).rowcount


def _stands(status: int | None, stored_at: datetime, now: datetime) -> bool:
    return stored_at > now - (LAPSES if status is None else KEPT)


def _row(asked: Asked) -> ColumnElement[bool]:
    return and_(table.c.principal == asked.principal, table.c.key == asked.key)
