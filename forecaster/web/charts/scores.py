"""How predictions fared: the PIT histogram, and skill with its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecaster.web.charts.parts import LABEL, TALL, WIDE, Chart, Sheets, finish

ROW = 24
PLOT = 190


def pit(shares: Sequence[float], low: float, high: float) -> Chart:
    """Shares of readings by where they fell, a bar for each step; the band is chance alone."""
    n = len(shares)
    bars = [
        {"from": k / n, "to": (k + 1) / n, "zero": 0.0, "share": one}
        for k, one in enumerate(shares)
    ]
    top = 1.15 * max(*shares, high)
    sheets = Sheets()
    across = alt.Axis(tickCount=5, grid=False, format="~%")
    up = alt.Axis(tickCount=4, format="~%")
    x = alt.X("from:Q", title=None, axis=across, scale=alt.Scale(domain=[0, 1], nice=False))

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", title=None, axis=up, scale=alt.Scale(domain=[0, top], nice=False))

    band = sheets.chart([{"from": 0, "to": 1, "low": low, "high": high}])
    even = sheets.chart([{"from": 0, "to": 1, "share": 1 / n}])
    return finish(
        sheets,
        band.mark_rect(color="var(--band90)").encode(x=x, x2="to:Q", y=y("low"), y2="high:Q"),
        sheets.chart(bars)
        .mark_bar(fill="var(--band50)", stroke="var(--ink)", strokeWidth=0.8)
        .encode(x=x, x2="to:Q", y=y("share"), y2="zero:Q"),
        even.mark_rule(color="var(--ink)", strokeDash=[4, 3]).encode(x=x, x2="to:Q", y=y("share")),
        wide=WIDE,
        tall=TALL,
    )


def skill(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Dots with 90 % intervals where there are any, a row each; to the right of zero is better."""
    given = [
        {**row, "lower": row["mean"], "upper": row["mean"]} if row["lower"] is None else dict(row)
        for row in rows
    ]
    named = alt.Axis(labelLimit=230, minExtent=150, grid=False)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in given], axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=5, grid=True, domain=False, ticks=False)
        return alt.X(f"{name}:Q", title="skill", axis=axis)

    sheets = Sheets()
    zero = sheets.chart([{"mean": 0.0}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
    base = sheets.chart(given).encode(y=y)
    dots = [
        base.transform_filter(f"datum.hollow == {str(hollow).lower()}")
        .mark_point(size=52, strokeWidth=1.6, stroke="var(--ink)", fill=fill, opacity=1)
        .encode(x=x("mean"))
        for hollow, fill in ((False, "var(--ink)"), (True, "var(--page)"))
    ]
    said = base.mark_text(**(LABEL | {"fontSize": 10, "color": "var(--muted)"}), dx=8, align="left")
    return finish(
        sheets,
        zero.encode(x=x("mean")),
        base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q"),
        *dots,
        said.encode(x=x("upper"), text="text:N"),
        wide=PLOT,
        tall=ROW * len(given),
    )
