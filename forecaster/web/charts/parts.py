"""What all charts share: rows by name, axes, bands, labels that keep apart, the quiet look.

Colours are names of the page's own style (``var(--ink)``), so that one drawing serves light, dark
and print. Hue means scenario and nothing else. Time is a decimal year: no time zone can shift it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from forecaster.belief import Band

Chart = dict[str, Any]
Rows = list[dict[str, Any]]
Axis = Callable[[str], alt.Y]

WIDE, TALL = 290, 170
SMALL_WIDE, SMALL_TALL = 205, 92
LABEL: dict[str, Any] = {"fontSize": 11, "color": "var(--ink)", "baseline": "middle"}


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


def band_rows(months: Sequence[str], band: Band) -> Rows:
    """The rows of a band through time."""
    columns = zip(
        months, band["mean"], band["q05"], band["q25"], band["q75"], band["q95"], strict=True
    )
    return [
        {"x": year(month), "mean": mean, "q05": q05, "q25": q25, "q75": q75, "q95": q95}
        for month, mean, q05, q25, q75, q95 in columns
    ]


def bands(base: alt.Chart, y: Axis) -> list[alt.Chart]:
    """Layers for 90 %, 50 % and the mean, bottom to top."""
    return [
        base.mark_area(color="var(--band90)").encode(y=y("q05"), y2="q95:Q"),
        base.mark_area(color="var(--band50)").encode(y=y("q25"), y2="q75:Q"),
        base.mark_line(color="var(--ink)", strokeWidth=1.6).encode(y=y("mean")),
    ]


def years(rows: Rows, ticks: int = 5, name: str = "x") -> alt.X:
    """The axis of years; it ends where the data end."""
    axis = alt.Axis(format="d", tickCount=ticks, grid=False, labelFlush=False)
    scale = alt.Scale(domain=[rows[0]["x"], rows[-1]["x"]], nice=False)
    return alt.X(f"{name}:Q", title=None, axis=axis, scale=scale)


def percents(top: float, title: str | None = None) -> Axis:
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


def finish(
    sheets: Sheets,
    *layers: alt.Chart,
    wide: int = WIDE,
    tall: int = TALL,
    margins: dict[str, float] | None = None,
) -> Chart:
    """The layers as one chart, in the quiet look that all share.

    The drawing is as large as its labels need, or, with ``margins``, of a size that is known
    before it is drawn: left, right, top and bottom of the plot.
    """
    size: Chart = {"width": wide, "height": tall, "padding": margins or 4}
    if margins is not None:
        size["autosize"] = {"type": "none"}
    return _whole(sheets, layered(*layers, **size))


def layered(*layers: alt.Chart, **properties: Any) -> Chart:
    """Layers as one panel.

    Panels are put together by hand and not checked: Altair copies and checks all of them again at
    each step, which takes four times as long as drawing them. Tests check every chart whole.
    """
    within = {"top_level": False}
    return {"layer": [one.to_dict(validate=False, context=dict(within)) for one in layers]} | (
        properties
    )


def beside(sheets: Sheets, panels: Sequence[Chart], *, columns: int, spacing: int) -> Chart:
    """Several panels as one chart, in the same look."""
    return _whole(
        sheets, {"concat": list(panels), "columns": columns, "spacing": spacing, "padding": 4}
    )


def _whole(sheets: Sheets, panel: Chart) -> Chart:
    return {"$schema": alt.SCHEMA_URL, **panel, "config": _QUIET, "datasets": dict(sheets)}


_QUIET: dict[str, Any] = {
    "font": "sans-serif",
    "background": "transparent",
    "aria": False,  # what a chart shows is told by the page; names of marks would double its size
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "gridColor": "var(--line)",
        "labelPadding": 5,
    },
    "axisY": {"domain": False, "ticks": False},
}
