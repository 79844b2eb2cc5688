"""The scoreboards: how predictions of readings fared, and what is known of the question itself."""

from __future__ import annotations

from typing import Any

from forecaster.errors import WrongValue
from forecaster.posterior import phrases_reference, watching, words
from forecaster.posterior import scores_words as say
from forecaster.posterior.skill import BASELINES, BINS
from forecaster.scoring import board
from forecaster.store.predictions import HINDCAST, KINDS, LIVE
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages.page import Ask, Page, View, link

Row = dict[str, Any]
HORIZONS = (1, 3, 12)


def view(ask: Ask) -> View:
    """Both scoreboards as known at the moment asked for; live forecasts unless hindcasts are."""
    kind = _kind(ask)
    found = board.document(ask.site.desk, kind, ask.site.now(), ask.at)
    overall = found["overall"]
    figures = {} if overall is None else {"skill": skill(found), "pit": pit(found)}
    lead = link(ask)
    return View(
        title="How good it was",
        figures=figures,
        shown={
            "kinds": [
                {
                    "name": say.KINDS[one],
                    "href": lead("/score", **({} if one == LIVE else {"kind": one})),
                    "chosen": one == kind,
                }
                for one in KINDS
            ],
            "found": found,
            "method": say.method(found) if overall is not None else "",
            "pseudo": say.PSEUDO if kind == HINDCAST else "",
            "rows": [_row(one) for one in found["by_indicator"]],
            "misses": [_miss(one) for one in found["misses"]],
            "month": found["month"],
            "due": [_due(one) for one in found["due"]],
            "question": say.question(found),
            "steady": list(say.steadiness(found)),
            "reference": list(phrases_reference.skill(found["reference"])),
        },
    )


PAGE = Page("/score", "score.html", view)


def _kind(ask: Ask) -> str:
    kind = ask.query.get("kind", LIVE)
    if kind not in KINDS:
        raise WrongValue("kind", f"{kind!r} is no kind; there are {', '.join(KINDS)}")
    return kind


def _row(one: Row) -> Row:
    by_ahead = {cell["ahead"]: cell for cell in one["by_ahead"]}
    return {
        "indicator": one["indicator"],
        "title": one["title"],
        "readings": one["readings"],
        "skill": say.skill(one["skill"]["no_change"]),
        "cells": [
            say.skill(by_ahead[k]["skill"]["no_change"]) if k in by_ahead else "–" for k in HORIZONS
        ],
        "half": say.part(one["coverage"]["50"]),
        "most": say.part(one["coverage"]["90"]),
    }


def _miss(one: Row) -> Row:
    return {
        **one,
        "came": watching.amount(one["value"]),
        "stated": say.expected(one["expected"]),
        "chance": words.percent(one["tail"]),
    }


def _due(one: Row) -> Row:
    return {**one, "stated": say.expected(one["expected"])}


def skill(found: Row) -> Figure:
    """Skill against each baseline, over all and by horizon."""
    groups = [("all", found["overall"])] + [
        (f"{one['ahead']} {'month' if one['ahead'] == 1 else 'months'}", one)
        for one in found["by_ahead"]
    ]
    rows = [
        {
            "label": f"{name}, against {say.NAMES[way]}",
            "text": words.number(one["skill"][way]["mean"]),
            "hollow": way != "no_change",
            **one["skill"][way],
        }
        for name, one in groups
        for way in BASELINES
        if one["skill"][way]["mean"] is not None
    ]
    overall = found["overall"]["skill"]["no_change"]
    return Figure(
        title="How much better than going on without a model",
        note="1 less the ratio of the CRPS; right of zero is better. Full: against no change. "
        "90 % intervals where enough has been scored.",
        alt=f"Skill against no change over all readings: {words.number(overall['mean'])}, "
        f"{say.verdict(overall)}.",
        drawing=drawings.skill(rows),
        table=Table(
            columns=[
                Column("readings", "Readings", number=False),
                *(
                    Column(name, title, words.number)
                    for name, title in (("skill", "Skill"), ("lower", "5 %"), ("upper", "95 %"))
                ),
            ],
            rows=[[row["label"], row["mean"], row["lower"], row["upper"]] for row in rows],
        ),
    )


def pit(found: Row) -> Figure:
    """Where in their distributions readings fell."""
    n = found["overall"]["readings"]
    low, high = say.chance_band(n, BINS)
    shares = found["pit"]
    outside = sum(not low <= one <= high for one in shares)
    return Figure(
        title="Where readings fell in what was expected of them",
        note="Share of readings in each tenth of their distributions; a tenth each if these are "
        "right. Band: 90 % by chance alone.",
        alt=f"PIT histogram of {words.count(n, 'reading')}: {outside} of {BINS} bars lie outside "
        "what chance alone would do.",
        drawing=drawings.pit(shares, low, high),
        table=Table(
            columns=[
                Column("from", "From", words.number),
                Column("to", "To", words.number),
                Column("share", "Share", words.percent),
            ],
            rows=[[k / BINS, (k + 1) / BINS, one] for k, one in enumerate(shares)],
        ),
    )
