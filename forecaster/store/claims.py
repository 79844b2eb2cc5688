"""Which rows of the outbox are sent now, by whom, and what came of it.

A row is claimed for a minute by a word that nobody else knows. Whoever sends it may settle it as
long as its claim is the last one; after a minute anybody may claim it again. An endpoint has one
claimed row at a time at most, whatever the number of processes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from forecaster.store.endpoints import Endpoint
from forecaster.store.engine import next_number
from forecaster.store.outbox import WAITING, Attempt, Status
from forecaster.store.schema_delivery import attempts as tries
from forecaster.store.schema_delivery import deliveries as table
from forecaster.store.schema_delivery import endpoints

LEASE = timedelta(seconds=60)


class Claim(NamedTuple):
    """A row in our hands; ``number`` is the attempt that comes now."""

    id: int
    webhook_id: str
    endpoint: Endpoint
    type: str
    body: bytes
    number: int
    claimed_by: str


def due(connection: Connection, now: datetime, most: int, most_troubled: int) -> list[int]:
    """The rows that may be claimed: one for each endpoint, those that wait longest first.

    Parameters
    ----------
    most_troubled : int
        How many of them may be for endpoints whose last attempt failed.
    """
    found: list[int] = []
    troubled = 0
    for number, failing_since in connection.execute(_due(now)):
        if failing_since is not None:
            troubled += 1
            if troubled > most_troubled:
                continue
        found.append(number)
    return found[:most]


def claim(connection: Connection, rows: Sequence[int], now: datetime) -> list[Claim]:
    """Claim rows that ``due`` has named in the same transaction."""
    if not rows:
        return []
    word = secrets.token_hex(16)
    values = {"claimed_until": now + LEASE, "claimed_by": word}
    connection.execute(update(table).where(table.c.id.in_(rows)).values(values))
    own = [table.c[name] for name in ("id", "webhook_id", "type", "body", "attempts")]
    columns = [endpoints.c[name] for name in Endpoint._fields]
    statement = (
        select(*own, *columns)
        .join(endpoints, endpoints.c.id == table.c.endpoint)
        .where(table.c.id.in_(rows))
        .order_by(table.c.next_attempt_at)
    )
    return [
        Claim(number, webhook_id, Endpoint(*rest), kind, bytes(body), before + 1, word)
        for number, webhook_id, kind, body, before, *rest in connection.execute(statement)
    ]


def settle(
    connection: Connection,
    one: Claim,
    attempt: Attempt,
    status: Status,
    next_attempt_at: datetime | None,
) -> bool:
    """Write down an attempt and what becomes of its row; False if the row was claimed anew.

    The attempt is kept in either case, for it was made.
    """
    number = next_number(connection, tries)
    connection.execute(insert(tries).values(id=number, delivery=one.id, **attempt._asdict()))
    ours = and_(table.c.id == one.id, table.c.claimed_by == one.claimed_by)
    # What was given up meanwhile, its endpoint ended, stays so unless this attempt was good.
    open_still = true() if status == "delivered" else _waiting()
    values = {
        "status": status,
        "attempts": attempt.number,
        "next_attempt_at": next_attempt_at,
        "done_at": None if status == "failed" else attempt.at,
        "claimed_until": None,
        "claimed_by": None,
    }
    changed = connection.execute(update(table).where(ours, open_still).values(values))
    return changed.rowcount == 1


def hand_back(connection: Connection, claims: Sequence[Claim]) -> None:
    """Give rows back that were not sent after all."""
    for one in claims:
        ours = and_(table.c.id == one.id, table.c.claimed_by == one.claimed_by)
        values = {"claimed_until": None, "claimed_by": None}
        connection.execute(update(table).where(ours).values(values))


def _due(now: datetime) -> Select[int, datetime | None]:
    busy = select(table.c.endpoint).where(_waiting(), table.c.claimed_until > now)
    first = func.min(table.c.id)
    return (
        select(first, endpoints.c.failing_since)
        .join(endpoints, endpoints.c.id == table.c.endpoint)
        .where(
            _waiting(),
            table.c.next_attempt_at <= now,
            endpoints.c.disabled_at.is_(None),
            endpoints.c.removed_at.is_(None),
            or_(endpoints.c.paused_until.is_(None), endpoints.c.paused_until <= now),
            table.c.endpoint.not_in(busy),
        )
        .group_by(endpoints.c.id, endpoints.c.failing_since)
        .order_by(func.min(table.c.next_attempt_at), first)
    )


def _waiting() -> ColumnElement[bool]:
    return table.c.status.in_(WAITING)
