"""The charts of the report, as Vega-Lite.

Colours are names of the page's own style (``var(--ink)``), so that one drawing serves light, dark
and print. Hue means scenario and nothing else. Time is a decimal year: no time zone can shift it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from forecaster.belief import FACTORS, Band, Constraints, Headline, Series, Strength
from forecaster.posterior import words

Chart = dict[str, Any]
Rows = list[dict[str, Any]]
Axis = Callable[[str], alt.Y]

#: Bottom to top: what is asked about stands on the axis, the state of today fills the rest.
STACK = ("alliance", "balancing", "rupture", "retreat")
WIDE, TALL = 290, 170
SMALL_WIDE, SMALL_TALL = 205, 92
_LABEL_GAP = 0.085  # least distance of two labels, as a part of the height


class Sheets(dict[str, Rows]):
    """The rows of one chart by name. Altair only sees the names: checking rows takes it seconds."""

    def chart(self, rows: Rows, layer: str | None = None) -> alt.Chart:
        """A chart that draws these rows."""
        name = f"rows_{len(self)}"
        self[name] = rows
        data = alt.NamedData(name=name)
        return alt.Chart(data) if layer is None else alt.Chart(data, name=layer)


def year(month: str) -> float:
    """The middle of a month as a decimal year: ``2001-07`` is 2001.54."""
    return int(month[:4]) + (int(month[5:7]) - 0.5) / 12


def fan(series: Series, headline: Headline) -> Chart:
    """P(alliance by date) with its 90 % band, and the headline marked on it."""
    track = series["alliance_by"]
    rows = [
        {"x": year(month), "mean": mean, "lower": lower, "upper": upper}
        for month, mean, lower, upper in zip(
            series["scenarios"]["months"], track["mean"], track["q05"], track["q95"], strict=True
        )
    ]
    x, y = _years(rows), _percent(max(row["upper"] for row in rows))
    sheets = Sheets()
    base = sheets.chart(rows).encode(x=x)
    here = {
        "x": year(headline["date"][:7]),
        "mean": headline["mean"],
        "lower": headline["lower"],
        "upper": headline["upper"],
        "text": words.percent(headline["mean"]),
    }
    mark = sheets.chart([here]).encode(x=x)
    return _finish(
        sheets,
        base.mark_area(color="var(--band90)").encode(y=y("lower"), y2="upper:Q"),
        base.mark_line(color="var(--ink)", strokeWidth=1.6).encode(y=y("mean")),
        mark.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(y=y("lower"), y2="upper:Q"),
        mark.mark_point(filled=True, size=46, color="var(--ink)", opacity=1).encode(y=y("mean")),
        mark.mark_text(**_LABEL, dx=-7, dy=-8, align="right", fontWeight=600).encode(
            y=y("mean"), text="text:N"
        ),
    )


def futures(series: Series) -> Chart:
    """Which scenario is in force, as areas that fill the whole, labelled in place."""
    months, mean = series["scenarios"]["months"], series["scenarios"]["mean"]
    sheets = Sheets()
    floor = [0.0] * len(months)
    layers: list[alt.Chart] = []
    middles: list[tuple[str, float, float]] = []
    x = _years([{"x": year(month)} for month in months])
    y = _percent(1.0)
    for name in STACK:
        top = [low + share for low, share in zip(floor, mean[name], strict=True)]
        rows = [
            {"x": year(month), "lower": low, "upper": high}
            for month, low, high in zip(months, floor, top, strict=True)
        ]
        # The layer's name becomes a class of the drawing; in print it carries the pattern.
        layers.append(
            sheets.chart(rows, layer=name)
            .mark_area(color=f"var(--{name})", stroke="var(--page)", strokeWidth=0.8)
            .encode(x=x, y=y("lower"), y2="upper:Q")
        )
        middles.append((name, (floor[-1] + top[-1]) / 2, mean[name][-1]))
        floor = top
    heights = apart([middle for _, middle, _ in middles], _LABEL_GAP)
    labels = [
        {
            "x": year(months[-1]),
            "y": height,
            "text": f"{words.title(name)} {words.percent(share)}",
        }
        for (name, _, share), height in zip(middles, heights, strict=True)
    ]
    text = sheets.chart(labels).encode(x=x, y=y("y"))
    return _finish(
        sheets,
        *layers,
        text.mark_text(**_LABEL, align="left", dx=8).encode(text="text:N"),
        wide=WIDE - 82,
    )


def hazard(series: Series) -> Chart:
    """The yearly rate into an alliance since 1992, with bands of 50 and 90 %."""
    band = series["hazard"]
    rows = _band_rows(series["months"], band)
    last = rows[-1] | {"text": words.rate(band["mean"][-1]).removesuffix(" a year")}
    x = _years(rows)
    y = _percent(max(band["q95"]), title="per year")
    sheets = Sheets()
    mark = sheets.chart([last]).encode(x=x, y=y("mean"))
    return _finish(
        sheets,
        *_band(sheets.chart(rows).encode(x=x), y),
        mark.mark_point(filled=True, size=30, color="var(--ink)", opacity=1),
        mark.mark_text(**_LABEL, align="right", dx=-6, dy=-9, fontWeight=600).encode(text="text:N"),
    )


def factors(series: Series) -> dict[str, Chart]:
    """Seven small charts on one scale, so that their moves can be compared."""
    bands = series["factors"]
    low = min(min(bands[name]["q05"]) for name in FACTORS)
    high = max(max(bands[name]["q95"]) for name in FACTORS)
    return {name: _factor(series["months"], bands[name], low, high) for name in FACTORS}


def _factor(months: Sequence[str], band: Band, low: float, high: float) -> Chart:
    rows = _band_rows(months, band)
    x = _years(rows, ticks=4)

    def y(name: str) -> alt.Y:
        return alt.Y(
            f"{name}:Q",
            title=None,
            scale=alt.Scale(domain=[low, high], nice=True),
            axis=alt.Axis(tickCount=4, format="~g"),
        )

    sheets = Sheets()
    zero = sheets.chart([{"mean": 0.0}]).mark_rule(color="var(--muted)", strokeWidth=0.6)
    return _finish(
        sheets,
        zero.encode(y=y("mean")),
        *_band(sheets.chart(rows).encode(x=x), y),
        wide=SMALL_WIDE,
        tall=SMALL_TALL,
    )


def strengths(constraints: Constraints) -> Chart:
    """How strongly each family holds back: dot and 90 % interval; hollow where it is assumed."""
    rows = [_strength_row(label, one) for label, one in named_strengths(constraints).items()]
    # The reader's font may be wider than the one that the labels were measured with.
    named = alt.Axis(labelLimit=150, minExtent=126, grid=False)
    y = alt.Y("label:N", title=None, sort=None, axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=5, grid=True, domain=False, ticks=False)
        return alt.X(f"{name}:Q", title=None, axis=axis)

    sheets = Sheets()
    zero = sheets.chart([{"mean": 0.0}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
    base = sheets.chart(rows).encode(y=y)
    dots = {
        kind: base.transform_filter(f"datum.assumed == {str(assumed).lower()}")
        .mark_point(size=62, strokeWidth=1.6, stroke="var(--ink)", fill=fill, opacity=1)
        .encode(x=x("mean"))
        for kind, assumed, fill in (
            ("found", False, "var(--ink)"),
            ("assumed", True, "var(--page)"),
        )
    }
    note = base.mark_text(
        **(_LABEL | {"fontSize": 10, "color": "var(--muted)"}), dx=5, align="left"
    )
    return _finish(
        sheets,
        zero.encode(x=x("mean")),
        base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q"),
        dots["found"],
        dots["assumed"],
        note.encode(x=x("upper"), text="note:N"),
        wide=WIDE - 100,
        tall=36 * len(rows),
    )


def named_strengths(constraints: Constraints) -> dict[str, Strength]:
    """All together, then each family, by their names for people."""
    return {"All together": constraints["strength"]} | {
        words.title(name): one for name, one in constraints["families"].items()
    }


def _strength_row(label: str, one: Strength) -> dict[str, Any]:
    return {
        "label": label,
        "mean": one["mean"],
        "lower": one["lower"],
        "upper": one["upper"],
        "assumed": one["assumed"],
        "note": "assumed" if one["assumed"] else "",
    }


def apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Heights near the wanted ones, in the same order, at least ``gap`` apart, within 0 to 1."""
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + gap) if placed else max(height, gap / 2))
    ceiling = 1 - gap / 2
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


