"""History: what was said through time, and by which forecast; what today's model makes of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from forecaster.belief import Series
from forecaster.errors import WrongValue
from forecaster.posterior import phrases, words
from forecaster.store import forecasts
from forecaster.store import timeline as store
from forecaster.store.forecasts import Summary
from forecaster.web import drawings, timeline
from forecaster.web.figure import Column, Figure, Table, interval, yearly
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, Page, View, link

RANGES = {"30d": ("30 days", 30), "1y": ("1 year", 365), "5y": ("5 years", 1826), "all": ("All", 0)}
USUAL = "1y"
ROWS = 50  # forecasts on a page
ASIDE = 20  # hindcasts and rejected fits that are listed; the rest is counted


def view(ask: Ask) -> View:
    """What had been said by the moment asked for."""
    chosen = _range(ask)
    number = _number(ask)
    engine = ask.site.desk.engine
    now = forecasts.stood(engine, ask.moment)
    if now is None:
        return nothing.yet(ask)
    counts = store.counts(engine, ask.moment)
    course = timeline.line(ask.site, ask.moment, RANGES[chosen][1] or None)
    curves, damage = ask.curves(now.forecast_id)
    figures = {"through": timeline.figure(course)} if course.drawable else {}
    if curves is not None:
        figures["hazard"] = hazard(curves, now.as_of, newest=ask.at is None)
    return View(
        title="History",
        damage=damage,
        figures=figures,
        shown={
            "ranges": _choices(ask, chosen),
            "strip": timeline.ticks(ask.site, course, link(ask)) if course.drawable else None,
            "instead": "" if course.drawable else _instead(ask, course, chosen),
            "marks": course.marks,
            "said": phrases.said_so_far(counts.get("published", 0), counts.get("provisional", 0)),
            "turned_away": phrases.turned_away(counts.get("rejected", 0)),
            **_page(ask, number, counts.get("published", 0) + counts.get("provisional", 0)),
            **_aside(ask, counts),
        },
    )


PAGE = Page("/history", "history.html", view)


def hazard(curves: Series, as_of: datetime, *, newest: bool = False) -> Figure:
    """The yearly rate into an alliance since 1992, all of it with the eyes of one forecast."""
    seen = words.day(as_of)
    band, months = curves["hazard"], curves["months"]
    return Figure(
        title="The yearly rate into an alliance since 1992, as today's model sees it"
        if newest
        else f"The yearly rate into an alliance since 1992, as the model of {seen} sees it",
        note=(
            f"Hindsight: the whole line is known from the forecast of {seen}, and none of it was "
            "said at the time. Mean, 50 and 90 %."
        ),
        alt=f"Yearly rate into an alliance since 1992, now {words.rate(band['mean'][-1])}.",
        drawing=drawings.hazard(curves),
        table=Table(
            columns=[
                Column("month", "Month", number=False),
                *interval(words.rate, lower="q05", upper="q95"),
            ],
            rows=[
                [month, band["mean"][at], band["q05"][at], band["q95"][at]]
                for at, month in enumerate(months)
            ],
            brief=yearly(months),
        ),
    )


def _range(ask: Ask) -> str:
    chosen = ask.query.get("range", USUAL)
    if chosen not in RANGES:
        raise WrongValue("range", f"{chosen!r} is no range; there are {', '.join(RANGES)}")
    return chosen


def _number(ask: Ask) -> int:
    text = ask.query.get("page", "1")
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise WrongValue("page", f"{text!r} is no page; write 1 or more")
    return int(text)


def _choices(ask: Ask, chosen: str) -> list[dict[str, Any]]:
    address = link(ask)
    return [
        {"name": name, "href": address("/history", range=key), "chosen": key == chosen}
        for key, (name, _) in RANGES.items()
    ]


def _instead(ask: Ask, course: timeline.Line, chosen: str) -> str:
    """What to say where there is no line to draw."""
    first = store.points(ask.site.desk.engine, ask.moment, limit=2)
    if len(first) == 1:
        one = first[0]
        return phrases.line_begins(one.mean, one.lower, one.upper, one.as_of)
    span = f"in the last {RANGES[chosen][0]}" if RANGES[chosen][1] else "so far"
    found = len(course.said)
    return f"{words.count(found, 'forecast').capitalize()} {span}: too few for a line."


def _page(ask: Ask, number: int, total: int) -> dict[str, Any]:
    """One page of the table, newest first, each row with its change from the one before it."""
    pages = max(1, -(-total // ROWS))
    number = min(number, pages)  # the day may have been changed while a later page was open
    rows = store.newest(
        ask.site.desk.engine, ask.moment, limit=ROWS + 1, offset=(number - 1) * ROWS
    )
    before: list[Summary | None] = [*rows[1:], None]
    address = link(ask)

    def turn(to: int) -> str | None:
        kept = {"range": ask.query["range"]} if "range" in ask.query else {}
        return address("/history", **kept, page=str(to)) if 1 <= to <= pages else None

    return {
        "rows": [
            {
                "one": one,
                "change": "the first"
                if old is None
                else words.points(one.headline_mean - old.headline_mean),
            }
            for one, old in zip(rows[:ROWS], before[:ROWS], strict=True)
        ],
        "page": number,
        "pages": pages,
        "newer": turn(number - 1),
        "older": turn(number + 1),
    }


def _aside(ask: Ask, counts: Any) -> dict[str, Any]:
    """What was made later, and what was turned away: told of, apart from what was said."""
    engine, at = ask.site.desk.engine, ask.moment
    return {
        "hindcasts": store.newest(engine, at, kinds=("hindcast",), limit=ASIDE),
        "made_later": phrases.made_later(counts.get("hindcast", 0), ASIDE),
        "rejected": store.newest(engine, at, kinds=("rejected",), limit=ASIDE),
    }
