"""One part of every forecast's document, taken out by the database.

A document is twenty times as long as what a rule looks at, and to parse 10,000 of them takes
seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Connection, cast, select, type_coerce

from forecaster.belief import Diagnostics, Kind
from forecaster.store.schema import forecasts as table

Place = tuple[str | int, ...]


class Stored(NamedTuple):
    """A forecast without its document."""

    id: int
    forecast_id: str
    kind: Kind
    as_of: datetime
    created_at: datetime


#: A forecast, what stands at one place of its document (None: nothing does), and its diagnostics.
Excerpt = tuple[Stored, Any, Diagnostics]


def read(
    connection: Connection, place: Place, kinds: Sequence[Kind], after: int = 0
) -> Iterator[Excerpt]:
    """The forecasts of these kinds behind a number, in the order in which they were stored.

    Objects are asked for and no bare numbers, for SQLite would round those.
    """
    document = table.c.document
    # On SQLite JSON is text, and a cast would make a number of it.
    whole = type_coerce(document, JSON) if _is_sqlite(connection) else cast(document, JSON)
    columns = [table.c[name] for name in Stored._fields]
    statement = (
        select(*columns, whole[place], whole["diagnostics"])
        .where(table.c.kind.in_(kinds), table.c.id > after)
        .order_by(table.c.id)
    )
    for row in connection.execute(statement).yield_per(500):
        *stored, found, diagnostics = row
        yield Stored(*stored), found, diagnostics


def name_of(connection: Connection, number: int) -> str | None:
    """The id of the forecast of a number; another one than before if the store was replaced."""
    statement = select(table.c.forecast_id).where(table.c.id == number)
    found: str | None = connection.execute(statement).scalar()
    return found


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