_LABEL: dict[str, Any] = {"fontSize": 11, "color": "var(--ink)", "baseline": "middle"}


def _band_rows(months: Sequence[str], band: Band) -> Rows:
    columns = zip(
        months, band["mean"], band["q05"], band["q25"], band["q75"], band["q95"], strict=True
    )
    return [
        {"x": year(month), "mean": mean, "q05": q05, "q25": q25, "q75": q75, "q95": q95}
        for month, mean, q05, q25, q75, q95 in columns
    ]


def _band(base: alt.Chart, y: Axis) -> list[alt.Chart]:
    return [
        base.mark_area(color="var(--band90)").encode(y=y("q05"), y2="q95:Q"),
        base.mark_area(color="var(--band50)").encode(y=y("q25"), y2="q75:Q"),
        base.mark_line(color="var(--ink)", strokeWidth=1.6).encode(y=y("mean")),
    ]


def _years(rows: Rows, ticks: int = 5) -> alt.X:
    """The axis of years; it ends where the data end."""
    axis = alt.Axis(format="d", tickCount=ticks, grid=False, labelFlush=False)
    scale = alt.Scale(domain=[rows[0]["x"], rows[-1]["x"]], nice=False)
    return alt.X("x:Q", title=None, axis=axis, scale=scale)


def _percent(top: float, title: str | None = None) -> Axis:
    """The axis of probabilities: always from zero."""

    def axis(name: str) -> alt.Y:
        return alt.Y(
            f"{name}:Q",
            title=title,
            scale=alt.Scale(domain=[0, min(top * 1.08, 1.0)], nice=top < 1),
            axis=alt.Axis(tickCount=4, labelExpr=_PERCENT_LABEL),
        )

    return axis


# 0.25 as "25 %"; a quarter of a per cent keeps its decimals. The space does not break.
_PERCENT_LABEL = "format(datum.value * 100, '~r') + '\N{NO-BREAK SPACE}%'"


def _finish(sheets: Sheets, *layers: alt.Chart, wide: int = WIDE, tall: int = TALL) -> Chart:
    chart = alt.layer(*layers).properties(width=wide, height=tall, padding=4)
    quiet: dict[str, Any] = {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "gridColor": "var(--line)",
        "labelPadding": 5,
    }
    finished: Chart = (
        chart.configure(font="sans-serif", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**quiet)
        .configure_axisY(domain=False, ticks=False)
        .to_dict()
    )
    return finished | {"datasets": dict(sheets)}
