"""The figures of drivers and constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from forecaster.belief import FAMILIES, Forecast, Interval, Level, Series
from forecaster.posterior import words
from forecaster.posterior.learned import TOGETHER, Learned
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table, yearly
from forecaster.web.pages import today


class Part(NamedTuple):
    """One sub-constraint; without indicators it has no level."""

    family: str
    name: str
    title: str
    level: Level | None


class Panel(NamedTuple):
    """Quantities on one axis; ``rate``: the axis is the logarithm of a yearly rate."""

    title: str
    names: tuple[str, ...]
    rate: bool = False


PANELS = (
    Panel("sd of alignment, for one unit of level or one sd", (TOGETHER, *FAMILIES, "c_R", "c_C")),
    Panel("gain of the log rate", ("b_T", "b_al")),
    Panel("a year, on a logarithmic scale", ("b_A",), rate=True),
)


def of(
    document: Forecast,
    curves: Series | None,
    known: Mapping[str, Learned] | None,
    parts: Sequence[Part],
) -> dict[str, Figure]:
    """All of them; those of the curves need the posterior, the comparison needs the priors."""
    found = {"strengths": today.strengths(document), "sub_levels": sub_levels(document, parts)}
    if known is not None:
        found["beliefs"] = beliefs(known)
    if curves is None:
        return found
    return {**factors(document, curves), **found, "levels": levels(curves)}


def factors(document: Forecast, curves: Series) -> dict[str, Figure]:
    """The seven through time, each with where it stands now."""
    return {
        name: replace(one, note=_stands(document, name))
        for name, one in today.factors(document, curves, large=True).items()
    }


def _stands(document: Forecast, name: str) -> str:
    now, level = document["factors"][name], document["constraints"]["levels"].get(name)
    text = f"Now {words.number(now['mean'])} ({words.span(now['lower'], now['upper'])})"
    if level is not None:
        high = words.span(level["lower"], level["upper"])
        text += f", which is a level of {words.number(level['mean'])} ({high})"
    return f"{text}."


def levels(curves: Series) -> Figure:
    """How high each family stands through time."""
    columns = [
        Column(f"{name}_{key}", f"{words.title(name)}, {title}", words.number)
        for name in FAMILIES
        for key, title in (("mean", "mean"), ("q05", "5 %"), ("q95", "95 %"))
    ]
    bands: dict[str, dict[str, Any]] = {name: {**curves["levels"][name]} for name in FAMILIES}
    return Figure(
        title="How high each family has stood",
        note="1 is July 2001; 0 would be lifted. Line: mean; bands: 50 and 90 %.",
        alt="Levels of the four families of constraints since 1992; the table has the numbers.",
        drawing=drawings.levels(curves),
        table=Table(
            columns=[Column("month", "Month", number=False), *columns],
            rows=[
                [
                    month,
                    *(bands[name][key][at] for name in FAMILIES for key in ("mean", "q05", "q95")),
                ]
                for at, month in enumerate(curves["months"])
            ],
            brief=yearly(curves["months"]),
        ),
    )


def sub_levels(document: Forecast, parts: Sequence[Part]) -> Figure:
    """Families and their parts now."""
    whole = document["constraints"]["levels"]
    rows: list[tuple[str, Level | None, bool]] = []
    table: list[list[Any]] = []
    for family in FAMILIES:
        rows.append((words.title(family), whole[family], True))
        table.append([words.title(family), "", *_three(whole[family]), len(_under(whole[family]))])
        for part in parts:
            if part.family == family:
                rows.append((part.title, part.level, False))
                under = [] if part.level is None else _under(part.level)
                table.append([words.title(family), part.title, *_three(part.level), len(under)])
    silent = sum(one.level is None for one in parts)
    return Figure(
        title="How high each constraint stands now",
        note=(
            "1, the line, is July 2001; 0 would be lifted. Dot: mean; bar: 90 %. "
            f"{words.without_indicators(silent, len(parts))}"
        ),
        alt="Level of each family and sub-constraint; the table has the numbers.",
        drawing=drawings.sub_levels(rows),
        table=Table(
            columns=[
                Column("family", "Family", number=False),
                Column("sub_constraint", "Sub-constraint", number=False),
                *(
                    Column(key, title, words.number)
                    for key, title in (("mean", "Level"), ("lower", "5 %"), ("upper", "95 %"))
                ),
                Column(
                    "indicators", "Indicators", lambda amount: str(amount) if amount else "none"
                ),
            ],
            rows=table,
        ),
    )


def beliefs(known: Mapping[str, Learned]) -> Figure:
    """Before, by the readings alone, after."""
    panels = [
        {
            "title": panel.title,
            "rate": panel.rate,
            "rows": [
                {
                    "label": words.title(name),
                    "before": known[name].before,
                    "readings": known[name].readings,
                    "after": known[name].after,
                }
                for name in panel.names
                if name in known
            ],
        }
        for panel in PANELS
    ]
    pairs = (("before", "Before"), ("readings", "Readings alone"), ("after", "After"))
    return Figure(
        title="Before, by the readings alone, and now",
        note=(
            "Dot: mean; bar: 90 %. The middle one is what the readings add to the prior, as if "
            "both were normal; where they take away less than a tenth of its spread, they say "
            "nothing, and what is believed is assumed (hollow)."
        ),
        alt="Prior, readings and posterior of each strength; the table has the numbers.",
        drawing=drawings.beliefs([one for one in panels if one["rows"]]),
        table=Table(
            columns=[
                Column("quantity", "Quantity", number=False),
                *(
                    Column(f"{key}_{part}", f"{title}, {end}", words.number)
                    for key, title in pairs
                    for part, end in (("mean", "mean"), ("lower", "5 %"), ("upper", "95 %"))
                ),
                Column("contraction", "Spread taken away", words.taken),
                Column("assumed", "", lambda yes: "assumed" if yes else "", number=False),
            ],
            rows=[
                [
                    words.title(name),
                    *_three(one.before),
                    *_three(one.readings),
                    *_three(one.after),
                    one.after["contraction"],
                    one.after["assumed"],
                ]
                for name, one in known.items()
            ],
        ),
    )


def _three(one: Interval | None) -> list[float | None]:
    return [None] * 3 if one is None else [one["mean"], one["lower"], one["upper"]]


def _under(level: Level) -> list[str]:
    return level.get("indicators", [])
