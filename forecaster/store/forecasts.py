"""Forecasts as documents: added whole, never changed; one of them stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Engine, Select, select, tuple_
from sqlalchemy import insert as insert_into

from forecaster.belief import Forecast, Kind
from forecaster.store import chain
from forecaster.store.engine import next_number, reading
from forecaster.store.instants import from_text
from forecaster.store.schema import forecasts as table

STANDS: tuple[Kind, ...] = ("published", "provisional")
KINDS: tuple[Kind, ...] = (*STANDS, "hindcast", "rejected")


class Summary(NamedTuple):
    """One row of the history; the headline is P(alliance by ``headline_date``), a fraction."""

    forecast_id: str
    kind: Kind
    as_of: datetime
    created_at: datetime
    data_hash: str
    priors_hash: str
    model_version: str
    random_seed: int
    headline_date: date
    headline_mean: float
    headline_lower: float
    headline_upper: float


_SUMMARY = [table.c[name] for name in Summary._fields]


def insert(
    connection: Connection,
    document: Forecast,
    *,
    kind: Kind,
    posterior_path: str | None,
    posterior_sha256: str | None,
) -> None:
    """Add a forecast within the caller's transaction.

    Parameters
    ----------
    connection : Connection
        From ``writing``.
    document : Forecast
        Stored as it is, in full precision.
    kind : str
        Only ``published`` and ``provisional`` ones may stand.
    posterior_path, posterior_sha256 : str, optional
        The posterior's file, relative to the state folder, and its hash.

    Raises
    ------
    ValueError
        If the path is absolute or without hash, the kind unknown, or a number not finite.
    StoreError
        If a forecast of this id exists (raised where the transaction ends).
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    if posterior_path is not None and PurePath(posterior_path).is_absolute():
        raise ValueError(f"{posterior_path} must be relative to the state folder")
    if (posterior_path is None) != (posterior_sha256 is None):
        raise ValueError("a posterior needs both path and hash")
    headline = document["headline"]
    newest = chain.last(connection)
    row = {
        "id": next_number(connection, table),
        "forecast_id": document["forecast_id"],
        "kind": kind,
        "as_of": from_text(document["as_of"]),
        "created_at": from_text(document["created_at"]),
        "data_hash": document["data_hash"],
        "priors_hash": document["priors_hash"],
        "model_version": document["model_version"],
        "random_seed": document["random_seed"],
        "headline_date": date.fromisoformat(headline["date"]),
        "headline_mean": headline["mean"],
        "headline_lower": headline["lower"],
        "headline_upper": headline["upper"],
        "document": json.dumps(document, ensure_ascii=False, allow_nan=False),
        "posterior_path": posterior_path,
        "posterior_sha256": posterior_sha256,
        "last_reading": newest.id,
        "chain": newest.chain,
    }
    connection.execute(insert_into(table).values(row))


def standing(
    engine: Engine, at: datetime | None = None, *, kinds: Sequence[Kind] = STANDS
) -> Forecast | None:
    """The forecast that stands now, or that stood at a time; None before the first.

    Of the published and provisional ones, or of fewer ``kinds``, it is the latest by ``as_of``,
    then by ``created_at``.
    """
    return _document(engine, _standing(select(table.c.document), at, kinds))


def get(engine: Engine, forecast_id: str) -> Forecast | None:
    """The forecast of that id, of any kind; None if there is none."""
    return _document(engine, select(table.c.document).where(table.c.forecast_id == forecast_id))


def history(engine: Engine, *, kinds: Sequence[Kind] = STANDS) -> list[Summary]:
    """The forecasts of these kinds without their documents, oldest first."""
    statement = (
        select(*_SUMMARY)
        .where(table.c.kind.in_(kinds))
        .order_by(table.c.as_of, table.c.created_at, table.c.id)
    )
    with reading(engine) as connection:
        return [Summary(*row) for row in connection.execute(statement)]


def earlier(
    engine: Engine, forecast_id: str, *, kinds: Sequence[Kind] = STANDS, limit: int
) -> list[Summary]:
    """The forecasts of these kinds before one of any kind, newest first; none before no forecast.

    They are in the order in which forecasts stand: by ``as_of``, then by ``created_at``.
    """
    place = (table.c.as_of, table.c.created_at, table.c.id)
    here = select(*place).where(table.c.forecast_id == forecast_id)
    with reading(engine) as connection:
        there = connection.execute(here).one_or_none()
        if there is None:
            return []
        rows = connection.execute(
            select(*_SUMMARY)
            .where(table.c.kind.in_(kinds))
            .where(tuple_(*place) < tuple_(*there, types=[one.type for one in place]))
            .order_by(*(one.desc() for one in place))
            .limit(limit)
        )
        return [Summary(*row) for row in rows]


def page(
    engine: Engine, *, kinds: Sequence[Kind] = STANDS, limit: int, after: int | None = None
) -> list[tuple[int, Summary]]:
    """Some forecasts with their numbers, newest first; those after one where a number is given.

    A forecast that is added later changes nothing in what follows a number.
    """
    place = (table.c.as_of, table.c.created_at, table.c.id)
    statement = (
        select(table.c.id, *_SUMMARY)
        .where(table.c.kind.in_(kinds))
        .order_by(*(one.desc() for one in place))
        .limit(limit)
    )
    with reading(engine) as connection:
        if after is not None:
            there = connection.execute(select(*place).where(table.c.id == after)).one_or_none()
            if there is None:
                return []
            statement = statement.where(tuple_(*place) < tuple(there))
        return [(number, Summary(*row)) for number, *row in connection.execute(statement)]


def kind_of(engine: Engine, forecast_id: str) -> Kind | None:
    """The kind of the forecast of that id; None if there is none."""
    statement = select(table.c.kind).where(table.c.forecast_id == forecast_id)
    with reading(engine) as connection:
        return cast("Kind | None", connection.execute(statement).scalar())


def stood(engine: Engine, at: datetime) -> Summary | None:
    """The forecast that stood at a time, without its document; None before the first."""
    with reading(engine) as connection:
        row = connection.execute(_standing(select(*_SUMMARY), at)).one_or_none()
    return None if row is None else Summary(*row)


def posterior_of(engine: Engine, forecast_id: str) -> tuple[str, str] | None:
    """The posterior's path, relative to the state folder, and its SHA-256; None without one."""
    statement = select(table.c.posterior_path, table.c.posterior_sha256).where(
        table.c.forecast_id == forecast_id, table.c.posterior_path.is_not(None)
    )
    with reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def posteriors(engine: Engine) -> dict[str, str]:
    """The SHA-256 of every posterior's file, by its path relative to the state folder."""
    columns = (table.c.posterior_path, table.c.posterior_sha256)
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).where(table.c.posterior_path.is_not(None)))
        return dict(map(tuple, rows))


def last_data_hash(engine: Engine) -> str | None:
    """The hash of the data that the standing forecast saw; None before the first."""
    with reading(engine) as connection:
        return connection.execute(_standing(select(table.c.data_hash), None)).scalar()


def _standing[S: Select[Any]](columns: S, at: datetime | None, kinds: Sequence[Kind] = STANDS) -> S:
    statement = columns.where(table.c.kind.in_(kinds))
    if at is not None:
        statement = statement.where(table.c.as_of <= at)
    newest_first = (table.c.as_of.desc(), table.c.created_at.desc(), table.c.id.desc())
    return statement.order_by(*newest_first).limit(1)


def _document(engine: Engine, statement: Select[str]) -> Forecast | None:
    with reading(engine) as connection:
        text = connection.execute(statement).scalar()
    return None if text is None else cast("Forecast", json.loads(text))
