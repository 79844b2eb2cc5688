"""The figure of one indicator: its readings through time, thinned where they are too many to see.

The table under the fold is whole: every vintage, in full precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from forecaster.posterior import watching, words
from forecaster.store.readings import StoredReading
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table
from forecaster.web.pages import indicator_band
from forecaster.web.pages.indicator_band import Rows
from indicators import Indicator, Period

DRAWN = 480  # rows a layer; a screen shows no more
BRIEF = 12  # rows under the fold; all are in the CSV and, page by page, below


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
    expected = indicator_band.expected(fitted)
    band = _band(indicator, expected, per_month=per_month, coarse=_coarse(standing))
    band, cut = indicator_band.cut(
        band, [row["y"] for row in [*rows, *hollow]], low=_low(indicator)
    )
    return Figure(
        title="Readings through time",
        note=" ".join(
            [
                *_notes(unit, drawn=len(rows), older=len(older), kinds=_kinds(standing)),
                *indicator_band.notes(expected, cut=bool(cut)),
            ]
        ),
        alt=_alt(indicator, standing, last),
        drawing=drawings.readings(
            thinned(rows, "y"),
            thinned(hollow, "y"),
            {"band": thinned(band, "mean"), "beyond": cut},
            from_zero=_low(indicator) is not None,
            last=_last_value(last, per_month=per_month),
        ),
        table=_table(vintages, counts, expected),
    )


def _per_month(indicator: Indicator, standing: Sequence[StoredReading]) -> bool:
    """Whether years and months stand on one axis; then each is drawn by the month."""
    scale = indicator.observation
    return (scale.rate or scale.likelihood == "negative_binomial") and len(_kinds(standing)) > 1


def _kinds(readings: Sequence[StoredReading]) -> list[int]:
    """Lengths of periods as they are written, the finest first."""
    return sorted({len(one.period) for one in readings}, reverse=True)


def _coarse(readings: Sequence[StoredReading]) -> set[int]:
    """Lengths of periods beside which there are finer ones: those are not joined by a line."""
    return set(_kinds(readings)[1:])


def _low(indicator: Indicator) -> float | None:
    """Where the axis of values ends in any case: amounts of a period start from zero."""
    return 0.0 if indicator.plausible.min >= 0 and indicator.observation.kind == "flow" else None


def _scaled(value: float, period: str, per_month: bool) -> float:  # noqa: FBT001 - read as a word
    return value / Period.parse(period).n_months if per_month else value


def _last_value(last: StoredReading | None, *, per_month: bool) -> str:
    if last is None:
        return ""
    return watching.amount(_scaled(last.value, last.period, per_month))


def _rows(indicator: Indicator, readings: Sequence[StoredReading], *, per_month: bool) -> Rows:
    ordered = sorted(readings, key=lambda one: (len(one.period), one.period_start))
    coarse = _coarse(readings)
    rows: Rows = []
    before: StoredReading | None = None
    run = 0
    for one in ordered:
        if before is not None and (len(one.period) in coarse or not _adjoin(before, one)):
            run += 1
        row = {
            "x": _place(indicator, one.period_start, one.period_end),
            "y": _scaled(one.value, one.period, per_month),
            "run": run,
        }
        if len(one.period) in coarse and indicator.observation.kind == "flow":
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
    """A day as a decimal year; of each day the middle."""
    start = _new_year(day.year)
    return round(day.year + (day.toordinal() - start + 0.5) / (_new_year(day.year + 1) - start), 4)


@cache
def _new_year(year: int) -> int:
    return date(year, 1, 1).toordinal()


def _band(
    indicator: Indicator,
    expected: indicator_band.Expected | None,
    *,
    per_month: bool,
    coarse: set[int],
) -> Rows:
    """What the model says of each reading, in the same runs as readings; none where it cannot."""
    rows: Rows = []
    before: Period | None = None
    run = 0
    for text, one in [] if expected is None else expected.ordered():
        period = Period.parse(text)
        if before is not None and (
            len(text) in coarse
            or before.kind != period.kind
            or (period.start - before.end).days > 1
        ):
            run += 1
        row = {
            "x": _place(indicator, period.start, period.end),
            "mean": _scaled(one.mean, text, per_month),
            "q05": _scaled(one.q05, text, per_month),
            "q95": _scaled(one.q95, text, per_month),
            "run": run,
        }
        if len(text) in coarse and indicator.observation.kind == "flow":
            row |= {"from": _year(period.start), "to": _year(period.end)}
        rows.append(row)
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


_NAMES = {4: "years", 7: "months", 10: "days"}


def _notes(unit: str, *, drawn: int, older: int, kinds: list[int]) -> list[str]:
    parts = [f"In {unit}. Where the line breaks nothing is recorded, which is missing, not zero."]
    if len(kinds) > 1:
        fine, *rest = (_NAMES[kind] for kind in kinds)
        parts.append(f"Dots and line: {fine}; a bar or dot by itself: {' and '.join(rest)}.")
    if older:
        parts.append("Hollow: replaced or taken back since.")
    if drawn > DRAWN:
        parts.append(f"Of {drawn:,} readings the lowest and highest of each stretch are drawn.")
    return parts


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


def _table(
    vintages: Sequence[StoredReading],
    counts: set[tuple[str, int]],
    expected: indicator_band.Expected | None,
) -> Table:
    """Every vintage; beside those that count, what the model expected."""
    said = {} if expected is None else expected.by_period
    rows: list[list[Any]] = []
    for one in vintages:
        standing = (one.period, one.vintage) in counts
        beside = said.get(one.period) if standing else None
        rows.append(
            [
                one.period,
                one.value,
                one.vintage,
                one.known_at.isoformat(),
                *((None, None, None) if beside is None else (beside.mean, beside.q05, beside.q95)),
                standing,
            ]
        )
    return Table(
        columns=[
            Column("period", "Period", number=False),
            Column("value", "Value", watching.exactly),
            Column("vintage", "Vintage"),
            Column("known_at", "Known", words.day, number=False),
            Column("expected", "Expected", watching.amount),
            Column("expected_low", "90 % from", watching.amount),
            Column("expected_high", "to", watching.amount),
            Column("counts", "Counts", lambda yes: "yes" if yes else "no", number=False),
        ],
        rows=rows,
        brief=range(max(0, len(vintages) - BRIEF), len(vintages)),
    )
