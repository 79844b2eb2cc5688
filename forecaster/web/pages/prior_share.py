"""Prior share: how much of the forecast the readings made, and what other priors would say."""

from __future__ import annotations

from typing import Any

from forecaster.posterior import prior_words as say
from forecaster.posterior import words
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table, interval
from forecaster.web.pages import analysis
from forecaster.web.pages.page import Ask, Page, View

NAME = "prior-share"
Row = dict[str, Any]


def view(ask: Ask) -> View:
    """What was worked out for the forecast that stands, or stood at the moment asked for."""
    return analysis.view(
        ask, NAME, "How much is prior", say, lambda found, _: ({"sets": figure(found)}, {})
    )


PAGE = Page("/prior-share", "prior_share.html", view)


def figure(found: Row) -> Figure:
    """The headline under every set that can be told; the one that stands is filled."""
    rows = [one for one in found["sets"] if one["headline"] is not None]
    return Figure(
        title="The headline under other priors",
        note=(
            f"P(alliance {words.by_date(found['date'])}) by prior set; the filled one stands. "
            "Mean and 90\N{NO-BREAK SPACE}%."
        ),
        alt=say.share(found),
        drawing=drawings.spans(
            [
                {
                    "label": one["title"],
                    **{key: one["headline"][key] for key in ("mean", "lower", "upper")},
                    "text": words.percent(one["headline"]["mean"]),
                    "hollow": one["how"] != "stands",
                }
                for one in rows
            ]
        ),
        table=Table(
            columns=[
                Column("set", "Prior set", number=False),
                *interval(words.percent),
                Column("points", "Points", lambda value: words.number(value, 1)),
                Column("how", "How", number=False),
            ],
            rows=[
                [
                    one["name"],
                    *(one["headline"][key] for key in ("mean", "lower", "upper")),
                    one["points"],
                    one["how"],
                ]
                for one in rows
            ],
        ),
    )
