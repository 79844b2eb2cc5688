"""The JSON documents as the description of the API shows them.

Nothing is turned by these models: the documents are those of the commands, and tests compare the
two. Moments are RFC 3339 in UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from forecaster.belief import Forecast as Published
from forecaster.sources import State


class Shape(BaseModel):
    """A document; nothing stands in it that is not described."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong, as of RFC 9457: what was given, what was expected, what to do."""

    type: str = Field(description="about:blank: the title says it")
    title: str
    status: int
    detail: str


class Quarantined(Problem):
    """A reading that cannot be right: kept aside and not used."""

    indicator: str | None = None
    period: str | None = None
    value: float | None = None
    result: Literal["quarantined"] | None = None
    why: str | None = None


Status = Literal["published", "provisional", "stale", "hindcast", "rejected"]
StoredKind = Literal["published", "provisional", "hindcast", "rejected"]


# A typed dictionary cannot narrow or widen a field of its parent; the other fields are the same.
class Forecast(Published):
    """One forecast, whole, as ``forecaster show --json`` prints it."""

    status: Status  # type: ignore[misc]


class ShortHeadline(Shape):
    """P(an alliance comes into force by the end of that month), a fraction."""

    quantity: Literal["alliance_by"]
    date: date
    mean: float
    lower: float
    upper: float


class Row(Shape):
    """One forecast in short."""

    forecast_id: str
    status: StoredKind
    as_of: datetime
    created_at: datetime
    headline: ShortHeadline
    data_hash: str
    priors_hash: str
    model_version: str
    random_seed: int


class Changed(Row):
    """The same in the history, with its change from the one before."""

    change: float | None


class ForecastPage(Shape):
    """Some forecasts, newest first; ``next`` is the cursor of the rest, null at the end."""

    forecasts: list[Row]
    next: str | None


class History(Shape):
    """Every forecast that was published, oldest first."""

    quantity: Literal["alliance_by"]
    forecasts: list[Changed]


class Visit(Shape):
    """The last visit to a source."""

    source: str
    indicators: list[str]
    visited_at: datetime
    result: str
    error: str | None
    warnings: list[str]
    succeeded_at: datetime | None
    failures: int


class Visits(Shape):
    """The last visit to each source."""

    as_of: datetime
    sources: list[Visit]


class Indicator(Shape):
    """One indicator with the state of its source."""

    id: str
    title: str
    question: str
    factor: str
    sub_constraint: str | None
    sign: Literal[-1, 1]
    unit: str
    role: Literal["evidence", "context"]
    cadence: Literal["daily", "monthly", "yearly", "irregular"]
    source: str
    source_url: str
    state: State
    days_late: int | None
    last_period: str | None
    last_value: float | None
    last_known_at: datetime | None
    n_readings: int
    n_quarantined: int
    claims: list[str]


class Indicators(Shape):
    """The catalogue."""

    as_of: datetime
    indicators: list[Indicator]
    visits: list[Visit]


class Range(Shape):
    """Values outside are set aside."""

    min: float
    max: float


class IndicatorWhole(Indicator):
    """One indicator with what its file says."""

    as_of: datetime
    definition: str
    retired: str | None
    terms: str
    citation: str
    publication_lag_days: int
    late_after_days: int
    plausible: Range


class Reading(Shape):
    """One vintage of one period."""

    period: str
    period_start: date
    period_end: date
    value: float
    published_at: datetime | None
    known_at: datetime
    recorded_at: datetime
    vintage: int
    origin: Literal["embedded", "fetched", "by_hand"]
    source: str
    note: str
    reason: str


class Readings(Shape):
    """The readings of one indicator as known at a time."""

    indicator: str
    as_of: datetime
    readings: list[Reading]


class Recorded(Shape):
    """What became of a reading."""

    indicator: str
    period: str
    value: float
    result: Literal["added", "duplicate"]
    vintage: int | None
    known_at: datetime
    why: str | None


class Lead(Shape):
    """What may be an event; ``decision`` is null while nobody has judged it."""

    id: int
    source: str
    indicator: str
    key: str
    day: date
    title: str
    url: str
    why: str
    found_at: datetime
    decision: Literal["confirmed", "dismissed"] | None
    decided_at: datetime | None
    note: str


class Leads(Shape):
    """Those that nobody has judged, or all."""

    leads: list[Lead]


class Confirmed(Shape):
    """A lead that was confirmed, and the value that its period has now, if one was recorded."""

    id: int
    decision: Literal["confirmed"]
    indicator: str
    period: str | None
    value: float | None
    reading_added: bool


class Dismissed(Shape):
    """A lead that was dismissed."""

    id: int
    decision: Literal["dismissed"]
    indicator: str


class Aside(Shape):
    """A reading that was set aside; ``value`` is null where it is no number."""

    id: int
    indicator: str
    period: str
    value: float | None
    published_at: datetime | None
    known_at: datetime
    recorded_at: datetime
    source: str
    origin: Literal["embedded", "fetched", "by_hand"]
    note: str
    why: str
    decision: str | None


class Quarantine(Shape):
    """Those that somebody has to judge, or all."""

    quarantine: list[Aside]


class Judged(Shape):
    """A value that was judged."""

    id: int
    decision: Literal["accepted", "rejected"]


class Jobs(BaseModel):
    """Every job with its last run and next time, as ``forecaster jobs status --json``."""

    jobs: list[dict[str, Any]]
    counts: dict[str, int]


class Runs(BaseModel):
    """The newest rows of the ledger."""

    runs: list[dict[str, Any]]


class Asked(BaseModel):
    """The run that was entered; the runner takes it up."""
