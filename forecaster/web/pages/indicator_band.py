"""What the standing fit expected of each reading of an indicator, and how that is drawn and told.

A prediction is one that did not see the reading: from all the others. Posteriors of earlier
versions know only what was fitted to the reading itself; the page then says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from forecaster.posterior import words

TRUSTED = 0.7  # of pareto_k; above it the weights that leave a reading out mean little
BEYOND = 0.5  # of how far the readings are apart
Rows = list[dict[str, Any]]


class Said(NamedTuple):
    """Of one reading: the mean, and where it lies in nine of ten cases."""

    mean: float
    q05: float
    q95: float


@dataclass(frozen=True)
class Expected:
    """By period what the model says, and the observed value of all that it was asked about.

    ``blind`` is False where the reading itself had a say; ``unsaid`` periods pulled the fit so much
    that only one without them would tell, or have no others beside them.
    """

    by_period: Mapping[str, Said]
    observed: Mapping[str, float]
    blind: bool

    @property
    def unsaid(self) -> int:
        """Of how many readings nothing can be said."""
        return len(self.observed) - len(self.by_period)

    @property
    def outside(self) -> int:
        """How many readings lie outside of what was expected."""
        return sum(
            not said.q05 <= self.observed[period] <= said.q95
            for period, said in self.by_period.items()
        )

    def ordered(self) -> list[tuple[str, Said]]:
        """Years, then months, then days, each in the order of time."""
        return sorted(self.by_period.items(), key=lambda one: (len(one[0]), one[0]))


def expected(fitted: Mapping[str, Any] | None) -> Expected | None:
    """What a posterior says of the readings of one indicator, if it does."""
    if fitted is None:
        return None
    observed = dict(zip(fitted["periods"], fitted["observed"], strict=True))
    without = fitted.get("left_out")
    if without is None:
        said = zip(fitted["mean"], fitted["q05"], fitted["q95"], strict=True)
        found = dict(zip(fitted["periods"], (Said(*one) for one in said), strict=True))
        return Expected(found, observed, blind=False)
    rows = zip(
        fitted["periods"],
        without["pareto_k"],
        without["mean"],
        without["q05"],
        without["q95"],
        strict=True,
    )
    found = {
        period: Said(*values)
        for period, shape, *values in rows
        if shape is not None and shape <= TRUSTED
    }
    return Expected(found, observed, blind=True)


def cut(band: Rows, readings: Sequence[float], *, low: float | None) -> tuple[Rows, Rows]:
    """The band within sight of the readings, and a mark where a stretch of it goes on beyond.

    A mean is in sight as far beyond the readings as they are apart, an interval half as far beyond
    both: more of it would press the readings flat. Marks have ``x``, ``y`` and ``up``. ``low`` is
    where the axis ends in any case.
    """
    if not band or not readings:
        return band, []
    high, deep = max(readings), min(readings)
    span = (high - deep) or abs(high) or 1.0
    top = max([high, *(min(row["mean"], high + span) for row in band)]) + BEYOND * span
    bottom = min([deep, *(max(row["mean"], deep - span) for row in band)]) - BEYOND * span
    bottom = bottom if low is None else max(bottom, low)
    within = [
        row | {name: min(max(row[name], bottom), top) for name in ("mean", "q05", "q95")}
        for row in band
    ]
    marks = [
        *_beyond(band, "q95", 1.0, top),
        *(_beyond(band, "q05", -1.0, bottom) if low is None else []),
    ]
    return within, marks


def _beyond(band: Rows, end: str, sign: float, edge: float) -> Rows:
    """One mark for each stretch of neighbours beyond the edge, where it goes farthest."""
    marks: Rows = []
    stretch: Rows = []
    for row in [*band, None]:
        out = row is not None and sign * row[end] > sign * edge
        if stretch and (row is None or not out or row["run"] != stretch[-1]["run"]):
            farthest = max(stretch, key=lambda one: sign * one[end])
            marks.append({"x": farthest["x"], "y": edge, "up": sign > 0})
            stretch = []
        if row is not None and out:
            stretch.append(row)
    return marks


def notes(said: Expected | None, *, cut: bool) -> list[str]:
    """What the band means, and how often readings lay outside of it."""
    if said is None:
        return ["The standing forecast keeps nothing about what it expected of these."]
    parts = []
    if not said.blind:
        parts.append(
            "Band: where the model expects nine of ten readings; the standing forecast is of an "
            "earlier version, in which each reading helped to place its own band."
        )
    elif said.by_period:
        outside = f"{said.outside:,} of {words.count(len(said.by_period), 'reading')}"
        parts.append(
            "Band: where nine of ten readings are expected, each from all the others; "
            f"{outside} {'lies' if said.outside == 1 else 'lie'} outside."
        )
    if said.unsaid:
        parts.append(
            f"{words.count(said.unsaid, 'reading')} without a band: nothing but a fit without "
            f"{'it' if said.unsaid == 1 else 'each'} could tell what was to be expected."
        )
    if cut:
        parts.append("Triangles: the band goes on beyond the chart.")
    return parts
