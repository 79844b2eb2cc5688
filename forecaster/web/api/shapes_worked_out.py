"""Documents worked out from a forecast's draws, as the description of the API shows them."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from forecaster.belief import Headline, Interval
from forecaster.web.api.shapes import Shape
from priors import what_if


class Difference(Shape):
    """Points by which each draw differs from itself: mean, central 90 %, error, share each way."""

    mean: float
    lower: float
    upper: float
    mcse: float
    p_above: float
    p_below: float


class Conditional(Shape):
    """A date under a condition."""

    date: datetime.date
    years: float
    scenarios: dict[str, Interval]
    alliance_by: Interval
    difference: Difference


class WhatIfAnswer(Shape):
    """One future: what is done to it, why that large, and what comes of it."""

    id: str
    title: str
    group: Literal["choice", "constraint", "shock", "own"]
    shift: dict[str, float] | None = Field(None, description="Added to a factor, in its sd.")
    like: list[str] | None = Field(None, description="Shocks that hit once more.")
    level: dict[str, float] | None = Field(None, description="What a constraint keeps: 0 lifts it.")
    ramp_months: int | None = None
    hold_months: int | None = Field(None, description="Kept up for good where it is missing.")
    half_life: float | None = None
    reason: str | None = None
    source: list[str] | None = None
    claims: list[str] | None = None
    date: datetime.date | None = None
    headline: Interval
    difference: Difference
    horizons: list[Conditional]


class Reproduced(Shape):
    """How far nothing done lies from what was published: the headline, and any draw."""

    headline: float
    draws: float


class WhatIfs(Shape):
    """A forecast under futures: those that ship, or those that somebody asked about."""

    forecast_id: str
    quantity: Literal["alliance_by"]
    as_of: datetime.datetime
    date: datetime.date
    interval: float
    headline: Headline
    again: Reproduced
    what_ifs_hash: str
    what_ifs: list[WhatIfAnswer]


class WhatIfAsked(Shape):
    """A question about futures of somebody's own, of one forecast."""

    id: int
    forecast_id: str
    asked_at: datetime.datetime
    asked_by: str
    titles: list[str]


class WhatIfQuestions(Shape):
    """Some questions, newest first; ``next`` is the cursor of the rest, null at the end."""

    questions: list[WhatIfAsked]
    next: str | None


class WhatIfQuestion(WhatIfAsked):
    """A question with its answer; `why` says why there can be none."""

    state: Literal["waiting", "answered", "unanswered"]
    why: str | None
    what_ifs: list[what_if.WhatIf]
    answer: WhatIfs | None


class Follows(Shape):
    """Power-scaling sensitivity, beside the largest that shuffled draws gave."""

    value: float
    noise: float
    stands_out: bool


class Sensitivity(Shape):
    """How far a quantity follows the priors, and the readings."""

    quantity: str
    prior: Follows
    readings: Follows


class Parameter(Shape):
    """How far the readings narrowed a parameter, and how far the headline follows its prior."""

    title: str
    contraction: float | None
    headline_follows: Follows


class PriorSet(Shape):
    """The headline had another set been the prior; null where that needs a fit.

    `as_of` is of the readings that a set was fitted to; `points` are from the headline of then.
    """

    name: str
    title: str
    reason: str
    date: datetime.date
    changes: list[str]
    how: Literal["stands", "weighed", "fitted", "fitted before", "needs a fit"]
    why: str | None
    headline: Interval | Headline | None
    points: float | None
    k_hat: float | None
    effective_draws: float | None
    as_of: datetime.datetime | None = None


class Largest(Shape):
    """The set that moves the headline most, of those that are known."""

    set: str
    points: float


class PriorShare(Shape):
    """How much of the standing forecast is prior."""

    forecast_id: str
    quantity: Literal["alliance_by"]
    as_of: datetime.datetime
    date: datetime.date
    interval: float
    headline: Headline
    prior_set: str
    sensitivity: list[Sensitivity]
    parameters: dict[str, Parameter]
    sets: list[PriorSet]
    largest: Largest | None
    warning: str | None
