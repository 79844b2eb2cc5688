"""The constraints in depth: their levels, and what is known of their strength from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from textwrap import wrap
from typing import Any

import altair as alt

from forecaster.belief import FAMILIES, Band, Interval, Level
from forecaster.posterior import words
from forecaster.web.charts.parts import (
    LABEL,
    WIDE,
    Chart,
    Rows,
    Sheets,
    band_rows,
    bands,
    beside,
    finish,
    layered,
    years,
)

PANEL_WIDE, PANEL_TALL = 132, 84
NOTE: dict[str, Any] = LABEL | {"fontSize": 10, "color": "var(--muted)"}
# Before, by the readings alone, after: told apart by shape, for hue means scenario.
KINDS = ("before", "readings alone", "after")
SHAPES = {"before": "diamond", "readings alone": "square", "after": "circle"}
_ROW, _WRAP, _EXTENT = 56, 26, 146
PLOT_WIDE = WIDE - 110
# Names in several lines; the first would stand beside the dot, so all move up by halves of a line.
_NAMED: dict[str, Any] = {
    "labelLimit": 190,
    "minExtent": _EXTENT,
    "grid": False,
    "labelExpr": "split(datum.value, '\\n')",
    "labelLineHeight": 12,
    "labelOffset": {
        "condition": [
            {"test": f"length(split(datum.value, '\\n')) == {n}", "value": 6 - 6 * n}
            for n in (2, 3)
        ],
        "value": 0,
    },
}


def levels(months: Sequence[str], families: Mapping[str, Band]) -> Chart:
    """How high each family stands through time, on one scale; 1 is July 2001."""
    top = max(max(band["q95"]) for band in families.values())
    sheets = Sheets()

    def y(name: str) -> alt.Y:
        scale = alt.Scale(domain=[0, top], nice=True)
        return alt.Y(f"{name}:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format="~g"))

    panels = []
    for name in FAMILIES:
        rows = band_rows(months, families[name])[::-2][
            ::-1
        ]  # every other month, the last one among them
        one = sheets.chart([{"mean": 1.0}]).mark_rule(color="var(--muted)", strokeWidth=0.6)
        base = sheets.chart(rows).encode(x=years(rows, ticks=3))
        panels.append(
            layered(
                one.encode(y=y("mean")),
                *bands(base, y),
                width=PANEL_WIDE,
                height=PANEL_TALL,
                title=_heading(words.title(name)),
            )
        )
    return beside(sheets, panels, columns=2, spacing=22)


def _heading(text: str) -> Chart:
    look = {"fontSize": 11, "fontWeight": 600, "color": "var(--ink)"}
    return {"text": text, "anchor": "start", "offset": 6} | look


def sub_levels(rows: Sequence[tuple[str, Level | None, bool]]) -> Chart:
    """Families and their parts now: dot and 90 % interval; a part without indicators says so.

    Each row is a name, its level, and whether it is a whole family.
    """
    drawn: Rows = [
        {"label": _wrapped(name), "family": family, "note": "" if level else "no indicators"}
        | ({} if level is None else _span(level))
        for name, level, family in rows
    ]
    bold = {"condition": {"test": _any_of(drawn), "value": 600}, "value": 400}
    axis = alt.Axis(**_NAMED, labelFontWeight=bold)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in drawn], axis=axis)
    ticks = alt.Axis(tickCount=5, format="~g", domain=False, ticks=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", title=None, axis=ticks, scale=alt.Scale(zero=True))

    sheets = Sheets()
    then = sheets.chart([{"mean": 1.0}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
    base = sheets.chart(drawn).encode(y=y)
    known = base.transform_filter("isValid(datum.mean)")
    return finish(
        sheets,
        then.encode(x=x("mean")),
        known.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q"),
        known.transform_filter("datum.family")
        .mark_point(filled=True, size=70, color="var(--ink)", opacity=1)
        .encode(x=x("mean")),
        known.transform_filter("!datum.family")
        .mark_point(filled=True, size=34, color="var(--ink)", opacity=1)
        .encode(x=x("mean")),
        base.mark_text(**NOTE, align="left", dx=4).encode(x=alt.datum(0), text="note:N"),
        wide=PLOT_WIDE,
        tall=28 * len(drawn),
    )


def beliefs(panels: Sequence[Mapping[str, Any]]) -> Chart:
    """For each quantity three rows: before, by the readings alone, after.

    A panel has ``title``, ``rows`` of ``label``, ``before``, ``readings`` and ``after``, and
    ``rate``: whether its axis is the logarithm of a yearly rate.
    """
    sheets = Sheets()
    drawn = [
        _panel(sheets, panel["title"], panel["rows"], rate=panel["rate"], first=not at)
        for at, panel in enumerate(panels)
    ]
    return beside(sheets, drawn, columns=1, spacing=14)


def _panel(
    sheets: Sheets, title: str, given: Sequence[Mapping[str, Any]], *, rate: bool, first: bool
) -> Chart:
    rows = [row for one in given for row in _three(one)]
    if first:  # labelled once, in place
        for row in rows[:3]:
            row["note"] = row["note"] or row["kind"]
    labels = [_wrapped(one["label"]) for one in given]
    y = alt.Y("label:N", title=None, sort=labels, axis=alt.Axis(**_NAMED))
    text: dict[str, Any] = {"labelExpr": _RATE, "values": _RATES} if rate else {"format": "~g"}
    axis = alt.Axis(tickCount=5, domain=False, ticks=False, **text)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", title=title, axis=axis, scale=alt.Scale(zero=not rate))

    base = sheets.chart(rows).encode(
        y=y, yOffset=alt.YOffset("kind:N", sort=list(KINDS), scale=alt.Scale(paddingOuter=0.7))
    )
    known = base.transform_filter("isValid(datum.lower)")
    layers = [
        known.mark_rule(strokeWidth=1.2).encode(
            x=x("lower"), x2="upper:Q", stroke=alt.Stroke("ink:N", scale=None)
        ),
        known.mark_point(size=44, strokeWidth=1.4, opacity=1).encode(
            x=x("mean"),
            shape=alt.Shape("shape:N", scale=None),
            stroke=alt.Stroke("ink:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
        ),
        known.mark_text(**NOTE, dx=5, align="left").encode(x=x("upper"), text="note:N"),
        base.transform_filter("!isValid(datum.lower)")
        .mark_text(**NOTE, dx=2, align="left")
        .encode(x=x("mean"), text="note:N"),
    ]
    if not rate:
        zero = sheets.chart([{"mean": 0.0}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
        layers.insert(0, zero.encode(x=x("mean")))
    return layered(*layers, width=PLOT_WIDE, height=_ROW * len(given))


def _three(one: Mapping[str, Any]) -> Rows:
    """The rows of one quantity; what is not known is said in words where its dot would be."""
    label, after = _wrapped(one["label"]), one["after"]
    missing = {"before": "not stated", "readings alone": "the readings say nothing"}
    stated: dict[str, Interval | None] = {
        "before": one["before"],
        "readings alone": one["readings"],
        "after": after,
    }
    found: Rows = []
    for kind, interval in stated.items():
        ink = "var(--ink)" if kind == "after" else "var(--muted)"
        row = {"label": label, "kind": kind, "shape": SHAPES[kind], "ink": ink, "note": ""}
        # Hollow: nobody has learned it from readings.
        row["fill"] = "var(--page)" if kind == "before" or _assumed(kind, after) else ink
        row |= (
            {"mean": after["lower"], "note": missing[kind]} if interval is None else _span(interval)
        )
        found.append(row)
    return found


def _assumed(kind: str, after: Mapping[str, Any]) -> bool:
    return kind == "after" and bool(after["assumed"])


def _span(one: Interval) -> dict[str, Any]:
    return {"mean": one["mean"], "lower": one["lower"], "upper": one["upper"]}


def _wrapped(name: str) -> str:
    return "\n".join(wrap(name, _WRAP))


def _any_of(rows: Rows) -> str:
    """A test of the axis: whether a label is that of a family."""
    return f"indexof({[row['label'] for row in rows if row['family']]}, datum.value) >= 0"


# The yearly rate behind its logarithm, as "0.5 %"; the space does not break.
_RATES = [log(10**power) for power in range(-6, 1)]
_RATE = "format(exp(datum.value) * 100, '.1~r') + '\N{NO-BREAK SPACE}%'"
