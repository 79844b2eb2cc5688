"""The published forecasts as an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime

from forecaster.posterior import words
from forecaster.store import forecasts
from forecaster.store.forecasts import Summary
from forecaster.wiring import Desk

SHOWN = 50
#: Names of our own (RFC 4151), the same wherever the desk is reached.
TAG = "tag:localhost,2026:sino-russian"
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


def written(desk: Desk, base: str) -> bytes:
    """The newest published forecasts, each with its headline in words."""
    from feedgen.feed import FeedGenerator

    rows = [one for _, one in forecasts.page(desk.engine, kinds=["published"], limit=SHOWN)]
    feed = FeedGenerator()
    feed.id(TAG)
    feed.title("Sino-Russian alignment: published forecasts")
    feed.author({"name": "Sino-Russian alignment"})
    feed.link(href=f"{base}/feeds/forecasts.atom", rel="self", type="application/atom+xml")
    feed.link(href=f"{base}/", rel="alternate", type="text/html")
    feed.updated(max((one.created_at for one in rows), default=BEFORE_ALL))
    for one in rows:
        entry = feed.add_entry(order="append")
        entry.id(f"{TAG}/forecast/{one.forecast_id}")
        entry.title(sentence(one))
        entry.summary(_numbers(one))
        entry.updated(one.created_at)
        entry.published(one.created_at)
        page = f"{base}/forecasts/{one.forecast_id}"
        entry.link(href=page, rel="alternate", type="text/html")
        document = f"{base}/api/v1/forecasts/{one.forecast_id}"
        entry.link(href=document, rel="related", type="application/json")
    return bytes(feed.atom_str(pretty=True))


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
