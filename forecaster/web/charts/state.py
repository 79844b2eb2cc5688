"""How things stand: the factors through time, the strength of the constraints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from forecaster.belief import Band, Constraints, Strength
from forecaster.web.charts.parts import (
    LABEL,
    SMALL_TALL,
    SMALL_WIDE,
    WIDE,
    Chart,
    Sheets,
    band_rows,
    bands,
    finish,
    years,
)
from forecaster.web.order import named_strengths

LARGE_TALL = 130


def factor(
    months: Sequence[str], band: Band, low: float, high: float, *, large: bool = False
) -> Chart:
    """One factor through time; seven of them share the scale from ``low`` to ``high``."""
    # A large one stands beside six others; every other month is all that its pixels show.
    rows = band_rows(months, band)[:: -2 if large else -1][::-1]
    x = years(rows, ticks=5 if large else 4)

    def y(name: str) -> alt.Y:
        return alt.Y(
            f"{name}:Q",
            title=None,
            scale=alt.Scale(domain=[low, high], nice=True),
            axis=alt.Axis(tickCount=4, format="~g"),
        )

    sheets = Sheets()
    zero = sheets.chart([{"mean": 0.0}]).mark_rule(color="var(--muted)", strokeWidth=0.6)
    return finish(
        sheets,
        zero.encode(y=y("mean")),
        *bands(sheets.chart(rows).encode(x=x), y),
        wide=WIDE if large else SMALL_WIDE,
        tall=LARGE_TALL if large else SMALL_TALL,
    )


def strengths(constraints: Constraints) -> Chart:
    """How strongly each family holds back: dot and 90 % interval; hollow where it is assumed."""
    rows = [_strength_row(label, one) for label, one in named_strengths(constraints).items()]
    # The reader's font may be wider than the one that the labels were measured with.
    named = alt.Axis(labelLimit=150, minExtent=126, grid=False)
    y = alt.Y("label:N", title=None, sort=[row["label"] for row in rows], axis=named)

    def x(name: str) -> alt.X:
        axis = alt.Axis(tickCount=5, grid=True, domain=False, ticks=False, labelFlush=False)
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
    note = base.mark_text(**(LABEL | {"fontSize": 10, "color": "var(--muted)"}), dx=5, align="left")
    return finish(
        sheets,
        zero.encode(x=x("mean")),
        base.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(x=x("lower"), x2="upper:Q"),
        dots["found"],
        dots["assumed"],
        note.encode(x=x("upper"), text="note:N"),
        wide=WIDE - 100,
        tall=36 * len(rows),
    )


def _strength_row(label: str, one: Strength) -> dict[str, Any]:
    return {
        "label": label,
        "mean": one["mean"],
        "lower": one["lower"],
        "upper": one["upper"],
        "assumed": one["assumed"],
        "note": "assumed" if one["assumed"] else "",
    }
