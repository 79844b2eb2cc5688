"""What is to come, as a calendar (RFC 5545): the dates of the forecast, and the next readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from forecaster import sources
from forecaster.belief import Forecast
from forecaster.posterior import words
from forecaster.sources import Watch
from forecaster.store import forecasts, overview
from forecaster.wiring import Desk

#: What comes every day is in no calendar.
LISTED = ("monthly", "yearly")


def written(desk: Desk, base: str) -> bytes:
    """The calendar: whole days, each with the same name as long as it tells of the same thing."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Sino-Russian alignment//desk//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Sino-Russian alignment")
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
    standing = forecasts.standing(desk.engine, desk.clock())
    if standing is not None:
        _horizons(calendar, standing, base)
    _readings(calendar, desk, base)
    return bytes(calendar.to_ical())


def _horizons(calendar: Any, forecast: Forecast, base: str) -> None:
    page = f"{base}/forecasts/{forecast['forecast_id']}"
    made = datetime.fromisoformat(forecast["created_at"])
    headline = forecast["headline"]
    for row in forecast["horizons"]:
        day, by = row["date"], row["alliance_by"]
        first = "Headline: " if day == headline["date"] else ""
        chance = words.percent(by["mean"])
        _add(
            calendar,
            name=f"horizon-{day}",
            day=date.fromisoformat(day),
            made=made,
            title=f"{first}alliance {words.by_date(day)}: {chance}",
            text=f"{chance} ({words.interval(by['lower'], by['upper'])}; 90 % interval), as known "
            f"{words.moment(forecast['as_of'])}. {forecast['definition']}",
            page=page,
        )


def _readings(calendar: Any, desk: Desk, base: str) -> None:
    known = overview.known(desk.engine, desk.clock())
    for name, indicator in desk.catalogue.items():
        if name not in known or indicator.cadence.expected not in LISTED:
            continue
        if indicator.role == "context" or indicator.retired is not None:
            continue
        last = known[name].last
        watch = Watch.of(name, indicator.model_dump(include={"cadence", "role", "retired"}))
        day = sources.expected(watch, last.period_end)
        if day is None:
            continue
        _add(
            calendar,
            name=f"reading-{name}-after-{last.period}",
            day=day,
            made=last.known_at,
            title=f"Reading expected: {indicator.title}",
            text=f"The value after {last.period}, from {indicator.publisher.name}.",
            page=f"{base}/indicators/{name}",
        )


def _add(  # noqa: PLR0913 - what a day in a calendar has
    calendar: Any, *, name: str, day: date, made: datetime, title: str, text: str, page: str
) -> None:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{name}@sino-russian-alignment")
    event.add("dtstamp", made.astimezone(UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    event.add("description", text)
    event.add("url", page)
    event.add("transp", "TRANSPARENT")
    calendar.add_component(event)
