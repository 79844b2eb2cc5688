"""What if: the headline had something been done to the years ahead."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

from forecaster import asked
from forecaster.belief import SCENARIOS, Forecast
from forecaster.posterior import what_if_words as say
from forecaster.posterior import words
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages import analysis
from forecaster.web.pages.indicator import NOTHING_TRIED, Tried
from forecaster.web.pages.page import Ask, Page, View

NAME = "what-if"
LISTED = 20
EXAMPLE = """\
[[what_if]]
id = "thaw"
title = "A thaw with Russia for five years"
shift = { ru_west = -1.5 }
ramp_months = 12
hold_months = 60
"""
Row = dict[str, Any]


def view(ask: Ask, tried: Tried = NOTHING_TRIED) -> View:
    """What was worked out for the forecast that stands, or stood at the moment asked for.

    Below it what people asked of their own, and the form to ask; ``tried`` is what was wrong in it.
    """
    found = analysis.view(ask, NAME, "What if", say, _shown)
    if found.template:  # there is no forecast
        return found
    before = ask.before("number of a question")
    rows, older = asked.page(ask.site.desk, LISTED, before=before, by=ask.moment)
    own = {
        "questions": rows,
        "older": older,
        "before": before,
        "records": ask.may("record"),
        "tried": tried,
        "example": EXAMPLE,
        "longest": asked.LONGEST,
    }
    return replace(found, shown={**found.shown, **own})


PAGE = Page("/what-if", "what_if.html", view)


def _shown(found: Row, forecast: Forecast) -> tuple[dict[str, Figure], dict[str, Any]]:
    groups = [
        (say.GROUPS[name], [row(one, found["date"]) for one in some])
        for name, some in groupby(found["what_ifs"], key=lambda one: str(one["group"]))
    ]
    return {"differences": figure(found, forecast)}, {"groups": groups}


def row(one: Row, date: str) -> Row:
    """One future as the tables show it."""
    return {
        "reason": "",
        "source": [],
        **one,
        "sentence": say.sentence(one, date),
        "done": say.done(one),
        "points": words.number(one["difference"]["mean"], 1),
        "span": say.span(one["difference"]),
        "sign": say.sign(one["difference"]),
    }


def figure(found: Row, forecast: Forecast) -> Figure:
    """A bar for each future: points by which the headline differs."""
    rows = found["what_ifs"]
    largest = max(rows, key=lambda one: abs(one["difference"]["mean"]))
    when = words.by_date(forecast["headline"]["date"])
    drawn = [
        {"kind": NAME, **{key: one["difference"][key] for key in ("lower", "upper")}}
        | {"points": one["difference"]["mean"]}
        for one in rows
    ]
    return Figure(
        title=f"What each would do to P(alliance {when})",
        note=(
            f"Points from the headline of {words.percent(found['headline']['mean'])}; "
            "lines: 90 % of draws, each against itself."
        ),
        alt=(
            f"Differences of {len(rows)} conditional forecasts from the headline; the largest: "
            f"{say.sentence(largest, found['date'])}"
        ),
        drawing=drawings.differences(drawn, [one["title"] for one in rows]),
        table=_table(rows),
    )


def _table(rows: list[Row]) -> Table:
    """Every number: a row for each future and date."""

    def points(value: Any) -> str:
        return words.number(value, 2)

    return Table(
        columns=[
            Column("what_if", "What if", number=False),
            Column("date", "By", words.day, number=False),
            Column("alliance_by", "Alliance by", words.percent),
            Column("lower", "5 %", words.percent),
            Column("upper", "95 %", words.percent),
            Column("points", "Points", points),
            Column("points_lower", "5 %", points),
            Column("points_upper", "95 %", points),
            Column("points_error", "Error", points),
            *(Column(name, words.title(name), words.percent) for name in SCENARIOS),
        ],
        rows=[
            [
                one["title"],
                at["date"],
                *(at["alliance_by"][key] for key in ("mean", "lower", "upper")),
                *(at["difference"][key] for key in ("mean", "lower", "upper", "mcse")),
                *(at["scenarios"][name]["mean"] for name in SCENARIOS),
            ]
            for one in rows
            for at in one["horizons"]
        ],
    )
