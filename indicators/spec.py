"""What an indicator is: the typed form of ``indicator.toml``, and of one reading."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from math import isfinite, log
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indicators.period import Period

Factor = Literal[
    "ru_west",
    "cn_us",
    "alignment",
    "asymmetry",
    "western_reaction",
    "regional_reaction",
    "trade_dependence",
]
HISTORY_COLUMNS = ("period", "value", "published_at", "source", "note")


@dataclass(frozen=True, slots=True)
class Reading:
    """One published value of one indicator for one period.

    ``published_at`` is when the publisher made the value public, UTC; ``None`` where that is not
    recorded, and then the value counts as known at the period's end plus the publication lag.
    """

    indicator: str
    period: Period
    value: float
    published_at: datetime | None
    source: str
    note: str = ""


class Strict(BaseModel):
    """Refuses keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Publisher(Strict):
    """Who publishes the values, and on what terms we may use them."""

    name: str
    url: str = Field(pattern=r"^https?://")
    terms: str
    citation: str


class Cadence(Strict):
    """How often a value is expected and how long after its period it appears."""

    expected: Literal["daily", "monthly", "yearly", "irregular"]
    publication_lag_days: int = Field(ge=0, le=1200)
    late_after_days: int = Field(ge=1, description="days past the expected date before it is late")


class Informs(Strict):
    """Where the reading acts in the model."""

    factor: Factor
    sub_constraint: str | None = None
    sign: Literal[1, -1]
    anchor: bool = False
    noise: str
    claims: tuple[str, ...] = ()


class Observation(Strict):
    """How a value turns into an observation.

    ``kind``: a flow averages the factor over its months, a stock takes the last day of its period.
    ``center`` and ``scale`` are frozen: recomputing them would change old likelihoods.
    A flow that is ``rate = true`` is divided by the months it covers before the transform, so that
    a yearly total and a monthly one are on one scale.
    """

    kind: Literal["flow", "stock"]
    likelihood: Literal["normal", "negative_binomial"]
    transform: Literal["identity", "log", "log1p", "logit_percent"] = "identity"
    rate: bool = False
    center: float = 0.0
    scale: float = Field(default=1.0, gt=0)
    weight: float = Field(default=1.0, gt=0, le=1)

    def apply(self, value: float, n_months: int) -> float:
        """Standardise one value (counts are left as they are)."""
        if self.likelihood == "negative_binomial":
            return value
        amount = value / n_months if self.rate else value
        match self.transform:
            case "identity":
                image = amount
            case "log":
                image = log(amount)
            case "log1p":
                image = log(1.0 + amount)
            case "logit_percent":
                share = min(max(amount / 100.0, 1e-4), 1 - 1e-4)
                image = log(share / (1 - share))
        return (image - self.center) / self.scale


class Coverage(Strict):
    """A window in which a count was really looked for; outside it a period is missing, not zero.

    ``last``: to this day the list was confirmed when the window was written. In an ``open`` window
    the watch goes on: whatever is recorded later counts as well, with the same recall and exposure.
    ``last`` stays as it is then, for the count's usual level is taken over the months to ``last``
    and is frozen like ``center`` and ``scale``. A month that nobody recorded is missing here too.
    ``recall``: the share of true events that the list holds, as a Beta(alpha, beta).
    ``exposure``: how much could happen at all (0.05 while the pandemic stopped travel).
    """

    first: date
    last: date
    open: bool = False
    recall: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] | None = None
    exposure: float = Field(default=1.0, gt=0)
    reason: str

    @model_validator(mode="after")
    def _in_order(self) -> Coverage:
        if self.last < self.first:
            raise ValueError(f"coverage ends ({self.last}) before it begins ({self.first})")
        return self

    def holds(self, start: date, end: date) -> bool:
        """Whether the whole stretch from ``start`` to ``end``, both included, lies within."""
        return self.first <= start and (self.open or end <= self.last)


class Plausible(Strict):
    """Values outside are quarantined; so is a fetched one that differs by more than ``jump``."""

    min: float
    max: float
    jump: float | None = None


