"""The scoreboards, as the description of the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from forecaster.web.api.shapes import Shape
from forecaster.web.api.shapes_reference import Skills


class Estimate(Shape):
    """A mean and its 90 % interval; null where too little has been scored."""

    mean: float | None
    lower: float | None
    upper: float | None


class Against(Shape):
    """A figure for each of the ways to go on without a model."""

    no_change: Estimate
    trend: Estimate
    seasonal: Estimate


class Coverage(Shape):
    """Shares of readings within their central intervals."""

    half: Estimate = Field(alias="50")
    most: Estimate = Field(alias="90")


class Fared(Shape):
    """How readings fared: skill by CRPS, gain in log score (nats a reading), coverage."""

    readings: int
    predictions: int
    skill: Against
    log_gain: Against
    coverage: Coverage


class Ahead(Fared):
    """The same for one horizon, in months."""

    ahead: int


class OfIndicator(Fared):
    """The same for one indicator, and by its horizons."""

    indicator: str
    title: str
    by_ahead: list[Ahead]


class Expected(Shape):
    """What was predicted: median and central 90 %, in the unit of the reading."""

    median: float
    lower: float
    upper: float


class Miss(Shape):
    """A reading far out in what was expected; ``tail`` is the chance of one as far out."""

    indicator: str
    title: str
    unit: str
    period: str
    ahead: int
    made_at: datetime
    forecast_id: str
    value: float
    known_at: datetime
    expected: Expected
    pit: float
    tail: float
    skill: float


class Due(Shape):
    """A reading that the newest forecast predicts, by the day on which it is due."""

    indicator: str
    title: str
    unit: str
    period: str
    due: date
    forecast_id: str
    expected: Expected


class Made(Shape):
    """Predictions: made, scored, past their due date without a reading, and the next one due."""

    made: int
    scored: int
    overdue: int
    next_due: date | None
    next_indicator: str | None


class Question(Shape):
    """The question itself; nothing is scored before its date, or before an alliance."""

    in_force: str
    resolved_on: date | None
    forecasts: int
    scored: int
    first_date: date | None
    brier: float | None
    log_score: float | None


class Stability(Shape):
    """How much of the headline's movement was taken back; shares of 1, movement in fractions."""

    forecasts: int
    within_days: int
    path: float
    net: float
    moves: int
    taken_back: float | None
    overreaction: float | None


class Scoreboard(Shape):
    """Both scoreboards."""

    kind: Literal["live", "hindcast"]
    as_of: datetime
    summary: str
    predictions: Made
    overall: Fared | None
    blocks: str | None
    inferred_times: int
    by_ahead: list[Ahead]
    by_indicator: list[OfIndicator]
    pit: list[float] | None
    month: str | None
    misses: list[Miss]
    due: list[Due]
    question: Question
    stability: Stability
    reference: Skills | None
