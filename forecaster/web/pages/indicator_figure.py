"""The figure of one indicator: its readings through time, thinned where they are too many to see.

The table under the fold is whole: every vintage, in full precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from forecaster.posterior import watching, words
from forecaster.store.readings import StoredReading
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from indicators import Indicator, Period

DRAWN = 600  # rows a layer; a screen shows no more
BRIEF = 12  # rows under the fold; all are in the CSV and, page by page, below
Rows = list[dict[str, Any]]


def figure(
    indicator: Indicator,
    vintages: Sequence[StoredReading],
    standing: Sequence[StoredReading],
    fitted: Mapping[str, Any] | None,
) -> Figure:
    """``vintages`` are all that were known, ``standing`` those that count, both by period."""
    per_month = _per_month(indicator, standing)
    counts = {(one.period, one.vintage) for one in standing}
    older = [one for one in vintages if (one.period, one.vintage) not in counts]
    unit = f"{indicator.unit} a month" if per_month else indicator.unit
    last = max(standing, key=lambda one: (one.period_end, one.known_at), default=None)
    rows = _rows(indicator, standing, per_month=per_month)
    hollow = _rows(indicator, older, per_month=per_month)
    band = _band(indicator, fitted, per_month=per_month)
    return Figure(
        title="Readings through time",
        note=_note(unit, drawn=len(rows), older=len(older), fitted=bool(band)),
        alt=_alt(indicator, standing, last),
        drawing=drawings.readings(
            thinned(rows, "y"),
            thinned(hollow, "y"),
            thinned(band, "mean"),
            from_zero=indicator.plausible.min >= 0 and indicator.observation.kind == "flow",
            last=""
            if last is None
            else watching.amount(_scaled(last.value, last.period, per_month)),
        ),
        table=_table(vintages, counts),
    )


def _per_month(indicator: Indicator, standing: Sequence[StoredReading]) -> bool:
    """Whether years and months stand on one axis; then each is drawn by the month."""
    kinds = {len(one.period) for one in standing}
    return indicator.observation.rate and len(kinds) > 1


def _scaled(value: float, period: str, per_month: bool) -> float:  # noqa: FBT001 - read as a word
    return value / Period.parse(period).n_months if per_month else value


def _last_value(last: StoredReading | None, *, per_month: bool) -> str:
    if last is None:
        return ""
    return watching.amount(_scaled(last.value, last.period, per_month))


def _rows(indicator: Indicator, readings: Sequence[StoredReading], *, per_month: bool) -> Rows:
    ordered = sorted(readings, key=lambda one: (len(one.period), one.period_start))
    # Beside months a year is drawn over its whole length.
    long = len({len(one.period) for one in readings}) > 1 and indicator.observation.kind == "flow"
    rows: Rows = []
    before: StoredReading | None = None
    run = 0
    for one in ordered:
        if before is not None and not _adjoin(before, one):
            run += 1
        row = {
            "x": _place(indicator, one.period_start, one.period_end),
            "y": _scaled(one.value, one.period, per_month),
            "run": run,
        }
        if long and len(one.period) == len("2026"):
            row |= {"from": _year(one.period_start), "to": _year(one.period_end)}
        rows.append(row)
        before = one
    return rows


def _adjoin(before: StoredReading, after: StoredReading) -> bool:
    """Whether two periods of one length follow each other without a gap."""
    alike = len(before.period) == len(after.period)
    return alike and (after.period_start - before.period_end).days <= 1


def _place(indicator: Indicator, start: date, end: date) -> float:
    """Where a value stands in time: a stock at its end, a flow in its middle."""
    if indicator.observation.kind == "stock":
        return _year(end)
    return (_year(start) + _year(end)) / 2


def _year(day: date) -> float:
    length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    return round(day.year + (day.timetuple().tm_yday - 0.5) / length, 4)


def _band(indicator: Indicator, fitted: Mapping[str, Any] | None, *, per_month: bool) -> Rows:
    """What the model says of each reading, in the same runs as readings."""
    if fitted is None:
        return []
    rows: Rows = []
    before: Period | None = None
    run = 0
    said = zip(fitted["periods"], fitted["mean"], fitted["q05"], fitted["q95"], strict=True)
    for text, *values in sorted(said, key=lambda one: (len(one[0]), one[0])):
        period = Period.parse(text)
        if before is not None and (
            before.kind != period.kind or (period.start - before.end).days > 1
        ):
            run += 1
        mean, q05, q95 = (_scaled(value, text, per_month) for value in values)
        place = _place(indicator, period.start, period.end)
        rows.append({"x": place, "mean": mean, "q05": q05, "q95": q95, "run": run})
        before = period
    return rows


def thinned(rows: Rows, key: str) -> Rows:
    """At most ``DRAWN`` rows: of each stretch the lowest and the highest, so that no peak goes."""
    if len(rows) <= DRAWN:
        return rows
    stretches = DRAWN // 2
    kept: Rows = []
    for at in range(stretches):
        part = rows[at * len(rows) // stretches : (at + 1) * len(rows) // stretches]
        ends = {id(row): row for row in (min(part, key=_by(key)), max(part, key=_by(key)))}
        kept += sorted(ends.values(), key=_by("x"))
    return kept


def _by(key: str) -> Any:
    return lambda row: row[key]


def _note(unit: str, *, drawn: int, older: int, fitted: bool) -> str:
    parts = [f"In {unit}. Where the line breaks nothing is recorded, which is missing, not zero."]
    if older:
        parts.append("Hollow: replaced or taken back since.")
    if drawn > DRAWN:
        parts.append(f"Of {drawn:,} readings the lowest and highest of each stretch are drawn.")
    if fitted:
        parts.append("Band: where the model expects nine of ten readings.")
    else:
        parts.append("The standing forecast keeps nothing about what it expected of these.")
    return " ".join(parts)


def _alt(
    indicator: Indicator, standing: Sequence[StoredReading], last: StoredReading | None
) -> str:
    if last is None:
        return f"No readings of {indicator.title} yet."
    first = min(one.period for one in standing)
    return (
        f"{words.count(len(standing), 'reading')} of {indicator.title}, from {first} to "
        f"{last.period}; the last is {watching.amount(last.value)} {indicator.unit}."
    )


def _table(vintages: Sequence[StoredReading], counts: set[tuple[str, int]]) -> Table:
    return Table(
        columns=[
            Column("period", "Period", number=False),
            Column("value", "Value", watching.exactly),
            Column("vintage", "Vintage"),
            Column("known_at", "Known", words.day, number=False),
            Column("counts", "Counts", lambda yes: "yes" if yes else "no", number=False),
        ],
        rows=[
            [
                one.period,
                one.value,
                one.vintage,
                one.known_at.isoformat(),
                (one.period, one.vintage) in counts,
            ]
            for one in vintages
        ],
        brief=range(max(0, len(vintages) - BRIEF), len(vintages)),
    )
