"""Which scenario came into force, and when, as recorded by a person with a source."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, insert, select

from forecaster.belief import SCENARIOS
from forecaster.store import audit
from forecaster.store.audit import Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.instants import to_text
from forecaster.store.schema import resolutions as table


class Resolution(NamedTuple):
    """From ``date`` on, ``scenario`` was in force."""

    scenario: str
    date: date
    source: str
    recorded_at: datetime


_COLUMNS = [table.c[name] for name in Resolution._fields]


def add(  # noqa: PLR0913 - the facts of one event, and who tells them
    engine: Engine,
    scenario: str,
    date: date,
    source: str,
    now: datetime,
    *,
    entry: Entry | None = None,
) -> bool:
    """Record that a scenario came into force on a day; False if that is recorded already.

    A later record for the same day takes the place of the earlier one, which stays stored; so a
    mistake is taken back by recording what was in force that day after all. ``entry`` is written
    to the audit log with it.

    Raises
    ------
    ValueError
        If the scenario is unknown or the source empty.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"{scenario!r} is no scenario; expected one of {', '.join(SCENARIOS)}")
    if not source:
        raise ValueError("a resolution needs a source")
    newest_first = select(table.c.scenario).where(table.c.date == date).order_by(table.c.id.desc())
    with writing(engine) as connection:
        if connection.execute(newest_first.limit(1)).scalar() == scenario:
            return False
        number = next_number(connection, table)
        row = {"scenario": scenario, "date": date, "source": source, "recorded_at": now}
        connection.execute(insert(table).values(id=number, **row))
        audit.note_within(connection, entry, now=now)
    return True


def as_known(
    engine: Engine, at: datetime, *, recorded_by: datetime | None = None
) -> list[Resolution]:
    """What had come into force by a time, ordered by date, one per day.

    The world knows a resolution from its own day (UTC) on; ``recorded_by`` restricts to what this
    installation had stored by then.
    """
    day = date.fromisoformat(to_text(at)[:10])
    statement = select(*_COLUMNS).where(table.c.date <= day)
    if recorded_by is not None:
        statement = statement.where(table.c.recorded_at <= recorded_by)
    with reading(engine) as connection:
        rows = [Resolution(*row) for row in connection.execute(statement.order_by(table.c.id))]
    return sorted({row.date: row for row in rows}.values(), key=lambda row: row.date)
