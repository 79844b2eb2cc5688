"""What lies ahead, and the rate that drives it: fan, areas of the scenarios, hazard."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from forecaster.belief import Band, Headline, Outlook, Track
from forecaster.posterior import words
from forecaster.web.charts.parts import (
    LABEL,
    WIDE,
    Chart,
    Sheets,
    apart,
    band_rows,
    bands,
    finish,
    percents,
    year,
    years,
)
from forecaster.web.order import STACK

_LABEL_GAP = 0.085  # least distance of two labels, as a part of the height


def fan(months: Sequence[str], track: Track, headline: Headline) -> Chart:
    """P(alliance by date) with its 90 % band, and the headline marked on it."""
    rows = [
        {"x": year(month), "mean": mean, "lower": lower, "upper": upper}
        for month, mean, lower, upper in zip(
            months, track["mean"], track["q05"], track["q95"], strict=True
        )
    ]
    x, y = years(rows), percents(max(row["upper"] for row in rows))
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
    return finish(
        sheets,
        base.mark_area(color="var(--band90)").encode(y=y("lower"), y2="upper:Q"),
        base.mark_line(color="var(--ink)", strokeWidth=1.6).encode(y=y("mean")),
        mark.mark_rule(color="var(--ink)", strokeWidth=1.2).encode(y=y("lower"), y2="upper:Q"),
        mark.mark_point(filled=True, size=46, color="var(--ink)", opacity=1).encode(y=y("mean")),
        mark.mark_text(**LABEL, dx=-7, dy=-8, align="right", fontWeight=600).encode(
            y=y("mean"), text="text:N"
        ),
    )


def futures(scenarios: Outlook) -> Chart:
    """Which scenario is in force, as areas that fill the whole, labelled in place."""
    months, mean = scenarios["months"], scenarios["mean"]
    sheets = Sheets()
    floor = [0.0] * len(months)
    layers: list[alt.Chart] = []
    middles: list[tuple[str, float, float]] = []
    x = years([{"x": year(month)} for month in months])
    y = percents(1.0)
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
    return finish(
        sheets,
        *layers,
        text.mark_text(**LABEL, align="left", dx=8).encode(text="text:N"),
        wide=WIDE - 82,
    )


def hazard(months: Sequence[str], band: Band) -> Chart:
    """The yearly rate into an alliance since 1992, with bands of 50 and 90 %."""
    rows = band_rows(months, band)
    last = rows[-1] | {"text": words.rate(band["mean"][-1]).removesuffix(" a year")}
    x = years(rows)
    y = percents(max(band["q95"]), title="per year")
    sheets = Sheets()
    mark = sheets.chart([last]).encode(x=x, y=y("mean"))
    return finish(
        sheets,
        *bands(sheets.chart(rows).encode(x=x), y),
        mark.mark_point(filled=True, size=30, color="var(--ink)", opacity=1),
        mark.mark_text(**LABEL, align="right", dx=-6, dy=-9, fontWeight=600).encode(text="text:N"),
    )


