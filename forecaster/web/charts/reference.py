"""What other pairs did: rates by era, and ten years of a pair like this one by stance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecaster.web.charts.parts import LABEL, WIDE, Chart, Sheets, beside, finish, layered

NARROWER = 150  # less room for the plot where the labels are long
BIN = 19


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


def calibration(panels: Sequence[Mapping[str, Any]]) -> Chart:
    """A panel for each model, a row for each bin: what came with its band, and what was expected.

    Rows have a label, ``came``, ``expected``, ``lower`` and ``upper`` (None without a band) and a
    text. All panels have one scale.
    """
    ended = [
        [
            {**row, "end": max(row["came"], row["expected"], row["upper"] or 0.0)}
            for row in panel["rows"]
        ]
        for panel in panels
    ]
    top = max(row["end"] for rows in ended for row in rows)
    sheets = Sheets()
    drawn = []
    for place, (panel, rows) in enumerate(zip(panels, ended, strict=True)):
        last = place == len(panels) - 1
        title = {"text": panel["title"], "anchor": "start", "frame": "group"} | _TITLE
        layers = _bins(sheets, rows, top, "pledges of pairs" if last else None)
        drawn.append(layered(*layers, width=WIDE - 90, height=BIN * len(rows), title=title))
    return beside(sheets, drawn, columns=1, spacing=12)


_TITLE = {"fontSize": 11, "fontWeight": "normal", "color": "var(--ink)", "offset": 4}


def _bins(
    sheets: Sheets, rows: list[dict[str, Any]], top: float, title: str | None
) -> list[alt.Chart]:
    named = alt.Axis(labelLimit=120, minExtent=76, grid=False)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in rows], axis=named)
    # Room for a dot at zero beside the labels, and for the text after the longest row.
    scale = alt.Scale(domain=[-0.03 * top, 1.3 * top], nice=False)

    step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500) if top <= 6 * one or one == 500)
    marks = list(range(0, int(top) + 1, step))

    def x(name: str) -> alt.X:
        axis = alt.Axis(values=marks, grid=True, domain=False, ticks=False)
        return alt.X(f"{name}:Q", title=title, axis=axis, scale=scale)

    base = sheets.chart(rows).encode(y=y)
    banded = sheets.chart([row for row in rows if row["upper"] is not None]).encode(y=y)
    said = base.mark_text(**(LABEL | {"fontSize": 10, "color": "var(--muted)"}), dx=8, align="left")
    return [
        banded.mark_rule(color="var(--band50)", strokeWidth=7).encode(x=x("lower"), x2="upper:Q"),
        base.mark_point(size=40, stroke="var(--ink)", fill="var(--ink)", opacity=1).encode(
            x=x("came")
        ),
        base.mark_tick(color="var(--ink)", thickness=2, size=14).encode(x=x("expected")),
        said.encode(x=x("end"), text="text:N"),
    ]