class Indicator(Strict):
    """One thing we watch: the content of ``indicators/<id>/indicator.toml``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,47}$")
    folder: Path
    title: str = Field(max_length=80)
    question: str = Field(max_length=160)
    unit: str = Field(max_length=60)
    role: Literal["evidence", "context"] = "evidence"
    definition: str = ""
    retired: str | None = None
    publisher: Publisher
    cadence: Cadence
    informs: Informs
    observation: Observation
    plausible: Plausible
    coverage: tuple[Coverage, ...] = ()

    @model_validator(mode="after")
    def _counts_have_windows(self) -> Indicator:
        count = self.observation.likelihood == "negative_binomial"
        if count and not self.coverage:
            raise ValueError("a count needs at least one [[coverage]] window")
        if not count and self.coverage:
            raise ValueError("[[coverage]] belongs to counts (likelihood = 'negative_binomial')")
        for earlier, later in pairwise(self.coverage):
            if earlier.open:
                raise ValueError(
                    f"coverage: the window from {earlier.first} is open and another follows it; "
                    "only the last one may be open"
                )
            if later.first <= earlier.last:
                raise ValueError(
                    f"coverage: the window from {later.first} begins before the one from "
                    f"{earlier.first} ends ({earlier.last}); state them in order, without overlap"
                )
        return self

    def covers(self, period: Period) -> bool:
        """Whether a reading of the period can count; for counts a window must hold all of it."""
        return not self.coverage or any(w.holds(period.start, period.end) for w in self.coverage)

    def known_at(self, period: Period, published_at: datetime | None) -> datetime:
        """When the world could know the value: published, else period end plus the lag."""
        if published_at is not None:
            return published_at
        end = datetime(period.end.year, period.end.month, period.end.day, tzinfo=UTC)
        return end + timedelta(days=1 + self.cadence.publication_lag_days)

    def implausible(self, value: float) -> str | None:
        """Why the value cannot be right, or None."""
        if not isfinite(value):
            return f"{value} is not a finite number"
        low, high = self.plausible.min, self.plausible.max
        if not low <= value <= high:
            return f"{value:g} is outside the plausible range {low:g} to {high:g} ({self.unit})"
        return None

    def leap(self, value: float, before: float) -> str | None:
        """Why a value is worth a second look after the one of the period before, or None."""
        jump = self.plausible.jump
        if jump is None or abs(value - before) <= jump:
            return None
        return f"{value:g} after {before:g} is a change of more than {jump:g} ({self.unit})"

    @cached_property
    def history(self) -> tuple[Reading, ...]:
        """The readings of ``history.csv``, in file order.

        Raises
        ------
        ValueError
            Naming file, line and column of every problem at once.
        """
        return read_history(self.folder / "history.csv", self.id)


def read_history(path: Path, indicator: str) -> tuple[Reading, ...]:
    """Read a ``history.csv`` strictly; all problems are reported together."""
    problems: list[str] = []
    readings: list[Reading] = []
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file, strict=True)
        header = tuple(next(rows, ()))
        if header != HISTORY_COLUMNS:
            raise ValueError(
                f"{path}: columns are {', '.join(header)}; expected {', '.join(HISTORY_COLUMNS)}"
            )
        for number, row in enumerate(rows, start=2):
            try:
                readings.append(_reading(indicator, row))
            except ValueError as error:
                problems.append(f"{path}:{number}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(readings)


def _reading(indicator: str, row: list[str]) -> Reading:
    if len(row) != len(HISTORY_COLUMNS):
        raise ValueError(f"{len(row)} cells; expected {len(HISTORY_COLUMNS)}")
    period, value, published, source, note = (cell.strip() for cell in row)
    if not source:
        raise ValueError("source is empty; every value needs one")
    number = float(value)
    if not isfinite(number):
        raise ValueError(f"value {value!r} is not a finite number")
    return Reading(
        indicator=indicator,
        period=Period.parse(period),
        value=number,
        published_at=_instant(published),
        source=source,
        note=note,
    )


def _instant(text: str) -> datetime | None:
    """A moment in UTC; of a day its end, for only then was the value surely out."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-10-17"):
        return datetime.combine(moment.date(), time.max, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
