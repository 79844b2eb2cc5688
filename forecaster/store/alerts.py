"""What was decided to be told, and what the rules remember, as part of a write transaction.

Endpoint 0 is the desk itself: it hears of every rule, is sent nothing, and is what pages show.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from forecaster.store.audit import Entry, note_within
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_alerts import acknowledgements, alert_states
from forecaster.store.schema_alerts import alerts as table
from forecaster.store.schema_alerts import silences as _silences

DESK = 0


class NewAlert(NamedTuple):
    """A decision: ``event`` is fired, again, resolved or happened; ``type`` that of its message."""

    rule: str
    subject: str
    endpoint: int
    event: str
    type: str
    episode: int
    at: datetime
    deliver_at: datetime
    forecast_id: str | None
    details: dict[str, Any]


class Alert(NamedTuple):
    """The same as stored; ``id`` is its sequence, ``webhook_id`` the message that took it along."""

    id: int
    rule: str
    subject: str
    endpoint: int
    event: str
    type: str
    episode: int
    at: datetime
    deliver_at: datetime
    forecast_id: str | None
    details: dict[str, Any]
    webhook_id: str | None


class Remembered(NamedTuple):
    """What one rule remembers of one matter for one endpoint; ``state`` is JSON."""

    rule: str
    subject: str
    endpoint: int
    quantity: str
    state: str
    open_since: datetime | None


class Silenced(NamedTuple):
    """Nothing is decided by a rule from one moment to another."""

    rule: str
    starts_at: datetime
    until: datetime
    reason: str
    who: str


class Acknowledged(NamedTuple):
    """Somebody knows of a forecast; None means every endpoint, or every rule."""

    endpoint: int | None
    rule: str | None
    forecast_id: str
    at: datetime
    who: str


_ALERT = [table.c[name] for name in Alert._fields]
_STATE = [alert_states.c[name] for name in Remembered._fields]
_SILENCE = [_silences.c[name] for name in Silenced._fields]
_KNOWN = [acknowledgements.c[name] for name in Acknowledged._fields]


def add(connection: Connection, new: Iterable[NewAlert]) -> None:
    """Store decisions in their order."""
    for one in new:
        details = json.dumps(one.details, ensure_ascii=False, allow_nan=False, sort_keys=True)
        row = {**one._asdict(), "details": details}
        connection.execute(insert(table).values(id=next_number(connection, table), **row))


def ready(connection: Connection, endpoint: int, now: datetime) -> list[Alert]:
    """What waits to be told to an endpoint and may be by now, oldest first."""
    statement = select(*_ALERT).where(
        table.c.endpoint == endpoint, table.c.webhook_id.is_(None), table.c.deliver_at <= now
    )
    return [_alert(row) for row in connection.execute(statement.order_by(table.c.id))]


def taken(connection: Connection, rows: Sequence[int], webhook_id: str) -> None:
    """A message takes rows along."""
    statement = update(table).where(table.c.id.in_(rows)).values(webhook_id=webhook_id)
    connection.execute(statement)


def last_details(
    connection: Connection, rule: str, subject: str, endpoint: int
) -> dict[str, Any] | None:
    """What was last told of a matter; None if nothing was."""
    same = (table.c.rule == rule, table.c.subject == subject, table.c.endpoint == endpoint)
    newest = select(table.c.details).where(*same).order_by(table.c.id.desc()).limit(1)
    text = connection.execute(newest).scalar()
    return None if text is None else json.loads(text)


def recent(
    engine: Engine,
    *,
    endpoint: int | None = DESK,
    rule: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[Alert]:
    """The newest decisions, newest first; of every endpoint where it is None.

    Those before a sequence where one is given.
    """
    statement = select(*_ALERT).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(table.c.id < before)
    if endpoint is not None:
        statement = statement.where(table.c.endpoint == endpoint)
    if rule is not None:
        statement = statement.where(table.c.rule == rule)
    with reading(engine) as connection:
        return [_alert(row) for row in connection.execute(statement)]


def one(engine: Engine, sequence: int) -> Alert | None:
    """The decision with a sequence."""
    with reading(engine) as connection:
        row = connection.execute(select(*_ALERT).where(table.c.id == sequence)).one_or_none()
    return None if row is None else _alert(row)


def states(connection: Connection) -> dict[tuple[str, str, int], Remembered]:
    """All that is remembered, by rule, subject and endpoint."""
    rows = [Remembered(*row) for row in connection.execute(select(*_STATE))]
    return {(one.rule, one.subject, one.endpoint): one for one in rows}


def last_told(engine: Engine, endpoint: int = DESK) -> dict[tuple[str, str], str]:
    """The last sentence of each rule and subject that is open for an endpoint."""
    old = table.alias()
    same = (
        old.c.rule == alert_states.c.rule,
        old.c.subject == alert_states.c.subject,
        old.c.endpoint == endpoint,
    )
    newest = select(func.max(old.c.id)).where(*same).correlate(alert_states).scalar_subquery()
    statement = (
        select(table.c.rule, table.c.subject, table.c.details)
        .select_from(table)
        .join(alert_states, table.c.id == newest)
    )
    held = statement.where(
        alert_states.c.endpoint == endpoint, alert_states.c.open_since.is_not(None)
    )
    with reading(engine) as connection:
        rows = connection.execute(held).all()
    return {(rule, subject): json.loads(text)["summary"] for rule, subject, text in rows}


def opened(engine: Engine, *, endpoint: int = DESK) -> list[Remembered]:
    """What is open for an endpoint, oldest first."""
    statement = (
        select(*_STATE)
        .where(alert_states.c.endpoint == endpoint, alert_states.c.open_since.is_not(None))
        .order_by(alert_states.c.open_since, alert_states.c.rule, alert_states.c.subject)
    )
    with reading(engine) as connection:
        return [Remembered(*row) for row in connection.execute(statement)]


def remember(connection: Connection, one: Remembered, now: datetime) -> None:
    """Overwrite what is remembered."""
    key = (
        alert_states.c.rule == one.rule,
        alert_states.c.subject == one.subject,
        alert_states.c.endpoint == one.endpoint,
    )
    values = {**one._asdict(), "updated_at": now}
    if not connection.execute(update(alert_states).where(*key).values(**values)).rowcount:
        connection.execute(insert(alert_states).values(**values))


def silence(engine: Engine, one: Silenced, *, entry: Entry | None, now: datetime) -> None:
    """Store a silence; it takes the place of an earlier one of the same rule."""
    with writing(engine) as connection:
        number = next_number(connection, _silences)
        connection.execute(insert(_silences).values(id=number, **one._asdict()))
        note_within(connection, entry, now=now)


def silences_of(connection: Connection) -> dict[str, list[Silenced]]:
    """The silences of each rule in the order in which they were asked for."""
    found: defaultdict[str, list[Silenced]] = defaultdict(list)
    for row in connection.execute(select(*_SILENCE).order_by(_silences.c.id)):
        found[row[0]].append(Silenced(*row))
    return found


def silences(engine: Engine, *, limit: int = 100) -> list[Silenced]:
    """The silences that were asked for last, newest first, whether they hold or not."""
    statement = select(*_SILENCE).order_by(_silences.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        return [Silenced(*row) for row in connection.execute(statement)]


def silences_at(engine: Engine, now: datetime) -> list[Silenced]:
    """Those that hold at a time: the last one of each rule, while it does."""
    with reading(engine) as connection:
        asked = silences_of(connection)
    last = [[one for one in every if one.starts_at <= now][-1:] for every in asked.values()]
    return [one for some in last for one in some if now < one.until]


def acknowledge(connection: Connection, one: Acknowledged) -> None:
    """Store that somebody knows of a forecast."""
    number = next_number(connection, acknowledgements)
    connection.execute(insert(acknowledgements).values(id=number, **one._asdict()))


def acknowledged(engine: Engine, *, limit: int = 100) -> list[Acknowledged]:
    """The newest acknowledgements, newest first."""
    statement = select(*_KNOWN).order_by(acknowledgements.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        return [Acknowledged(*row) for row in connection.execute(statement)]


def _alert(row: Sequence[Any]) -> Alert:
    found = Alert(*row)
    return found._replace(details=json.loads(str(found.details)))
