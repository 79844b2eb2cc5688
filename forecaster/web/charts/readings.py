"""The readings of one indicator: what stands, what was replaced, what a fit says of each."""

from __future__ import annotations

from typing import Any

import altair as alt

from forecaster.web.charts.parts import LABEL, Chart, Rows, Sheets, finish, years

BROAD, BROAD_TALL = 400, 190
# Zero is zero, not no thousands.
_AMOUNT = "datum.value === 0 ? '0' : format(datum.value, '~s')"
DOTS = 160  # above, the line alone is clearer


def readings(
    standing: Rows, older: Rows, fitted: dict[str, Rows], *, from_zero: bool, last: str
) -> Chart:
    """Values as dots, joined where nothing is missing between them; hollow: replaced since.

    Rows have ``x``, ``y`` and the ``run`` of neighbours that they belong to, those of the ``band``
    in ``fitted`` ``mean``, ``q05`` and ``q95``; with ``from`` and ``to`` a value is drawn over its
    whole period. Marks ``beyond`` (``x``, ``y``, ``up``) say where the band leaves the chart;
    ``last`` is the text at the last value.
    """
    sheets = Sheets()
    band = fitted["band"]
    shown = [*standing, *older, *band]
    every = sorted({row[end] for row in shown for end in ("x", "from", "to") if end in row})
    ends = [{"x": every[0]}, {"x": every[-1] if every[-1] > every[0] else every[0] + 1}]
    x, start = years(ends), years(ends, name="from")
    scale = alt.Scale(zero=from_zero, nice=True)

    def y(name: str) -> alt.Y:
        return alt.Y(
            f"{name}:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, labelExpr=_AMOUNT)
        )

    points, spans = _apart(standing)
    lone = _lone(points)
    dots = points if len(points) <= DOTS else [row for row in points if row["run"] in lone]
    layers = [*_fitted(sheets, band, x, start, y), *_beyond(sheets, fitted["beyond"], x, y)]
    layers.append(
        sheets.chart(spans)
        .mark_rule(color="var(--ink)", strokeWidth=1.2)
        .encode(x=start, x2="to:Q", y=y("y"))
    )
    layers.append(
        sheets.chart(points)
        .mark_line(color="var(--ink)", strokeWidth=1.2)
        .encode(x=x, y=y("y"), detail="run:N")
    )
    if older:
        layers.append(
            sheets.chart(older)
            .mark_point(filled=False, size=26, strokeWidth=1.1, color="var(--muted)", opacity=1)
            .encode(x=x, y=y("y"))
        )
    layers.append(
        sheets.chart(dots)
        .mark_point(filled=True, size=20, color="var(--ink)", opacity=1)
        .encode(x=x, y=y("y"))
    )
    if standing:
        end = max(standing, key=lambda row: row["x"]) | {"text": last}
        layers.append(
            sheets.chart([end])
            .mark_text(**LABEL, align="left", dx=7, fontWeight=600)
            .encode(x=x, y=y("y"), text="text:N")
        )
    return finish(sheets, *layers, wide=BROAD, tall=BROAD_TALL)


def _fitted(sheets: Sheets, rows: Rows, x: alt.X, start: alt.X, y: Any) -> list[alt.Chart]:
    """The band where nine of ten readings should lie; a rule where one stands alone."""
    if not rows:
        return []
    rows, whole = _apart(rows)
    lone = _lone(rows)
    runs = sheets.chart([row for row in rows if row["run"] not in lone]).encode(x=x, detail="run:N")
    single = sheets.chart([row for row in rows if row["run"] in lone]).encode(x=x)
    spans = sheets.chart(whole).encode(x=start, x2="to:Q")
    return [
        spans.mark_rect(color="var(--band90)").encode(y=y("q05"), y2="q95:Q"),
        spans.mark_rule(color="var(--muted)", strokeWidth=1).encode(y=y("mean")),
        runs.mark_area(color="var(--band90)").encode(y=y("q05"), y2="q95:Q"),
        runs.mark_line(color="var(--muted)", strokeWidth=1).encode(y=y("mean")),
        single.mark_rule(color="var(--band90)", strokeWidth=5).encode(y=y("q05"), y2="q95:Q"),
    ]


def _beyond(sheets: Sheets, rows: Rows, x: alt.X, y: Any) -> list[alt.Chart]:
    """Triangles at the edge, pointing out of the chart."""
    return [
        sheets.chart([row for row in rows if row["up"] is up])
        .mark_point(shape=shape, filled=True, size=28, color="var(--muted)", opacity=1)
        .encode(x=x, y=y("y"))
        for up, shape in ((True, "triangle-up"), (False, "triangle-down"))
        if any(row["up"] is up for row in rows)
    ]


def _apart(rows: Rows) -> tuple[Rows, Rows]:
    """Those that are dots, and those that are drawn over their period."""
    return [row for row in rows if "to" not in row], [row for row in rows if "to" in row]


def _lone(rows: Rows) -> set[Any]:
    """Runs of one."""
    seen: dict[Any, int] = {}
    for row in rows:
        seen[row["run"]] = seen.get(row["run"], 0) + 1
    return {run for run, amount in seen.items() if amount == 1}
