"""The published forecasts as an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from forecaster.posterior import words
from forecaster.store import forecasts
from forecaster.store.forecasts import Summary
from forecaster.wiring import Desk

SHOWN = 50
#: Names are made in this space: the same wherever the desk is reached, and nobody else's.
SPACE = UUID("6f0c5c7e-3a51-4d0e-9a55-0f4d3e1b7c29")
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


def written(desk: Desk, base: str) -> bytes:
    """The newest published forecasts, each with its headline in words."""
    from feedgen.feed import FeedGenerator

    rows = [one for _, one in forecasts.page(desk.engine, kinds=["published"], limit=SHOWN)]
    feed = FeedGenerator()
    feed.id(name("feed", desk.settings.desk_url or ""))
    feed.title("Sino-Russian alignment: published forecasts")
    feed.author({"name": "Sino-Russian alignment"})
    feed.link(href=f"{base}/feeds/forecasts.atom", rel="self", type="application/atom+xml")
    feed.link(href=f"{base}/", rel="alternate", type="text/html")
    feed.updated(max((one.created_at for one in rows), default=BEFORE_ALL))
    for one in rows:
        entry = feed.add_entry(order="append")
        entry.id(name("forecast", one.forecast_id))
        entry.title(sentence(one))
        entry.summary(_numbers(one))
        entry.updated(one.created_at)
        entry.published(one.created_at)
        entry.link(href=f"{base}/forecasts/{one.forecast_id}", rel="alternate")
    return bytes(feed.atom_str(pretty=True))


def name(kind: str, of: str) -> str:
    """A name for good (RFC 9562): of a forecast by its id, of the feed by the desk's address."""
    return uuid5(SPACE, f"{kind} {of}").urn


def sentence(one: Summary) -> str:
    """The headline in words."""
    said = words.likelihood(one.headline_mean)
    return words.headline_sentence(
        {
            "quantity": "alliance_by",
            "date": one.headline_date.isoformat(),
            "mean": one.headline_mean,
            "lower": one.headline_lower,
            "upper": one.headline_upper,
        },
        {"likelihood": said, "confidence": "", "confidence_reason": ""},
    )


def _numbers(one: Summary) -> str:
    span = words.interval(one.headline_lower, one.headline_upper)
    when = words.moment(one.as_of.isoformat())
    return f"{words.percent(one.headline_mean)} ({span}; 90 % interval), as known {when}."
