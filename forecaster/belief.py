"""The forecast as a document: what is stored, shown, served and sent, in one shape.

These types describe JSON. They cost nothing to import, so that ``forecaster show`` starts at once.
The shape is the one of ``docs/reference/forecast.md``; probabilities are fractions, never per cent.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

SCENARIOS = ("retreat", "alliance", "balancing", "rupture")
DRIVERS = ("ru_west", "cn_us", "alignment")
FAMILIES = ("asymmetry", "western_reaction", "regional_reaction", "trade_dependence")
FACTORS = DRIVERS + FAMILIES
QUESTION = "sino_russian"
HORIZON_YEARS = (1, 3, 5, 10, 20)

Kind = Literal["published", "provisional", "hindcast", "rejected"]
Status = Literal["published", "provisional", "stale", "hindcast"]
NewsKind = Literal["reading", "revision", "time", "priors", "model", "noise"]


class Interval(TypedDict):
    """Posterior mean and the central 90 % interval."""

    mean: float
    lower: float
    upper: float
    mcse: NotRequired[float]


class Strength(Interval):
    """How strongly a constraint holds, and how far that is data.

    ``contraction`` is 1 - var(posterior) / var(prior); below 0.1 the value is ``assumed``.
    """

    p_positive: float
    contraction: float
    assumed: bool


class Level(Interval):
    """The level of a family or sub-constraint now, 1 at July 2001, 0 when lifted."""

    title: NotRequired[str]
    indicators: NotRequired[list[str]]


class Constraints(TypedDict):
    """Strength overall and by family; level by family and by sub-constraint."""

    strength: Strength
    families: dict[str, Strength]
    levels: dict[str, Level]
    sub_constraints: dict[str, Level | None]


class Horizon(TypedDict):
    """One date ahead: which scenario is in force then, and whether an alliance came before."""

    date: str
    years: float
    scenarios: dict[str, Interval]
    alliance_by: Interval


class Headline(Interval):
    """P(an alliance comes into force by the end of the month ten years after as-of)."""

    quantity: str
    date: str


class Words(TypedDict):
    """ICD 203: likelihood and confidence, never in one sentence."""

    likelihood: str
    confidence: str
    confidence_reason: str


class Diagnostics(TypedDict):
    """What the publication gate looks at."""

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int
    bfmi_min: float
    n_draws: int
    worst: dict[str, str]
    passed: bool


class Sources(TypedDict):
    """Indicators that are late or failed; computed when read."""

    late: list[str]
    failed: list[str]


class Change(TypedDict):
    """A change of the headline: percentage points, and log-odds."""

    points: float
    log_odds: float


class NewsPart(Change):
    """One part of a change; ``lower`` to ``upper`` is its 90 % interval, in points.

    ``indicator`` is null where the part is no indicator's; a ``reading`` without one is the
    resolution of what is in force.
    """

    kind: NewsKind
    indicator: str | None
    lower: float
    upper: float


# Written as a call, since one of its keys is a word of the language.
Explanation = TypedDict(
    "Explanation",
    {
        "quantity": str,
        "from": str,
        "to": str,
        "values": list[float],
        "change": Change,
        "parts": list[NewsPart],
        "noise_bound": Change,
        "reliable": bool,
        "doubts": list[str],
        "missing": list[str],
        "draws_of": Literal["from", "to"] | None,
        "k_hat": float | None,
        "ess": float | None,
        "steps": int,
        "summary": str,
    },
)
Explanation.__doc__ = """Why the headline moved from one forecast to another; the parts add up.

