"""What a rule watches through time, and when it would have told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from forecaster.web.charts.history import ticks
from forecaster.web.charts.parts import Axis, Chart, Rows, Sheets, finish, percents

BROAD, BROAD_TALL = 560, 190
#: What is told how: filled, filled and small, hollow.
_LOOKS: dict[str, dict[str, Any]] = {
    "fired": {"size": 70, "fill": "var(--ink)"},
    "again": {"size": 26, "fill": "var(--ink)"},
    "resolved": {"size": 40, "fill": "var(--page)"},
}


def replay(
    seen: Sequence[Sequence[float]],
    told: Sequence[dict[str, Any]],
    unit: str,
    threshold: float | None,
) -> Chart:
    """A step, for a forecast stands until the next; points where something is told."""
    sheets = Sheets()
    first, last = seen[0][0], max(seen[-1][0], seen[0][0] + 86_400_000.0)
    values, form = ticks(first, last)
    x = alt.X(
        "x:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[first, last], nice=False),
        axis=alt.Axis(values=values, format=form, grid=False, labelFlush=False),
    )
    rows: Rows = [{"x": when, "y": value} for when, value in seen]
    y = _height(unit, max(row["y"] for row in rows), threshold)
    layers = [
        sheets.chart([*rows, {"x": last, "y": rows[-1]["y"]}])
        .mark_line(color="var(--ink)", strokeWidth=1.4, interpolate="step-after")
        .encode(x=x, y=y("y")),
        *_threshold(sheets, threshold, y),
        *_told(sheets, told, x, y),
    ]
    return finish(sheets, *layers, wide=BROAD, tall=BROAD_TALL)


def _height(unit: str, top: float, threshold: float | None) -> Axis:
    if unit != "units":
        return percents(max(top, threshold or 0.0))

    def axis(name: str) -> alt.Y:
        scale = alt.Scale(zero=False, nice=True)
        return alt.Y(f"{name}:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5))

    return axis


def _threshold(sheets: Sheets, threshold: float | None, y: Axis) -> Iterator[alt.Chart]:
    if threshold is not None:
        rule = sheets.chart([{"t": threshold}]).mark_rule(
            color="var(--muted)", strokeWidth=1, strokeDash=[4, 3]
        )
        yield rule.encode(y=y("t"))


def _told(sheets: Sheets, told: Sequence[dict[str, Any]], x: alt.X, y: Axis) -> Iterator[alt.Chart]:
    for kind, look in _LOOKS.items():
        rows = [{"x": one["when"], "y": one["value"]} for one in told if one["kind"] == kind]
        if rows:
            points = sheets.chart(rows).mark_point(
                **look, stroke="var(--ink)", strokeWidth=1.2, opacity=1
            )
            yield points.encode(x=x, y=y("y"))
