"""What a change was made of: a bar for each part, with its 90 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import altair as alt

from forecaster.belief import NewsPart
from forecaster.web.charts.parts import Chart, Sheets, finish

_WIDE, _ROW, _WRAP = 300, 30, 40


def parts(rows: Sequence[NewsPart], labels: Sequence[str]) -> Chart:
    """Bars in points, the change itself not among them; hollow is what draws leave open."""
    given = [
        {
            "label": "\n".join(wrap(label, _WRAP)),
            "points": one["points"],
            "lower": one["lower"],
            "upper": one["upper"],
            "fill": "var(--page)" if one["kind"] == "noise" else "var(--band50)",
        }
        for one, label in zip(rows, labels, strict=True)
    ]
    # The reader's font may be wider than the one that the labels were measured with.
    split = "split(datum.value, '\\n')"
    named = alt.Axis(labelLimit=260, minExtent=220, grid=False, labelExpr=split)
    y = alt.Y("label:N", title=None, sort=[str(row["label"]) for row in given], axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=5, grid=True, domain=False, ticks=False)
        return alt.X(f"{name}:Q", title="points", axis=axis)

    sheets = Sheets()
    zero = sheets.chart([{"points": 0.0}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
    base = sheets.chart(given).encode(y=y)
    bars = base.mark_bar(size=13, stroke="var(--ink)", strokeWidth=0.8).encode(
        x=x("points"), fill=alt.Fill("fill:N", scale=None)
    )
    ends = base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q")
    return finish(
        sheets, bars, ends, zero.encode(x=x("points")), wide=_WIDE, tall=_ROW * max(len(given), 1)
    )
