"""The headline through time, as it was said then.

A forecast stands until the next: so the line is a step, and what was never said is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import altair as alt

from forecaster.web.charts.parts import LABEL, Chart, Rows, Sheets, finish, percents

_DAY = 86_400_000.0
_MOST_TICKS = 6
_FEW, _MANY = 60, 150  # so many points can be told apart: large ones, small ones
_LABEL_EDGE = 0.06  # how far within the plot a name keeps, as a part of its width


def headline(
    said: Sequence[Sequence[float]],
    later: Sequence[Sequence[float]],
    marks: Sequence[dict[str, Any]],
    span: Sequence[float],
    frame: dict[str, float],
) -> Chart:
    """Band, line and points of what was said; hindcasts dotted; what happened as rules."""
    first, last = span
    x, y = _time(first, last), percents(max(row[3] for row in (*said, *later)))
    sheets = Sheets()
    layers = [
        *(_marks(sheets, marks, x, span) if marks else ()),
        *(_said(sheets, said, x, y, last) if said else ()),
        *(_later(sheets, later, x, y) if later else ()),
    ]
    margins = {name: frame[name] for name in ("left", "right", "top", "bottom")}
    return finish(
        sheets, *layers, wide=int(frame["wide"]), tall=int(frame["tall"]), margins=margins
    )


def _said(
    sheets: Sheets, said: Sequence[Sequence[float]], x: alt.X, y: Any, last: float
) -> Iterator[alt.Chart]:
    points = [
        {"x": when, "mean": mean, "lower": lower, "upper": upper, "provisional": bool(provisional)}
        for when, mean, lower, upper, provisional in said
    ]
    band = [*points, points[-1] | {"x": last}]
    yield (
        sheets.chart(band)
        .mark_area(color="var(--band90)", interpolate="step-after")
        .encode(x=x, y=y("lower"), y2="upper:Q")
    )
    for provisional, rows in _runs(points, last):
        line = sheets.chart(rows).mark_line(
            color="var(--ink)",
            strokeWidth=1.6,
            strokeDash=[5, 3] if provisional else [1, 0],
            interpolate="step-after",
        )
        yield line.encode(x=x, y=y("mean"), detail="run:N")
    told_apart = points if len(points) <= _MANY else points[-1:]
    size = 34 if len(points) <= _FEW else 12
    for provisional, fill in ((False, "var(--ink)"), (True, "var(--page)")):
        rows = [row for row in told_apart if row["provisional"] == provisional]
        if rows:
            dots = sheets.chart(rows).mark_point(
                size=size, fill=fill, stroke="var(--ink)", strokeWidth=1, opacity=1
            )
            yield dots.encode(x=x, y=y("mean"))


def _runs(points: Rows, last: float) -> Iterator[tuple[bool, Rows]]:
    """The line in two parts, published and provisional, each as its runs.

    A run reaches to where the next begins, and starts from the height of the one before.
    """
    parts: dict[bool, Rows] = {False: [], True: []}
    joined: Rows = []
    runs = [(kind, list(rows)) for kind, rows in groupby(points, lambda row: row["provisional"])]
    for number, (kind, rows) in enumerate(runs):
        end = runs[number + 1][1][0]["x"] if number + 1 < len(runs) else last
        line = [*joined, *rows, {"x": end, "mean": rows[-1]["mean"]}]
        parts[kind] += [{"x": row["x"], "mean": row["mean"], "run": number} for row in line]
        joined = [{"x": end, "mean": rows[-1]["mean"]}]
    yield from ((kind, rows) for kind, rows in parts.items() if rows)


def _later(
    sheets: Sheets, later: Sequence[Sequence[float]], x: alt.X, y: Any
) -> Iterator[alt.Chart]:
    rows = [
        {"x": when, "mean": mean, "lower": lower, "upper": upper}
        for when, mean, lower, upper in later
    ]
    base = sheets.chart(rows).encode(x=x)
    yield base.mark_rule(color="var(--muted)", strokeWidth=0.8).encode(y=y("lower"), y2="upper:Q")
    yield base.mark_line(color="var(--muted)", strokeWidth=1.2, strokeDash=[1, 3]).encode(
        y=y("mean")
    )
    yield base.mark_point(
        shape="diamond", size=30, fill="var(--page)", stroke="var(--muted)", opacity=1
    ).encode(y=y("mean"))


def _marks(
    sheets: Sheets, marks: Iterable[dict[str, Any]], x: alt.X, span: Sequence[float]
) -> Iterator[alt.Chart]:
    """A rule across the plot for each, named at its top; the name stays within the drawing."""
    first, last = span
    rows = [{**one, "x": one["when"], "row": at % 2} for at, one in enumerate(marks)]
    for kind, dash, wide in (("shock", [2, 2], 0.8), ("resolution", [1, 0], 1.6)):
        found = [row for row in rows if row["kind"] == kind]
        if found:
            rule = sheets.chart(found).mark_rule(
                color="var(--muted)", strokeWidth=wide, strokeDash=dash
            )
            yield rule.encode(x=x)
    edge = _LABEL_EDGE * (last - first)
    for row, height in ((0, -18), (1, -6)):
        named = [
            {"x": min(max(one["x"], first + edge), last - edge), "text": one["text"]}
            for one in rows
            if one["row"] == row
        ]
        if named:
            look = LABEL | {"fontSize": 10, "color": "var(--muted)"}
            text = sheets.chart(named).mark_text(**look, align="center", dy=height)
            yield text.encode(x=x, y=alt.value(0), text="text:N")


def _time(first: float, last: float) -> alt.X:
    """The axis of moments, UTC; its ticks are days, months or years, as far as they go apart."""
    values, form = ticks(first, last)
    return alt.X(
        "x:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[first, last], nice=False),
        axis=alt.Axis(values=values, format=form, grid=False, labelFlush=False),
    )


def ticks(first: float, last: float) -> tuple[list[float], str]:
    """Moments to write under the axis, in milliseconds, and how to write them."""
    days = (last - first) / _DAY
    start = datetime.fromtimestamp(first / 1000, UTC).date()
    if days <= 75:
        every = next((one for one in (1, 2, 5, 7, 14) if days / one <= _MOST_TICKS), 14)
        wanted = [start + timedelta(days=every * at) for at in range(int(days / every) + 2)]
        return _within(wanted, first, last), "%-d %b"
    months = days / 30.44
    if months <= 30:
        every = next((one for one in (1, 2, 3, 6) if months / one <= _MOST_TICKS), 6)
        return _within(_months(start, every, int(months) + 2), first, last), "%b %Y"
    years = months / 12
    every = next((one for one in (1, 2, 5, 10) if years / one <= _MOST_TICKS), 20)
    begin = start.year - start.year % every
    wanted = [date(begin + every * at, 1, 1) for at in range(int(years / every) + 3)]
    return _within(wanted, first, last), "%Y"


def _months(start: date, every: int, amount: int) -> list[date]:
    """First days of months, of every so many, counted from January."""
    begin = 12 * start.year + (start.month - 1) // every * every
    found = range(begin, begin + amount + every, every)
    return [date(month // 12, month % 12 + 1, 1) for month in found]


def _within(wanted: Iterable[date], first: float, last: float) -> list[float]:
    moments = [datetime(one.year, one.month, one.day, tzinfo=UTC) for one in wanted]
    inside = [1000 * one.timestamp() for one in moments if first <= 1000 * one.timestamp() <= last]
    return inside or [last]
