"""The document about other pairs, as the description of the API shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from forecaster.belief import Diagnostics, Headline, Interval, Strength
from forecaster.web.api.shapes import Shape
from forecaster.web.api.shapes_worked_out import PriorSet
from priors.reference.stances import Eras, Reversion, Wars

Finding = Literal["better", "no difference", "worse", "undetectable"]
Calibrated = Literal["within the band", "too many expected", "too few expected", "no pledge came"]


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
    """Skill over another model: 1 less the ratio of the scores, and its central 90 %.

    Undetectable where the interval reaches further than ``detectable`` each way.
    """

    value: float
    lower: float
    upper: float
    finding: Finding


class Compared(Shape):
    """Skill by both scores."""

    log: Score
    brier: Score


class Bin(Shape):
    """Pair-years whose probability lies between two bounds: pledges expected, and those that came.

    The band is the central 90 % of the pledges that come when treaties are drawn anew; where no
    pledge came there is no treaty to draw, and it says nothing.
    """

    low: float
    high: float
    pair_years: int
    pledges: int
    expected: float
    lower: float
    upper: float
    finding: Calibrated


class Scored(Compared):
    """A model: skill over the bare base rate, and calibration."""

    calibration: list[Bin]


class Scheme(Shape):
    """One way to leave out what is judged."""

    scheme: str
    splits: int
    pair_years: int
    pledges: int
    treaties: int
    hierarchical: Scored
    logistic: Scored
    over_logistic: Compared


class Fits(Shape):
    """The fits behind the scores, one for each split."""

    count: int
    rhat_max: float
    divergences: int


class Skills(Shape):
    """Out-of-sample scores on splits that were fixed before the first of them."""

    splits_date: date
    detectable: float
    resamples: int
    fits: Fits
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
    reversion: list[PriorSet]


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
