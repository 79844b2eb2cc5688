"""Documents that only programs ask for: pages of a list, and one thing out of many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from forecaster import documents, standing
from forecaster.belief import Kind
from forecaster.documents import Document
from forecaster.errors import UnknownName
from forecaster.store import forecasts, readings
from forecaster.wiring import Desk


def forecast_page(
    desk: Desk, kinds: Sequence[Kind], limit: int, after: int | None = None
) -> tuple[list[Document], int | None]:
    """Forecasts of these kinds, newest first, and the number after which the rest comes."""
    rows = forecasts.page(desk.engine, kinds=kinds, limit=limit + 1, after=after)
    shown, rest = rows[:limit], rows[limit:]
    listed = []
    for _, one in shown:
        document = documents.summary(one, None)
        del document["change"]  # from which one depends on the kinds that are asked for
        listed.append(document)
    return listed, shown[-1][0] if rest else None


def forecast(desk: Desk, forecast_id: str) -> Document:
    """One forecast, whole. That of the standing one is the same as ``show`` prints.

    Raises
    ------
    UnknownName
        If there is no such forecast.
    """
    document = forecasts.get(desk.engine, forecast_id)
    if document is None:
        raise UnknownName("forecast", forecast_id, (), see="forecaster history")
    now = desk.clock()
    stands = forecasts.stood(desk.engine, now)
    if stands is not None and stands.forecast_id == forecast_id:
        return dict(standing.forecast(desk.settings, now))
    # The kind says how it ended: a fit that was turned away had meant to be published.
    return {**document, "status": forecasts.kind_of(desk.engine, forecast_id)}


def indicator_of(desk: Desk, name: str, at: datetime | None = None) -> Document:
    """One indicator as in the catalogue, with what its file says of it.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    """
    one = desk.indicator(name)
    listed = documents.indicators(desk, at)
    (row,) = (row for row in listed["indicators"] if row["id"] == name)
    return {
        "as_of": listed["as_of"],
        **row,
        "definition": one.definition,
        "retired": one.retired,
        "terms": one.publisher.terms,
        "citation": one.publisher.citation,
        "publication_lag_days": one.cadence.publication_lag_days,
        "late_after_days": one.cadence.late_after_days,
        "plausible": {"min": one.plausible.min, "max": one.plausible.max},
    }


def vintages_of(desk: Desk, name: str, at: datetime | None = None) -> Document:
    """Every vintage of one indicator that was known at a time, by period and vintage.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    """
    desk.indicator(name)
    when = at or desk.clock()
    return {
        "indicator": name,
        "as_of": documents.moment(when),
        "readings": [
            documents.reading(one)
            for one in readings.vintages(desk.engine, name)
            if one.known_at <= when
        ],
    }


def visits_of(desk: Desk, at: datetime | None = None) -> Document:
    """The last visit to each source."""
    listed = documents.indicators(desk, at)
    return {"as_of": listed["as_of"], "sources": listed["visits"]}


def lead_of(desk: Desk, number: int) -> Document:
    """One lead, judged or not.

    Raises
    ------
    UnknownName
        If there is no such lead.
    """
    found = documents.leads_of(desk, undecided=False)["leads"]
    return _numbered(found, number, "lead", "forecaster leads --all")


def quarantined_of(desk: Desk, number: int) -> Document:
    """One value that was set aside, judged or not.

    Raises
    ------
    UnknownName
        If nothing lies there under that number.
    """
    found = documents.quarantine_of(desk, waiting=False)["quarantine"]
    return _numbered(found, number, "value in quarantine", "forecaster quarantine --all")


def _numbered(found: Sequence[dict[str, Any]], number: int, kind: str, see: str) -> Document:
    for one in found:
        if one["id"] == number:
            return one
    raise UnknownName(kind, str(number), (), see=see)
