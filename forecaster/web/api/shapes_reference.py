"""The document about other pairs, as the description of the API shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from forecaster.belief import Diagnostics, Headline, Interval, Strength
from forecaster.web.api.shapes import Shape
from priors.reference.stances import Eras, Reversion, Wars

Finding = Literal["better", "no difference", "worse", "undetectable"]


class Span(Shape):
    """A mean and the central 90 %."""

    mean: float
    lower: float
    upper: float


class Counted(Shape):
    """What was counted in an era: pairs of powers without a pledge."""

    era: str
    title: str
    first: int
    last: int
    pair_years: int
    formations: int
    pairs: int
    major_pair_years: int
    major_pairs: int


class BaseRate(Span):
    """A yearly rate of new pledges."""

    wars: Wars
    era: str
    rival: Literal[0, 1]


class Stance(Shape):
    """A way to read history, by the names of its parts."""

    wars: Wars
    eras: Eras
    reversion: Reversion


class TenYears(Span, Stance):
    """A pledge within the horizon, under a stance."""


class Explained(Shape):
    """What the names of the stances mean."""

    wars: dict[Wars, str]
    eras: dict[Eras, str]
    reversion: dict[Reversion, str]


class Normal(Shape):
    """A normal prior."""

    mean: float
    sd: float


class Set(Shape):
    """A prior set of the live model that was made from the reference class."""

    wars: Wars
    eras: Eras
    b_A: Normal  # noqa: N815 - the letter of the equations
    b_T: Normal  # noqa: N815


class Score(Shape):
    """Skill against the bare base rate; undetectable where its interval is too wide to tell."""

    value: float
    lower: float
    upper: float
    finding: Finding


class Scored(Shape):
    """Both scores of a model."""

    log: Score
    brier: Score


class Scheme(Shape):
    """One way to leave out what is judged."""

    scheme: str
    splits: int
    pair_years: int
    pledges: int
    treaties: int
    hierarchical: Scored
    logistic: Scored
    over_logistic: Scored


class Skills(Shape):
    """Out-of-sample scores on splits that were fixed before the first of them."""

    splits_date: date
    schemes: list[Scheme]


class Moved(Shape):
    """A parameter before and after the readings."""

    before: Normal | None
    after: Strength


class Under(Span):
    """The headline had another prior set been used, from the same draws."""

    effective_draws: float
    sound: bool


class Standing(Shape):
    """What the readings of this pair made of the base rate."""

    forecast_id: str
    as_of: datetime
    headline: Headline
    hazard: Interval
    prior_set: str | None
    parameters: dict[str, Moved]
    under: dict[str, Under] | None
    why: str | None


class Reference(Shape):
    """The whole document."""

    definition: str
    horizon_years: int
    fitted_at: datetime
    table_sha256: str
    diagnostics: dict[Wars, Diagnostics]
    counts: list[Counted]
    base_rates: list[BaseRate]
    other_rates: dict[str, Span]
    contrast: Span
    default: Stance
    stances: Explained
    pair: Span
    ten_years: list[TenYears]
    prior_sets: dict[str, Set]
    skill: Skills | None
    standing: Standing | None
