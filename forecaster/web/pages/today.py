"""Today: how likely, what changed, how it stands, what is late. Two minutes at seven."""

from __future__ import annotations

from typing import Any

from forecaster import documents, kept_files, standing
from forecaster.belief import FACTORS, Forecast, Series
from forecaster.errors import NothingKnown
from forecaster.posterior import words
from forecaster.web import drawings, timeline
from forecaster.web.figure import Column, Figure, Table, interval, yearly
from forecaster.web.order import STACK, bar, named_strengths
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, Page, View, link

SPANS = ((1, "yesterday"), (7, "a week ago"), (30, "30 days ago"), (365, "a year ago"))
YEAR = 365
NAMED = 6  # indicators that are named before the rest is counted


def view(ask: Ask) -> View:
    """The standing forecast, or the one that stood at the moment asked for."""
    try:
        document = standing.forecast(ask.site.desk.settings, ask.site.now(), ask.at)
    except NothingKnown:
        return nothing.yet(ask)
    curves, damage = ask.curves(document["forecast_id"])
    course = timeline.line(ask.site, ask.moment, YEAR, later=False)
    headline, said = document["headline"], document["words"]
    return View(
        title=f"{words.percent(headline['mean'])} {words.by_date(headline['date'])}",
        damage=damage,
        figures=_figures(document, curves) | course_figure(course),
        shown={
            "document": document,
            "sentence": words.headline_sentence(headline, said),
            "confidence": words.confidence_sentence(said),
            "prior_warning": kept_files.prior_warning(ask.site.desk.settings.home, document),
            "moves": _moves(ask, document),
            "strip": timeline.ticks(ask.site, course, link(ask)) if course.drawable else None,
            "stack": STACK,
            "factors": FACTORS,
            "horizons": [
                {**row, "label": words.by_date(row["date"]), "bar": bar(row["scenarios"])}
                for row in document["horizons"]
            ],
            "sources": _sources(ask, document),
        },
    )


PAGE = Page("/", "today.html", view)


def _figures(document: Forecast, curves: Series | None) -> dict[str, Figure]:
    found = {"strengths": strengths(document)}
    if curves is None:
        return found
    return {
        "futures": futures(curves),
        "fan": fan(document, curves),
        **factors(document, curves),
        **found,
    }


def course_figure(course: timeline.Line) -> dict[str, Figure]:
    """The headline through the year; one forecast is no line."""
    return {"through": timeline.figure(course)} if course.drawable else {}


def futures(curves: Series) -> Figure:
    """Which scenario is in force at each date."""
    outlook = curves["scenarios"]
    columns = [Column(name, words.title(name), words.percent) for name in reversed(STACK)]
    return Figure(
        title="Which scenario will be in force",
        note="Mean probability at each date; the four fill the whole.",
        alt="Areas of the four scenarios over twenty years; the table has the numbers.",
        drawing=drawings.futures(curves),
        table=Table(
            columns=[Column("month", "Month", number=False), *columns],
            rows=[
                [month, *(outlook["mean"][one.name][at] for one in columns)]
                for at, month in enumerate(outlook["months"])
            ],
            brief=yearly(outlook["months"]),
        ),
    )


def fan(document: Forecast, curves: Series) -> Figure:
    """P(alliance by date)."""
    track, months = curves["alliance_by"], curves["scenarios"]["months"]
    last = words.percent(document["horizons"][-1]["alliance_by"]["mean"])
    return Figure(
        title="An alliance by date",
        note="Mean and 90 % interval; the mark is the headline.",
        alt=f"Probability of an alliance by date, rising to {last} in twenty years.",
        drawing=drawings.fan(curves, document["headline"]),
        table=Table(
            columns=[
                Column("month", "By the end of", number=False),
                *interval(words.percent, lower="q05", upper="q95"),
            ],
            rows=[
                [month, track["mean"][at], track["q05"][at], track["q95"][at]]
                for at, month in enumerate(months)
            ],
            brief=yearly(months),
        ),
    )


def factors(document: Forecast, curves: Series, *, large: bool = False) -> dict[str, Figure]:
    """Seven charts on one scale, small ones unless told."""
    drawn = drawings.factors(curves, large=large)
    found = {}
    for name in FACTORS:
        band, now = curves["factors"][name], document["factors"][name]
        stands = f"{words.number(now['mean'])}, {words.span(now['lower'], now['upper'])}"
        found[name] = Figure(
            title=words.title(name),
            alt=f"{words.title(name)} since 1992, now {stands}.",
            drawing=drawn[name],
            small=not large,
            table=Table(
                columns=[
                    Column("month", "Month", number=False),
                    *interval(words.number, lower="q05", upper="q95"),
                ],
                rows=[
                    [month, band["mean"][at], band["q05"][at], band["q95"][at]]
                    for at, month in enumerate(curves["months"])
                ],
                brief=yearly(curves["months"]),
            ),
        )
    return found


def strengths(document: Forecast) -> Figure:
    """How strongly each family holds back."""
    rows = named_strengths(document["constraints"])
    return Figure(
        title="How strongly each constraint holds back",
        note=(
            "Above zero it holds the two apart. A hollow dot is assumed: readings have told "
            "almost nothing about it."
        ),
        alt="Constraint strengths with their intervals; the table has the numbers.",
        drawing=drawings.strengths(document["constraints"]),
        table=Table(
            columns=[
                Column("constraint", "Constraint", number=False),
                Column("mean", "Strength", words.number),
                Column("lower", "5 %", words.number),
                Column("upper", "95 %", words.number),
                Column("p_positive", "Above zero", words.percent),
                Column("contraction", "Contraction", words.number),
                Column("assumed", "Assumed", lambda yes: "assumed" if yes else "", number=False),
            ],
            rows=[
                [
                    name,
                    *(one[key] for key in ("mean", "lower", "upper")),
                    one["p_positive"],
                    one["contraction"],
                    one["assumed"],
                ]
                for name, one in rows.items()
            ],
        ),
    )


def _moves(ask: Ask, document: Forecast) -> list[tuple[str, str]]:
    """How the headline moved since the forecasts that stood then."""
    then = documents.stood(ask.site.desk, document["as_of"], [days for days, _ in SPANS])
    told = []
    for (days, name), before in zip(SPANS, then, strict=True):
        if before is None:
            told.append((f"Since {name}", "no forecast then"))
        else:
            change = document["headline"]["mean"] - before.headline_mean
            told.append((f"Since {name}", words.points(change)))
        del days
    return told


def _sources(ask: Ask, document: Forecast) -> dict[str, Any]:
    titles = {name: one.title for name, one in ask.site.desk.catalogue.items()}
    return {
        kind: {
            "count": len(names),
            "named": [(name, titles.get(name, name)) for name in names[:NAMED]],
            "more": max(0, len(names) - NAMED),
        }
        for kind, names in (
            ("failed", document["sources"]["failed"]),
            ("late", document["sources"]["late"]),
        )
    }
