"""The documents that are read: indicators, readings, history; the same for command and pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from forecaster import sources
from forecaster.errors import NothingKnown
from forecaster.sources import Fetched, Watch
from forecaster.store import forecasts, leads, overview, readings, visits
from forecaster.store.forecasts import Summary
from forecaster.store.instants import to_text
from forecaster.store.overview import Known
from forecaster.store.readings import StoredReading
from forecaster.store.visits import Memory
from forecaster.wiring import Desk
from indicators import Indicator, agreement

Document = dict[str, Any]


def moment(when: datetime) -> str:
    """RFC 3339 in UTC, to the second where nothing finer is stored: ``2026-11-22T06:10:00Z``."""
    return to_text(when).replace(".000000Z", "Z")


def indicators(desk: Desk, at: datetime | None = None) -> Document:
    """The catalogue with the state of each source, now or as known at a time."""
    when = at or desk.clock()
    known = overview.known(desk.engine, when)
    waiting: defaultdict[str, int] = defaultdict(int)
    for aside in readings.quarantined(desk.engine):
        waiting[aside.indicator] += aside.waiting and aside.known_at <= when
    fetched = Fetched.of(visits.results(desk.engine, when))
    return {
        "as_of": moment(when),
        "indicators": [
            _indicator(one, known.get(name), when, fetched) | {"n_quarantined": waiting[name]}
            for name, one in desk.catalogue.items()
        ],
        "visits": visits_of(desk, when),
    }


def indicator(
    desk: Desk, one: Indicator, known: Sequence[StoredReading], when: datetime
) -> Document:
    """The row of one indicator, from its readings as known at that time; the others are left."""
    aside = readings.quarantined(desk.engine, one.id)
    last = max(known, key=lambda one: (one.period_end, one.known_at), default=None)
    short = None if last is None else Known(len(known), last)
    fetched = Fetched.of(visits.results(desk.engine, when))
    waiting = sum(found.waiting and found.known_at <= when for found in aside)
    return _indicator(one, short, when, fetched) | {"n_quarantined": waiting}


def disagreements(desk: Desk, at: datetime | None = None) -> list[str]:
    """Where two publishers of one thing tell different stories, in words."""
    pairs, when = agreement.load(), at or desk.clock()
    values = {
        name: {
            one.period: one.value for one in readings.as_known(desk.engine, when, indicator=name)
        }
        for name in sorted({name for pair in pairs for name in (pair.a, pair.b)})
    }
    return [found.words for found in agreement.disagreements(pairs, values)]


def visits_of(desk: Desk, at: datetime | None = None) -> list[Document]:
    """How the last visit to each source went, of those that were ever visited."""
    when = at or desk.clock()
    found = visits.remembered(desk.engine).values()
    return [_visit(one) for one in found if one.visited_at <= when]


def _visit(one: Memory) -> Document:
    return {
        "source": one.source,
        "indicators": list(one.indicators),
        "visited_at": moment(one.visited_at),
        "result": one.result,
        "error": one.error or None,
        "warnings": list(one.warnings),
        "succeeded_at": None if one.succeeded_at is None else moment(one.succeeded_at),
        "failures": one.failures,
    }


def _indicator(one: Indicator, known: Known | None, when: datetime, fetched: Fetched) -> Document:
    last = None if known is None else known.last
    # Only what the state needs, so that files and catalogue are judged by the same rule.
    watch = Watch.of(one.id, one.model_dump(include={"cadence", "role", "retired"}))
    last_end = None if last is None else last.period_end
    return {
        "id": one.id,
        "title": one.title,
        "question": one.question,
        "factor": one.informs.factor,
        "sub_constraint": one.informs.sub_constraint,
        "sign": one.informs.sign,
        "unit": one.unit,
        "role": one.role,
        "cadence": one.cadence.expected,
        "source": one.publisher.name,
        "source_url": one.publisher.url,
        "state": sources.state(watch, last_end, when, fetched),
        "days_late": sources.days_late(watch, last_end, when),
        "last_period": None if last is None else last.period,
        "last_value": None if last is None else last.value,
        "last_known_at": None if last is None else moment(last.known_at),
        "n_readings": 0 if known is None else known.periods,
        "claims": list(one.informs.claims),
    }


def readings_of(desk: Desk, name: str, at: datetime | None = None) -> Document:
    """The readings of one indicator as known at a time.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    """
    desk.indicator(name)
    when = at or desk.clock()
    known = readings.as_known(desk.engine, when, indicator=name)
    return {
        "indicator": name,
        "as_of": moment(when),
        "readings": [reading(one) for one in known],
    }


def reading(one: StoredReading) -> Document:
    """One vintage."""
    return {
        "period": one.period,
        "period_start": one.period_start.isoformat(),
        "period_end": one.period_end.isoformat(),
        "value": one.value,
        "published_at": None if one.published_at is None else moment(one.published_at),
        "known_at": moment(one.known_at),
        "recorded_at": moment(one.recorded_at),
        "vintage": one.vintage,
        "origin": one.origin,
        "source": one.source,
        "note": one.note,
        "reason": one.reason,
    }


def leads_of(desk: Desk, *, undecided: bool = True) -> Document:
    """What may be events: the leads that nobody has judged, or all."""
    return {
        "leads": [
            one._asdict()
            | {
                "day": one.day.isoformat(),
                "found_at": moment(one.found_at),
                "decided_at": None if one.decided_at is None else moment(one.decided_at),
            }
            for one in leads.stored(desk.engine, undecided=undecided)
        ]
    }


def quarantine_of(desk: Desk, *, waiting: bool = True) -> Document:
    """The readings that were put aside: those that somebody has to judge, or all."""
    return {
        "quarantine": [
            {
                "id": one.id,
                "indicator": one.indicator,
                "period": one.period,
                "value": one.value if isfinite(one.value) else None,
                "published_at": None if one.published_at is None else moment(one.published_at),
                "known_at": moment(one.known_at),
                "recorded_at": moment(one.recorded_at),
                "source": one.source,
                "origin": one.origin,
                "note": one.note,
                "why": one.why,
                "decision": one.decision or ("accepted" if one.accepted else None),
            }
            for one in readings.quarantined(desk.engine)
            if one.waiting or not waiting
        ]
    }


def history(desk: Desk) -> Document:
    """Every forecast that was published, oldest first, with its change from the one before."""
    rows = forecasts.history(desk.engine)
    before: list[Summary | None] = [None, *rows]
    return {
        "quantity": "alliance_by",
        "forecasts": [summary(one, old) for one, old in zip(rows, before, strict=False)],
    }


def summary(one: Summary, before: Summary | None) -> Document:
    """One row of the history, with its change from the one before."""
    return {
        "forecast_id": one.forecast_id,
        "status": one.kind,
        "as_of": moment(one.as_of),
        "created_at": moment(one.created_at),
        "headline": {
            "quantity": "alliance_by",
            "date": one.headline_date.isoformat(),
            "mean": one.headline_mean,
            "lower": one.headline_lower,
            "upper": one.headline_upper,
        },
        "change": None if before is None else one.headline_mean - before.headline_mean,
        "data_hash": one.data_hash,
        "priors_hash": one.priors_hash,
        "model_version": one.model_version,
        "random_seed": one.random_seed,
    }


def before(desk: Desk, forecast_id: str) -> Summary | None:
    """The published forecast before one in the history; None if it was the first."""
    rows = [
        one
        for one in forecasts.history(desk.engine)
        if one.kind == "published" or one.forecast_id == forecast_id
    ]
    ids = [one.forecast_id for one in rows]
    at = ids.index(forecast_id) if forecast_id in ids else 0
    return rows[at - 1] if at > 0 else None


def stood(desk: Desk, as_of: str, days: Sequence[int]) -> list[Summary | None]:
    """The forecasts that stood that many days before a forecast; None where there was none."""
    when = datetime.fromisoformat(as_of)
    return [forecasts.stood(desk.engine, when - timedelta(days=one)) for one in days]


def posterior_place(desk: Desk, forecast_id: str) -> tuple[str, str]:
    """Where the posterior of a forecast lies, relative to the state folder, and its SHA-256.

    Raises
    ------
    NothingKnown
        If the forecast was stored without one.
    """
    found = forecasts.posterior_of(desk.engine, forecast_id)
    if found is None:
        raise NothingKnown(
            f"the forecast {forecast_id} has no posterior file, so its curves cannot be drawn; "
            "run `forecaster update --force`"
        )
    return found