``values`` are the two headlines. ``noise_bound`` is twice the Monte Carlo standard deviation of the
comparison. ``reliable`` is false where one of ``doubts`` holds. ``missing`` says what could not be
told, and why. ``draws_of`` is the forecast whose draws were weighed (null where none could be),
``k_hat`` and ``ess`` how far they carry, ``steps`` over how many forecasts parts were added up.
``summary`` says it in two or three sentences.
"""


class Numbers(TypedDict):
    """What the draws of a posterior say, as far as a document tells it."""

    headline: Headline
    horizons: list[Horizon]
    hazards: dict[str, Interval]
    constraints: Constraints
    factors: dict[str, Interval]
    parameters: dict[str, Strength]


class Weighed(TypedDict):
    """Whose draws a provisional forecast weighs, and how far they carry.

    ``base`` is the published forecast, ``was`` its headline. ``k_hat`` is the shape of the weights'
    tail, below 0.7; ``ess`` the effective number of draws that the headline keeps, 400 or more.
    """

    base: str
    was: float
    k_hat: float
    ess: float


class Instant(TypedDict):
    """The provisional forecast that a fit replaced, and how far it was off.

    ``points`` is the provisional headline less that of the fit, ``mcse`` the Monte Carlo error of
    that difference, both in percentage points.
    """

    provisional: str
    mean: float
    points: float
    mcse: float
    k_hat: float
    ess: float


class Forecast(TypedDict):
    """One forecast, whole.

    ``catalogue_hash`` is of what the indicators' files say to a fit; old documents lack it.
    ``explanation`` is of the step from the forecast published before. ``weighed`` is there in a
    provisional forecast, ``instant`` in a fit of the readings that a provisional one had.
    """

    question: str
    forecast_id: str
    status: Status
    as_of: str
    created_at: str
    data_through: str
    n_readings: int
    in_force: str
    data_hash: str
    priors_hash: str
    catalogue_hash: NotRequired[str]
    model_version: str
    random_seed: int
    interval: float
    headline: Headline
    horizons: list[Horizon]
    hazards: dict[str, Interval]
    constraints: Constraints
    factors: dict[str, Interval]
    parameters: dict[str, Strength]
    words: Words
    definition: str
    diagnostics: Diagnostics
    sources: Sources
    explanation: NotRequired[Explanation]
    weighed: NotRequired[Weighed]
    instant: NotRequired[Instant]


class Band(TypedDict):
    """One quantity through time: mean, quartiles and the central 90 %, aligned with months."""

    mean: list[float]
    q05: list[float]
    q25: list[float]
    q75: list[float]
    q95: list[float]


class Track(TypedDict):
    """One probability through time: mean and the central 90 %, aligned with months."""

    mean: list[float]
    q05: list[float]
    q95: list[float]


class Outlook(TypedDict):
    """Mean probability of each scenario at the end of each future month; they sum to 1."""

    months: list[str]
    mean: dict[str, list[float]]


class Without(TypedDict):
    """What a fit expects of each reading from all the others; None where nothing can be said.

    ``pareto_k`` tells how far it can be trusted: above 0.7 the reading pulled the fit so much that
    only one without it would tell.
    """

    mean: list[float | None]
    q05: list[float | None]
    q95: list[float | None]
    pareto_k: list[float | None]


class Fitted(TypedDict):
    """What a fit says of each reading of one indicator that it used, in the order of time.

    All in the reading's own unit. ``factor_*``: expected from the factor (and the sub-constraint)
    alone; ``mean``: expected with the indicator's own slow deviation; ``q05`` to ``q95``: where a
    reading of that period lies in 90 % of cases, its noise included. ``left_out``: the same from
    all other readings; posteriors of earlier versions lack it.
    """

    periods: list[str]
    observed: list[float]
    mean: list[float]
    q05: list[float]
    q95: list[float]
    factor_mean: list[float]
    factor_q05: list[float]
    factor_q95: list[float]
    left_out: NotRequired[Without]


class Series(TypedDict):
    """What a page draws beyond the document: plain lists, months written ``YYYY-MM``.

    ``factors``, ``levels`` (of the families) and ``hazard`` (yearly rate into ``alliance``, a
    fraction) run over ``months``, from 1992-01 to as-of; ``alliance_by`` runs over
    ``scenarios["months"]``, the months ahead. ``fitted`` is by indicator; posteriors of earlier
    versions lack it.
    """

    months: list[str]
    factors: dict[str, Band]
    levels: dict[str, Band]
    hazard: Band
    scenarios: Outlook
    alliance_by: Track
    fitted: NotRequired[dict[str, Fitted]]
