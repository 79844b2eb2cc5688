"""Endpoints: where alerts are sent. Their addresses and secrets are stored sealed only.

One that is removed keeps its row, because deliveries and the audit log name it; its name is free.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from forecaster.errors import UnknownName, UsageError
from forecaster.store import audit
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_delivery import endpoints as table


class NewEndpoint(NamedTuple):
    """One that is to be; ``url`` is its address as it may be shown."""

    name: str
    url: str
    sealed_url: str
    format: str
    rules: tuple[str, ...]
    secret: str


class Endpoint(NamedTuple):
    """One that was made. No rule named means all of them."""

    id: int
    name: str
    url: str
    sealed_url: str
    format: str
    rules: tuple[str, ...]
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str
    removed_at: datetime | None
    failing_since: datetime | None
    failures: int
    paused_until: datetime | None

    def takes(self, rule: str) -> bool:
        """Whether it wants what a rule has to say."""
        return not self.rules or rule in self.rules


_COLUMNS = [table.c[name] for name in Endpoint._fields]
_STANDING = table.c.removed_at.is_(None)


def create(engine: Engine, new: NewEndpoint, actor: Actor, *, now: datetime) -> Endpoint:
    """Store one, with its line in the audit log.

    Raises
    ------
    UsageError
        If another one has the name.
    """
    with writing(engine) as connection:
        return create_within(connection, new, actor, now=now)


def create_within(
    connection: Connection, new: NewEndpoint, actor: Actor, *, now: datetime
) -> Endpoint:
    """The same as part of a transaction."""
    if _one(connection, table.c.name == new.name) is not None:
        raise UsageError(
            f"there is an endpoint called {new.name!r}; choose another name, or take that one "
            f"away by `forecaster endpoints remove {new.name}`"
        )
    number = next_number(connection, table)
    row = {**new._asdict(), "rules": json.dumps(new.rules), "disabled_why": "", "failures": 0}
    connection.execute(insert(table).values(id=number, created_at=now, **row))
    details = {"url": new.url, "format": new.format, "rules": list(new.rules)}
    audit.write_within(connection, Entry(actor, "endpoint.create", new.name, details), now=now)
    return standing(connection, new.name)


def live(connection: Connection) -> list[Endpoint]:
    """Those that are sent to: neither removed nor disabled, oldest first."""
    which = (_STANDING, table.c.disabled_at.is_(None))
    rows = connection.execute(select(*_COLUMNS).where(*which).order_by(table.c.id)).all()
    return [_endpoint(row) for row in rows]


def every(engine: Engine) -> list[Endpoint]:
    """All that were not removed, oldest first."""
    statement = select(*_COLUMNS).where(_STANDING).order_by(table.c.id)
    with reading(engine) as connection:
        return [_endpoint(row) for row in connection.execute(statement).all()]


def names(engine: Engine) -> dict[int, str]:
    """What each is called, those that were removed included."""
    with reading(engine) as connection:
        return dict(connection.execute(select(table.c.id, table.c.name)).all())


def named(engine: Engine, name: str) -> Endpoint:
    """The one of a name.

    Raises
    ------
    UnknownName
        If none has it.
    """
    with reading(engine) as connection:
        return standing(connection, name)


def standing(connection: Connection, name: str) -> Endpoint:
    """The same within a transaction."""
    found = _one(connection, table.c.name == name)
    if found is None:
        known = connection.execute(select(table.c.name).where(_STANDING)).scalars().all()
        raise UnknownName("endpoint", name, known, see="forecaster endpoints list")
    return found


def numbered(connection: Connection, number: int) -> Endpoint | None:
    """The one with a number; None if it was removed."""
    return _one(connection, table.c.id == number)


def change(connection: Connection, number: int, **values: Any) -> None:
    """Set columns of one."""
    connection.execute(update(table).where(table.c.id == number, _STANDING).values(**values))


def note(connection: Connection, actor: Actor, action: str, one: Endpoint, now: datetime) -> None:
    """The line in the audit log for a change of one."""
    audit.write_within(connection, Entry(actor, action, one.name), now=now)


def _one(connection: Connection, which: ColumnElement[bool]) -> Endpoint | None:
    row = connection.execute(select(*_COLUMNS).where(which, _STANDING)).one_or_none()
    return None if row is None else _endpoint(row)


def _endpoint(row: Sequence[Any]) -> Endpoint:
    found = Endpoint(*row)
    return found._replace(rules=tuple(json.loads(str(found.rules))))
