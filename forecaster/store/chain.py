"""A chain of hashes over the readings, so that a changed or missing row shows.

Each row carries the SHA-256 of its content and of its predecessor's hash; numbers have no gaps.
Each forecast keeps the number and hash of the newest reading of its time, so that readings lost
from the end show too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from forecaster.store.schema import forecasts, readings

_CONTENT = tuple(name for name in readings.c.keys() if name != "chain")  # noqa: SIM118


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
    row["chain"] = digest(previous.chain, row)
    return Link(row["id"], row["chain"])


def digest(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of one row after another."""
    content = [previous, *map(row.__getitem__, _CONTENT)]
    return sha256(json.dumps(content).encode()).hexdigest()


def problems(connection: Connection) -> list[str]:
    """What does not fit, one line each, the first reading that fails only; empty when whole."""
    previous = START
    hashes = {0: ""}
    for row in connection.execute(select(readings).order_by(readings.c.id)).mappings():
        if row["id"] != previous.id + 1:
            return [f"readings {previous.id + 1} to {row['id'] - 1} are missing"]
        if row["chain"] != digest(previous.chain, {**row}):
            what = f"{row['indicator']} {row['period']}, vintage {row['vintage']}"
            return [f"reading {row['id']} ({what}) was changed after it was stored"]
        previous = Link(row["id"], row["chain"])
        hashes[previous.id] = previous.chain
    columns = (forecasts.c.forecast_id, forecasts.c.last_reading, forecasts.c.chain)
    return [
        f"forecast {forecast_id} saw {last_reading} readings; they are lost or were replaced"
        for forecast_id, last_reading, chain in connection.execute(select(*columns))
        if hashes.get(last_reading) != chain
    ]
