"""Other pairs: how often powers pledged to fight for each other, and what that says of these."""

from __future__ import annotations

from typing import Any

from forecaster import reference as room
from forecaster.posterior import phrases_reference as say
from forecaster.posterior import prior_words as sets
from forecaster.posterior import words
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table, interval
from forecaster.web.pages import reference_scores as scores
from forecaster.web.pages.page import Ask, Page, View

Row = dict[str, Any]
WARS = {"all": "all", "without": "no wars"}
RIVAL = {0: "no common rival", 1: "a common rival"}


def view(ask: Ask) -> View:
    """The saved results, and the standing forecast beside them."""
    found = room.document(ask.site.desk, ask.site.now(), ask.at)
    standing = found["standing"]
    return View(
        title="Other pairs",
        figures={
            "eras": eras(found),
            "stances": stances(found),
            **scores.figures(found["skill"]),
        },
        shown={
            "sentence": say.pair(found),
            "definition": found["definition"],
            "notes": {"rates": say.RATES, "stances": say.STANCES},
            "counts": found["counts"],
            "explained": found["stances"],
            "default": found["default"],
            "standing": standing,
            "changed": [] if standing is None else list(say.changed(standing)),
            "skill": scores.shown(found["skill"]),
            "sets": sets,
            "fitted_at": found["fitted_at"],
        },
    )


PAGE = Page("/reference", "reference.html", view)


def eras(found: Row) -> Figure:
    """Yearly rates of a new pledge, by era, without and with a common rival."""
    titles = {one["era"]: one for one in found["counts"]}
    rows = [
        {
            **one,
            "label": f"{titles[one['era']]['first']}–{titles[one['era']]['last']}, "
            f"{'rival' if one['rival'] else 'none'}",
            "text": words.rate(one["mean"]).removesuffix(" a year"),
            "hollow": not one["rival"],
        }
        for era in titles
        for one in found["base_rates"]
        if one["era"] == era and one["wars"] == found["default"]["wars"]
    ]
    last = rows[-1]
    return Figure(
        title="How often such pairs pledged to fight for each other, era by era",
        note="Yearly rate by era; full dots with a common rival, hollow without. Mean and 90 %.",
        alt=(
            f"Yearly rates of a new pledge by era; since the Cold War {words.rate(last['mean'])} "
            "with a common rival."
        ),
        drawing=drawings.spans([_drawn(row) for row in rows]),
        table=Table(
            columns=[
                Column("era", "Era", lambda era: titles[era]["title"], number=False),
                Column("rival", "Common rival", RIVAL.__getitem__, number=False),
                *interval(words.rate),
            ],
            rows=[
                [row["era"], row["rival"], row["mean"], row["lower"], row["upper"]] for row in rows
            ],
        ),
    )


def stances(found: Row) -> Figure:
    """Ten years of a pair like this one, under every stance; the usual one is filled."""
    default = found["default"]
    rows = [
        {
            **one,
            "label": f"{one['eras'].replace('_', ' ')}, {WARS[one['wars']]}, {one['reversion']}",
            "text": words.percent(one["mean"]),
            "hollow": any(one[name] != value for name, value in default.items()),
        }
        for one in found["ten_years"]
    ]
    lowest, highest = (pick(row["mean"] for row in rows) for pick in (min, max))
    return Figure(
        title="What ten years bring, by how history is read",
        note="A pledge within ten years, by stance; the filled one is the usual. Mean and 90 %.",
        alt=(
            f"Ten years by stance: from {words.percent(lowest)} to {words.percent(highest)} "
            "in the mean."
        ),
        drawing=drawings.spans([_drawn(row) for row in rows]),
        table=Table(
            columns=[
                *(
                    Column(key, title, number=False)
                    for key, title in (
                        ("eras", "Eras"),
                        ("wars", "Wars"),
                        ("reversion", "Common rival"),
                    )
                ),
                *interval(words.percent),
            ],
            rows=[
                [row[key] for key in ("eras", "wars", "reversion", "mean", "lower", "upper")]
                for row in rows
            ],
        ),
    )


def _drawn(row: Row) -> Row:
    return {key: row[key] for key in ("label", "mean", "lower", "upper", "text", "hollow")}
