"""The forecast that stands, as it is read: with its state and that of the sources at that time.

Imports nothing heavy, so that ``forecaster show`` starts at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from forecaster import sources
from forecaster.belief import Forecast, Status
from forecaster.errors import NothingKnown
from forecaster.posterior import words
from forecaster.settings import Settings
from forecaster.store import glance
from forecaster.store.glance import Glance


def forecast(settings: Settings, now: datetime, at: datetime | None = None) -> Forecast:
    """The standing forecast, or the one that stood at a time.

    ``status`` and ``sources`` are computed here. A forecast is stale when the last good look at
    the data, or the forecast itself, is older than ``stale_after_hours``, and when a later fit
    failed the gate. One asked for as of an earlier time is not called stale.

    Raises
    ------
    NothingKnown
        If there is none yet, or was none at that time.
    StoreError
        If there is no database that can be read.
    """
    moment = now if at is None else at
    found = glance.look(settings.database_url, moment)
    if found is None:
        found = _the_usual_way(settings, moment)
    if found.document is None:
        raise NothingKnown(
            "there is no forecast yet; run `forecaster update`"
            if at is None
            else f"there was no forecast as of {words.moment(at)}; see `forecaster history`"
        )
    return {
        **found.document,
        "status": status(found, settings, now if at is None else None),
        "sources": sources.summary(
            sources.watches(), found.last_periods, moment, sources.Fetched.of(found.visits)
        ),
    }


def status(found: Glance, settings: Settings, now: datetime | None) -> Status:
    """``published`` or ``provisional``, or ``stale``; ``now`` is None for a past forecast."""
    document, kind = found.document, found.kind
    if document is None or kind is None:
        raise ValueError("there is no forecast to judge")
    created = datetime.fromisoformat(document["created_at"])
    if now is not None:
        good = max(created, found.looked_at or created)
        too_old = now - good > timedelta(hours=settings.stale_after_hours)
        failed_since = found.rejected_at is not None and found.rejected_at > good
        if too_old or failed_since:
            return "stale"
    return "provisional" if kind == "provisional" else "published"


def _the_usual_way(settings: Settings, moment: datetime) -> Glance:
    # Half a second of imports, for databases that the quick way does not know.
    from forecaster.store import forecasts, readings, runs, visits
    from forecaster.store.engine import open_engine
    from forecaster.store.migrate import require_current

    engine = open_engine(settings.database_url)
    require_current(engine)
    document = forecasts.standing(engine, moment)
    rows = forecasts.history(engine, kinds=forecasts.KINDS)
    known = readings.as_known(engine, moment)
    return Glance(
        document=document,
        kind=next(
            (one.kind for one in rows if document and one.forecast_id == document["forecast_id"]),
            None,
        ),
        looked_at=max(
            (
                one.finished_at
                for one in runs.recent(engine, limit=1000)
                if one.kind == "update"
                and one.status == "succeeded"
                and one.finished_at is not None
                and one.finished_at <= moment
            ),
            default=None,
        ),
        rejected_at=max(
            (
                one.created_at
                for one in rows
                if one.kind == "rejected"
                and one.created_at <= moment
                and (document is None or one.as_of >= datetime.fromisoformat(document["as_of"]))
            ),
            default=None,
        ),
        last_periods={
            one.indicator: one.period_end for one in sorted(known, key=lambda one: one.period_end)
        },
        visits=visits.results(engine, moment),
    )
