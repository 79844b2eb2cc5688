"""Tokens, each known by its hash only: made, looked up, revoked; no row is ever removed."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, insert, or_, select, update

from forecaster.errors import UnknownName, UsageError
from forecaster.store import audit
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_access import tokens as table

#: A use is noted once in this time, so that reading does not become writing.
NOTED_EVERY = timedelta(minutes=1)

State = Literal["live", "expired", "revoked"]


class NewToken(NamedTuple):
    """A token that is to be; ``prefix`` is the start of its text, ``sha256`` that of all of it."""

    name: str
    prefix: str
    sha256: str
    scopes: frozenset[str]
    expires_at: datetime | None


class StoredToken(NamedTuple):
    """One that was made."""

    id: int
    name: str
    prefix: str
    sha256: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> State:
        """Whether it opens anything at a time."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "live"

    def use_is_due(self, now: datetime) -> bool:
        """Whether its use has to be noted: it was not in the last minute."""
        return self.last_used_at is None or self.last_used_at <= now - NOTED_EVERY


_COLUMNS = [table.c[name] for name in StoredToken._fields]


def create(engine: Engine, new: NewToken, actor: Actor, *, now: datetime) -> StoredToken:
    """Store a token, with its line in the audit log. An expired one gives its name away.

    Raises
    ------
    UsageError
        If another live token has the name.
    """
    with writing(engine) as connection:
        standing = _standing(connection, new.name)
        if standing is not None and standing.state(now) == "live":
            raise UsageError(
                f"there is a token called {new.name!r}; choose another name, or end that one by "
                f"`forecaster token revoke {new.name}`"
            )
        if standing is not None:
            _revoke(connection, standing, actor, now=now)
        number = next_number(connection, table)
        row = {**new._asdict(), "scopes": " ".join(sorted(new.scopes)), "created_at": now}
        connection.execute(insert(table).values(id=number, **row))
        details = {
            "prefix": new.prefix,
            "scopes": sorted(new.scopes),
            "expires_at": None if new.expires_at is None else new.expires_at.isoformat(),
        }
        entry = Entry(actor, "token.create", new.name, details)
        audit.write_within(connection, entry, now=now)
    return StoredToken(
        number, new.name, new.prefix, new.sha256, new.scopes, now, new.expires_at, None, None
    )


def revoke(engine: Engine, name: str, actor: Actor, *, now: datetime) -> StoredToken:
    """End a token for good, with its line in the audit log.

    Raises
    ------
    UnknownName
        If none that is not revoked has the name.
    """
    with writing(engine) as connection:
        standing = _standing(connection, name)
        if standing is None:
            names = select(table.c.name).where(table.c.revoked_at.is_(None))
            known = connection.execute(names).scalars().all()
            raise UnknownName("token", name, known, see="forecaster token list")
        _revoke(connection, standing, actor, now=now)
    return standing._replace(revoked_at=now)


def by_hash(engine: Engine, sha256: str) -> StoredToken | None:
    """The token whose text has this hash, in whatever state it is."""
    with reading(engine) as connection:
        found = _one(connection, table.c.sha256 == sha256)
    return found if found and hmac.compare_digest(found.sha256, sha256) else None


def by_number(engine: Engine, number: int) -> StoredToken | None:
    """The token with a number, in whatever state it is."""
    with reading(engine) as connection:
        return _one(connection, table.c.id == number)


def every(engine: Engine) -> list[StoredToken]:
    """All of them, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(table.c.id)).all()
    return [_token(row) for row in rows]


def any_live(engine: Engine, now: datetime) -> bool:
    """Whether there is one that opens anything."""
    return any(one.state(now) == "live" for one in every(engine))


def note_use(engine: Engine, number: int, now: datetime) -> None:
    """Note that a token was used, unless that was noted a moment ago."""
    due = or_(table.c.last_used_at.is_(None), table.c.last_used_at <= now - NOTED_EVERY)
    statement = (
        update(table)
        .where(table.c.id == number, table.c.revoked_at.is_(None), due)
        .values(last_used_at=now)
    )
    with writing(engine) as connection:
        connection.execute(statement)


def _standing(connection: Connection, name: str) -> StoredToken | None:
    """The one of a name that was not revoked."""
    return _one(connection, table.c.name == name, table.c.revoked_at.is_(None))


def _revoke(connection: Connection, one: StoredToken, actor: Actor, *, now: datetime) -> None:
    connection.execute(update(table).where(table.c.id == one.id).values(revoked_at=now))
    entry = Entry(actor, "token.revoke", one.name, {"prefix": one.prefix})
    audit.write_within(connection, entry, now=now)


def _one(connection: Connection, *which: ColumnElement[bool]) -> StoredToken | None:
    row = connection.execute(select(*_COLUMNS).where(*which)).one_or_none()
    return None if row is None else _token(row)


def _token(row: Sequence[Any]) -> StoredToken:
    found = StoredToken(*row)
    return found._replace(scopes=frozenset(str(found.scopes).split()))
