"""What to watch: which reading may move the forecast next, and what came of those before."""

from __future__ import annotations

from typing import Any

from forecaster import watched
from forecaster.errors import NothingKnown
from forecaster.posterior import watch_words, words
from forecaster.store import forecasts
from forecaster.watchlist import Came, ToWatch, Watchlist
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, Page, View

DRAWN = 12  # rows of the chart; the table has all
TITLE = "What to watch"


def view(ask: Ask) -> View:
    """The list of the forecast that stands, or stood at the moment asked for."""
    desk = ask.site.desk
    if forecasts.stood(desk.engine, ask.moment) is None:
        return nothing.yet(ask)
    shown: dict[str, Any] = {"found": None, "why": "", "rows": [], "came": []}
    try:
        found = watched.require(desk, ask.at)
    except NothingKnown as error:
        return View(TITLE, shown=shown | {"why": str(error)})
    listed: Watchlist = found  # type: ignore[assignment]
    told = [one for one in listed["indicators"] if one["told"]]
    shown |= {
        "found": listed,
        "rows": [_row(one) for one in listed["indicators"]],
        "came": [_came(one) for one in found["came"]],
    }
    figures = {"reaches": figure(listed, told[:DRAWN])} if told else {}
    return View(TITLE, figures=figures, shown=shown)


PAGE = Page("/watch", "watch.html", view)


def _row(one: ToWatch) -> dict[str, Any]:
    return {
        "indicator": one["indicator"],
        "title": one["title"],
        "unit": one["unit"],
        "period": one["period"],
        "when": watch_words.when(one),
        "told": one["told"],
        "move": words.number(one["expected_move"]),
        "error": words.number(one["mcse"]),
        "after": [watch_words.after(one[name]) for name in ("low", "expected", "high")],
    }


def _came(one: Came) -> dict[str, Any]:
    return {
        "indicator": one["indicator"],
        "title": one["title"],
        "period": one["period"],
        "said": watch_words.came(one),
        "when": words.day(one["known_at"]),
        "registered_by": one["registered_by"],
        "after": [watch_words.after(one[name]) for name in ("low", "expected", "high")],
    }


def figure(found: Watchlist, rows: list[ToWatch]) -> Figure:
    """Where the headline would go, by indicator; all numbers are in the table."""
    return Figure(
        title="After a low, an expected and a high reading",
        note=(
            "Where the headline would stand: triangles for the 10 and 90 % quantiles of what is "
            "expected to be read (left: low reading, right: high), dot for the middle one. The "
            "line is the headline now."
        ),
        alt=(
            f"Where the headline of {words.fine(found['headline'])} % would go after the next "
            f"reading of {words.count(len(rows), 'indicator')}; the table has the numbers."
        ),
        drawing=drawings.watch(rows, found["headline"]),
        table=Table(
            columns=[
                Column("indicator", "Reading", number=False),
                Column("period", "Of", number=False),
                Column("when", "Due", number=False),
                Column("expected_move", "Points", words.number),
                Column("mcse", "Error", words.number),
                Column("low", "If low", words.fine),
                Column("expected", "If as expected", words.fine),
                Column("high", "If high", words.fine),
            ],
            rows=[
                [
                    one["title"],
                    one["period"],
                    watch_words.when(one),
                    one["expected_move"],
                    one["mcse"],
                    *(one[name]["headline"] for name in ("low", "expected", "high")),
                ]
                for one in rows
            ],
        ),
    )
