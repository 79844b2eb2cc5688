"""What other pairs did: rates by era, and ten years of a pair like this one by stance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecaster.web.charts.parts import LABEL, WIDE, Chart, Sheets, finish

NARROWER = 150  # less room for the plot where the labels are long


def spans(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Probabilities as dots with 90 % intervals, a row each; hollow where ``hollow`` says so."""
    given = [dict(row) for row in rows]
    named = alt.Axis(labelLimit=230, minExtent=160, grid=False)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in given], axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=4, grid=True, domain=False, ticks=False, format="~%")
        return alt.X(f"{name}:Q", title=None, axis=axis, scale=alt.Scale(zero=True))

    sheets = Sheets()
    base = sheets.chart(given).encode(y=y)
    dots = [
        base.transform_filter(f"datum.hollow == {str(hollow).lower()}")
        .mark_point(size=52, strokeWidth=1.6, stroke="var(--ink)", fill=fill, opacity=1)
        .encode(x=x("mean"))
        for hollow, fill in ((False, "var(--ink)"), (True, "var(--page)"))
    ]
    said = base.mark_text(**(LABEL | {"fontSize": 10, "color": "var(--muted)"}), dx=5, align="left")
    return finish(
        sheets,
        base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q"),
        *dots,
        said.encode(x=x("upper"), text="text:N"),
        wide=WIDE - NARROWER + 60,
        tall=24 * len(given),
    )
