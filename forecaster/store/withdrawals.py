"""Values that their publishers took back: the vintage that says there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, insert, select

from forecaster.store.engine import next_number
from forecaster.store.instants import to_text
from forecaster.store.schema import withdrawals as table

if TYPE_CHECKING:  # Period's package needs pydantic, which `forecaster show` does not
    from indicators.period import Period


class TakenBack(NamedTuple):
    """From ``known_at`` on the period has no value."""

    indicator: str
    period: Period
    known_at: datetime
    source: str
    note: str = ""


def add_within(connection: Connection, one: TakenBack, *, now: datetime) -> None:
    """Note that a value was taken back, as part of a write transaction."""
    row = {
        "indicator": one.indicator,
        "period": one.period.text,
        "period_start": one.period.start.isoformat(),
        "period_end": one.period.end.isoformat(),
        "known_at": to_text(one.known_at),
        "recorded_at": to_text(now),
        "source": one.source,
        "note": one.note,
    }
    connection.execute(insert(table).values(id=next_number(connection, table), **row))


def moments(connection: Connection) -> Mapping[tuple[str, str], Sequence[str]]:
    """When each period's value was taken back, by indicator and period; there are few."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    columns = (table.c.indicator, table.c.period, table.c.known_at)
    for indicator, period, known_at in connection.execute(select(*columns)):
        found[indicator, period].append(known_at)
    return found
