"""Why it moved: what the change since an earlier forecast was made of, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecaster import explained
from forecaster.belief import Explanation, Forecast, NewsPart
from forecaster.errors import NothingKnown, UsageError
from forecaster.posterior import news_words, words
from forecaster.store import forecasts, timeline
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, Page, View

LISTED = 12  # earlier forecasts that are offered
SHOWN_FROM = 0.005  # points: what is less is in the table, and no bar


def view(ask: Ask) -> View:
    """The parts of the change to the forecast that stands, or stood at the moment asked for."""
    desk = ask.site.desk
    end = forecasts.standing(desk.engine, ask.at)
    if end is None:
        return nothing.yet(ask)
    try:
        pair = explained.ends(desk, ask.query.get("since"), ask.at)
    except UsageError as error:
        return nothing.unknown(ask, str(error), [])
    except NothingKnown as error:
        return _view(ask, end, why=str(error))
    found = explained.stored(desk, pair)
    if found is None:
        start = pair.start["forecast_id"]
        why = (
            f"nobody has worked out yet why it moved since {start}; "
            f"`forecaster explain --since {start}` does, and keeps it for this page"
        )
        return _view(ask, end, pair.start, why=why)
    return _view(ask, end, pair.start, found)


PAGE = Page("/why", "why.html", view)


def _view(
    ask: Ask,
    end: Forecast,
    start: Forecast | None = None,
    found: Explanation | None = None,
    *,
    why: str = "",
) -> View:
    titles = explained.titles(ask.site.desk)
    shown: dict[str, Any] = {
        "start": start,
        "end": end,
        "found": found,
        "why": why,
        "earlier": _earlier(ask, end),
        "rows": [],
    }
    if found is None:
        return View("Why it moved", shown=shown)
    shown["rows"] = [_row(part, titles) for part in found["parts"]]
    return View("Why it moved", figures={"parts": figure(found, titles)}, shown=shown)


def _earlier(ask: Ask, end: Forecast) -> list[tuple[str, str, str]]:
    """Forecasts that this one may be compared with: id, when, headline; newest first."""
    rows = timeline.newest(ask.site.desk.engine, ask.moment, limit=LISTED + 1)
    return [
        (one.forecast_id, words.moment(one.as_of), words.percent(one.headline_mean))
        for one in rows
        if one.forecast_id != end["forecast_id"]
    ][:LISTED]


def _row(part: NewsPart, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "indicator": part["indicator"],
        "label": news_words.label(part, titles),
        "points": words.number(part["points"]),
        "span": words.span(part["lower"], part["upper"]),
    }


def figure(found: Explanation, titles: Mapping[str, str]) -> Figure:
    """A bar for each part; parts of nothing are in the table."""
    parts = found["parts"]
    drawn = [one for one in parts if _size(one) >= SHOWN_FROM] or parts[-1:]
    return Figure(
        title=news_words.moved(found),
        note=(
            "Points by which each part moved the headline; lines: 90 % interval of the draws. "
            "Hollow: noise."
        ),
        alt=found["summary"],
        drawing=drawings.news(drawn, [news_words.label(one, titles) for one in drawn]),
        table=Table(
            columns=[
                Column("part", "Part", number=False),
                Column("kind", "Kind", number=False),
                Column("points", "Points", words.number),
                Column("lower", "5 %", words.number),
                Column("upper", "95 %", words.number),
                Column("log_odds", "Log-odds", lambda value: words.number(value, 4)),
            ],
            rows=[
                [
                    news_words.label(one, titles),
                    one["kind"],
                    one["points"],
                    one["lower"],
                    one["upper"],
                    one["log_odds"],
                ]
                for one in parts
            ],
        ),
    )


def _size(part: NewsPart) -> float:
    return max(abs(part["points"]), abs(part["lower"]), abs(part["upper"]))
