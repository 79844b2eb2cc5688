"""A chain of hashes over the readings, so that a changed or missing row shows.

Each row carries the SHA-256 of its content and of its predecessor's hash; numbers have no gaps.
Each forecast keeps the number and hash of the newest reading of its time, so that readings lost
from the end show too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from forecaster.store.schema import forecasts, readings

_CONTENT = tuple(column.name for column in readings.columns if column.name != "chain")


class Link(NamedTuple):
    """The number and hash of one reading; 0 and nothing before the first."""

    id: int
    chain: str


START = Link(0, "")


def last(connection: Connection) -> Link:
    """The newest reading."""
    statement = select(readings.c.id, readings.c.chain).order_by(readings.c.id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return START if row is None else Link(*row)


def append(previous: Link, row: dict[str, Any]) -> Link:
    """Number a row and give it its hash, in place; returns the new end of the chain."""
    row["id"] = previous.id + 1
    row["chain"] = _digest(previous.chain, [row[name] for name in _CONTENT])
    return Link(row["id"], row["chain"])


def problems(connection: Connection) -> list[str]:
    """What does not fit: the first reading that fails, else every forecast that saw others.

    One line each; empty when everything is whole.
    """
    hashes = [START.chain]
    statement = select(*(readings.c[name] for name in _CONTENT), readings.c.chain)
    for *content, found in connection.execute(statement.order_by(readings.c.id)).all():
        row = dict(zip(_CONTENT, content, strict=True))
        if row["id"] != len(hashes):
            return [f"readings {len(hashes)} to {row['id'] - 1} are missing"]
        if found != _digest(hashes[-1], content):
            what = f"{row['indicator']} {row['period']}, vintage {row['vintage']}"
            return [f"reading {row['id']} ({what}) was changed after it was stored"]
        hashes.append(found)
    columns = (forecasts.c.forecast_id, forecasts.c.last_reading, forecasts.c.chain)
    return [
        f"forecast {forecast_id} saw {seen} readings; they are lost or were replaced"
        for forecast_id, seen, chain in connection.execute(
            select(*columns).order_by(forecasts.c.id)
        )
        if seen >= len(hashes) or hashes[seen] != chain
    ]


def _digest(previous: str, content: Sequence[object]) -> str:
    return sha256(json.dumps([previous, *content]).encode()).hexdigest()
