"""Why it moved: what the change since an earlier forecast was made of, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecaster import explained
from forecaster.belief import Explanation, Forecast, NewsPart
from forecaster.errors import NothingKnown, UnknownName, UsageError
from forecaster.posterior import news_words, words
from forecaster.store import forecasts
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, Page, View

LISTED = 12  # earlier forecasts that are offered
SHOWN_FROM = 0.005  # points: what is less is in the table, and no bar


def view(ask: Ask) -> View:
    """The parts of the change between two forecasts, up to the one that stands unless named."""
    desk = ask.site.desk
    end = forecasts.standing(desk.engine, ask.at)
    if end is None:
        return nothing.yet(ask)
    field = "to"
    try:
        if "to" in ask.query:
            end = explained.end_of(desk, ask.query["to"], ask.at)
        field = "since"
        pair = explained.Pair(explained.start_of(desk, end, ask.query.get("since")), end)
    except UsageError as error:
        status = 404 if isinstance(error, UnknownName) else 422
        return _refused(ask, end, str(error), field, status)
    except NothingKnown as error:
        # That the first has none before it is nobody's mistake.
        return _refused(ask, end, str(error), field if field in ask.query else "")
    found = explained.stored(desk, pair)
    why = explained.missing(pair) if found is None else ""
    return _view(ask, end, pair.start, found, why=why)


PAGE = Page("/why", "why.html", view)


def _refused(ask: Ask, end: Forecast, why: str, field: str, status: int = 200) -> View:
    """The page without a pair; ``field`` is the one of the form that ``why`` speaks of."""
    view = _view(ask, end, why=why)
    return replace(view, shown={**view.shown, "wrong": field}, status=status)


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
        "wrong": "",
        "chosen": {name: _entered(ask, name) for name in ("since", "to")},
        "longest": explained.LONGEST,
        "up_to": {"to": end["forecast_id"]} if "to" in ask.query else {},
        "earlier": _earlier(ask, end),
        "rows": [],
    }
    if found is None:
        return View("Why it moved", shown=shown)
    shown["rows"] = [_row(part, titles) for part in found["parts"]]
    return View("Why it moved", figures={"parts": figure(found, titles)}, shown=shown)


def _entered(ask: Ask, name: str) -> str:
    """What was written into a field, to stay there; not what no field would have let through."""
    text = ask.query.get(name, "")
    return text if text.isprintable() and len(text) <= explained.LONGEST else ""


def _earlier(ask: Ask, end: Forecast) -> list[tuple[str, str, str]]:
    """Forecasts that this one may be compared with: id, when, headline; newest first.

    They are the published ones, whose steps add up; a provisional one only where somebody has
    worked this very pair out.
    """
    desk, name = ask.site.desk, end["forecast_id"]
    published = forecasts.earlier(desk.engine, name, kinds=("published",), limit=LISTED)
    others = forecasts.earlier(desk.engine, name, kinds=("provisional",), limit=LISTED)
    kept = [one for one in others if explained.is_kept(desk, one.forecast_id, name)]
    rows = sorted([*published, *kept], key=lambda one: (one.as_of, one.created_at), reverse=True)
    return [
        (one.forecast_id, words.moment(one.as_of), words.percent(one.headline_mean))
        for one in rows[:LISTED]
    ]


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
