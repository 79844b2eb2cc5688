"""The feed, the calendar and the description for catalogues of data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar
from lxml import etree

from forecaster import sources
from forecaster.sources import Watch
from forecaster.store import forecasts, readings
from forecaster.store.engine import writing
from forecaster.web.feeds import atom
from forecaster.wiring import Desk
from tests import synthetic
from tests.web.api.conftest import NOW, Asker, make_app, new

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
FEED, CALENDAR = "/feeds/forecasts.atom", "/feeds/calendar.ics"


def texts(ask: Asker, path: str) -> list[str]:
    answer = ask.get(FEED)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    found = etree.fromstring(answer.content).xpath(path, namespaces=ATOM)
    return [str(one) for one in found]


def test_the_feed_has_the_published_forecasts_newest_first(ask: Asker) -> None:
    named = texts(ask, "//atom:id/text()")
    assert [UUID(one.removeprefix("urn:uuid:")).urn for one in named] == named
    assert len(set(named)) == 3
    # For good: a reader shows an entry with another name once more.
    assert named[1:] == [
        "urn:uuid:f8fbeef8-3c78-5d53-99ac-8a6a40e858af",
        "urn:uuid:baa6566f-4143-5ebf-8b5b-a85d0e29e1c2",
    ]
    assert texts(ask, "atom:entry/atom:link/@href") == [
        "http://127.0.0.1:8000/forecasts/third",
        "http://127.0.0.1:8000/forecasts/first",
    ]
    sentence = "An alliance by the end of November 2036 is very unlikely."
    assert texts(ask, "atom:entry/atom:title/text()") == [sentence] * 2
    newest, *rest = [
        datetime.fromisoformat(one) for one in texts(ask, "atom:entry/atom:updated/text()")
    ]
    assert [newest > one for one in rest] == [True]
    assert [newest] == [datetime.fromisoformat(one) for one in texts(ask, "atom:updated/text()")]


def test_the_feed_is_the_same_as_long_as_nothing_is_published(ask: Asker) -> None:
    first = ask.get(FEED)
    again = ask.get(FEED, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert ask("HEAD", FEED).headers["etag"] == first.headers["etag"]


def events(ask: Asker) -> dict[str, Any]:
    answer = ask.get(CALENDAR)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    found = {str(one["uid"]).partition("@")[0]: one for one in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    return found


def test_the_calendar_has_every_horizon_and_the_next_readings(ask: Asker) -> None:
    found = events(ask)
    for row in synthetic.document()["horizons"]:
        event = found[f"horizon-{row['date']}"]
        assert event["dtstart"].dt == date.fromisoformat(row["date"])
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(days=1)
    headline = found[f"horizon-{synthetic.document()['headline']['date']}"]
    assert str(headline["summary"]).startswith("Headline: alliance by the end of November 2036: ")
    reading = found["reading-trade_total-after-2026-09"]
    assert str(reading["url"]) == "http://127.0.0.1:8000/indicators/trade_total"
    assert reading["dtstart"].dt > date(2026, 10, 31)


@pytest.mark.parametrize(
    ("rhythm", "last", "day"),
    [
        ("monthly", date(2026, 9, 30), date(2026, 11, 11)),
        ("yearly", date(2024, 2, 29), date(2025, 3, 11)),
        ("daily", date(2026, 9, 30), date(2026, 10, 12)),
        ("irregular", date(2026, 9, 30), None),
    ],
)
def test_the_next_value_is_expected_one_rhythm_and_its_lag_later(
    rhythm: str, last: date, day: date | None
) -> None:
    watch = Watch("any", rhythm, lag_days=10, late_after_days=5)
    assert sources.expected(watch, last) == day
    if day is not None:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        assert sources.due(watch, last) == midnight + timedelta(days=5)


def test_text_of_a_forecast_is_no_markup(ask: Asker, desk: Desk) -> None:
    document = synthetic.document()
    document["forecast_id"] = "<b>&"
    document["definition"] = "one\nBEGIN:VEVENT <script>"
    document["as_of"] = document["created_at"] = "2026-11-22T06:00:00Z"
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection, document, kind="published", posterior_path=None, posterior_sha256=None
        )
    assert atom.name("forecast", "<b>&") in texts(ask, "//atom:id/text()")
    assert any(one.endswith("/forecasts/<b>&") for one in texts(ask, "//atom:link/@href"))
    assert not any("script" in name for name in events(ask))


def test_a_desk_without_any_forecast_has_feeds_too(ask: Asker, desk: Desk, tmp_path: Path) -> None:
    import asyncio
    import shutil
    from dataclasses import replace

    from forecaster.store.engine import open_engine
    from forecaster.store.migrate import upgrade

    assert ask.get(FEED).status_code == 200
    shutil.rmtree(desk.settings.home)
    desk.settings.home.mkdir()
    empty = replace(desk, engine=open_engine(desk.settings.database_url))
    upgrade(empty.engine)
    with asyncio.Runner() as runner:
        other = Asker(make_app(empty, tmp_path, jobs=False), runner)
        assert texts(other, "//atom:entry") == []
        assert events(other) == {}
        assert other.json("forecasts") == {"forecasts": [], "next": None}
        assert other.json("history")["forecasts"] == []
        assert other.get("dataset").status_code == 200
        assert other.get("forecasts/standing").status_code == 404
        answer = other.get("jobs")
        assert (answer.status_code, answer.json()["status"]) == (503, 503)


def test_the_dataset_names_what_can_be_had(ask: Asker, desk: Desk) -> None:
    answer = ask.get("dataset")
    assert answer.headers["content-type"] == "application/ld+json"
    told = answer.json()
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert told["dateModified"] == ask.json("forecasts/standing")["created_at"]
    parts = {one["variableMeasured"]["name"]: one for one in told["hasPart"]}
    assert set(parts) == set(desk.catalogue)
    for one in (*told["distribution"], *parts["trade_total"]["distribution"]):
        got = ask.get(one["contentUrl"].removeprefix("http://127.0.0.1:8000"))
        assert got.status_code == 200
        assert got.headers["content-type"].partition(";")[0] == one["encodingFormat"]


@pytest.mark.parametrize("rhythm", ["daily", "irregular"])
def test_the_calendar_leaves_out_what_comes_daily_or_by_no_rhythm(
    ask: Asker, desk: Desk, rhythm: str
) -> None:
    catalogue = desk.catalogue.items()
    name = next(name for name, one in catalogue if one.cadence.expected == rhythm)
    readings.add(desk.engine, [new("2026-10-02", 1.0, NOW, indicator=name)], now=NOW)
    named = {uid.removeprefix("reading-").partition("-after-")[0] for uid in events(ask)}
    assert "trade_total" in named
    assert name not in named
