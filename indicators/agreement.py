"""Do two publishers tell the same story? Declared pairs of indicators, and where they disagree.

The pairs stand in ``agreement.toml``. What they say changes no value and no forecast: it is shown
to a person, since only a person can tell which of the two is wrong.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from indicators.period import Period
from indicators.spec import Strict

PATH = Path(__file__).with_name("agreement.toml")
Values = Mapping[str, float]
"""The standing values of one indicator by period, as its text."""


class Pair(Strict):
    """Two indicators that should agree.

    ``bound`` is the largest difference allowed, as a share of the larger value. ``presence`` pairs
    have none: in a month in which ``a`` is ``least`` or more, ``b`` may not be zero, by the month
    or on each of its days.
    """

    a: str
    b: str
    compare: Literal["relative", "presence"]
    bound: float | None = Field(default=None, gt=0, lt=1)
    least: float = Field(default=1.0, gt=0)
    reason: str

    @model_validator(mode="after")
    def _bound_where_it_means_something(self) -> Pair:
        if (self.bound is None) != (self.compare == "presence"):
            raise ValueError("a relative pair needs a bound, a presence pair has none")
        if self.a == self.b:
            raise ValueError(f"{self.a} cannot be compared with itself")
        return self


class _File(Strict):
    pair: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two values of one period that do not fit together."""

    pair: Pair
    period: Period
    value_a: float
    value_b: float

    @property
    def words(self) -> str:
        """The whole matter in a sentence or two."""
        pair, period = self.pair, self.period
        if pair.bound is None:
            return f"{pair.a} counts {self.value_a:g} in {period}, {pair.b} not one. {pair.reason}"
        gap = _gap(self.value_a, self.value_b)
        return (
            f"{pair.a} gives {self.value_a:g} and {pair.b} {self.value_b:g} for {period}: "
            f"{gap:.1%} apart, where {pair.bound:.1%} is allowed. {pair.reason}"
        )


def load(path: Path = PATH) -> tuple[Pair, ...]:
    """The declared pairs.

    Raises
    ------
    pydantic.ValidationError, tomllib.TOMLDecodeError
        If the file is not valid.
    """
    return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).pair


def disagreements(pairs: Iterable[Pair], values: Mapping[str, Values]) -> tuple[Disagreement, ...]:
    """Where the latest period that both of a pair have goes beyond its bound.

    Parameters
    ----------
    pairs : iterable of Pair
        As declared, from ``load``.
    values : mapping
        Standing values by indicator and period; an indicator that is missing has none.

    Returns
    -------
    tuple of Disagreement
        In the order of the pairs; a pair without a common period cannot disagree.
    """
    found = (
        _relative(pair, values.get(pair.a, {}), values.get(pair.b, {}))
        if pair.compare == "relative"
        else _presence(pair, values.get(pair.a, {}), values.get(pair.b, {}))
        for pair in pairs
    )
    return tuple(one for one in found if one is not None)


def _relative(pair: Pair, a: Values, b: Values) -> Disagreement | None:
    common = max((Period.parse(text) for text in a.keys() & b.keys()), key=_newest, default=None)
    if common is None or pair.bound is None:
        return None
    one, other = a[common.text], b[common.text]
    far = _gap(one, other) > pair.bound
    return Disagreement(pair, common, one, other) if far else None


def _presence(pair: Pair, a: Values, b: Values) -> Disagreement | None:
    months = (period for period in map(Period.parse, a) if period.kind == "month")
    both = [(period, total) for period in months if (total := _total(period, b)) is not None]
    if not both:
        return None
    common, total = max(both, key=lambda one: _newest(one[0]))
    silent = a[common.text] >= pair.least and total == 0
    return Disagreement(pair, common, a[common.text], total) if silent else None


def _total(month: Period, values: Values) -> float | None:
    """What is counted in a month: as stated, or on all of its days; None if one is missing."""
    if month.text in values:
        return values[month.text]
    days = [values.get(day) for day in _days(month)]
    known = [value for value in days if value is not None]
    return sum(known) if len(known) == len(days) else None


def _newest(period: Period) -> tuple[object, int]:
    """A month comes after the year that it ends, since it says more."""
    return period.end, len(period.text)


def _days(month: Period) -> Iterator[str]:
    last = monthrange(month.start.year, month.start.month)[1]
    return (f"{month.text}-{day:02d}" for day in range(1, last + 1))


def _gap(one: float, other: float) -> float:
    """The difference as a share of the larger; opposite signs are as far apart as can be."""
    largest = max(abs(one), abs(other))
    return abs(one - other) / largest if largest else 0.0
