"""What to watch: where the headline would go after the next reading of each indicator."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import altair as alt

from forecaster.watchlist import ToWatch
from forecaster.web.charts.parts import Chart, Sheets, finish

_WIDE, _ROW, _WRAP = 300, 30, 40
_MARKS = (("low", "triangle-left"), ("high", "triangle-right"))


def reaches(rows: Sequence[ToWatch], headline: float) -> Chart:
    """From the headline after a low reading to that after a high one; the line is today's."""
    given = [
        {
            "label": "\n".join(wrap(f"{one['title']}, {one['period']}", _WRAP)),
            **{name: one[name]["headline"] for name, _ in _MARKS},  # type: ignore[literal-required]
            "expected": one["expected"]["headline"],
        }
        for one in rows
    ]
    # The reader's font may be wider than the one that the labels were measured with.
    split = "split(datum.value, '\\n')"
    named = alt.Axis(labelLimit=260, minExtent=220, grid=False, labelExpr=split)
    y = alt.Y("label:N", title=None, sort=[str(row["label"]) for row in given], axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=4, grid=True, domain=False, ticks=False, format="~%")
        return alt.X(f"{name}:Q", title=None, axis=axis, scale=alt.Scale(zero=False))

    sheets = Sheets()
    now = sheets.chart([{"headline": headline}]).mark_rule(color="var(--ink)", strokeWidth=0.8)
    base = sheets.chart(given).encode(y=y)
    marks = [
        base.mark_point(shape=shape, size=70, fill="var(--ink)", stroke="var(--ink)").encode(
            x=x(name)
        )
        for name, shape in _MARKS
    ]
    return finish(
        sheets,
        base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("low"), x2="high:Q"),
        base.mark_point(size=52, fill="var(--page)", stroke="var(--ink)", opacity=1).encode(
            x=x("expected")
        ),
        *marks,
        now.encode(x=x("headline")),
        wide=_WIDE,
        tall=_ROW * max(len(given), 1),
    )
