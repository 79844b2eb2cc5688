"""The draws of a published forecast, weighed by what is known since, and what they say then."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from threadpoolctl import threadpool_limits

from forecaster import kept_paths
from forecaster.belief import DRIVERS, Forecast
from forecaster.errors import ForecasterError, NothingKnown
from forecaster.model import equations, future, news, outcome, psis, shapley
from forecaster.model.basis import Array
from forecaster.model.future import Outlook
from forecaster.model.grid import month_end, month_name
from forecaster.model.moment import Drawn, Moment
from forecaster.model.news import Split, Step
from forecaster.opened import Side, Untold, paths, saved, side
from forecaster.posterior import weighed_file
from forecaster.posterior.draws import Saved
from forecaster.posterior.explanations import K_HAT_LIMIT
from forecaster.posterior.reweighed import HEADLINE_YEARS, Now, Weights
from forecaster.posterior.weighed_file import STATISTICS, Curve, Group
from forecaster.store import forecasts
from forecaster.wiring import Desk
from priors import LogNormal

ESS_LEAST = 400.0
QUARTER = 3  # months between two points of a curve ahead


class Unreliable(Exception):
    """The weights do not carry: says why, and how far they would have."""

    def __init__(self, why: str, k_hat: float, ess: float) -> None:
        super().__init__(why)
        self.k_hat = k_hat
        self.ess = ess


@dataclass(frozen=True)
class Weighing:
    """The draws of a forecast, and what each counts at a later moment.

    Attributes
    ----------
    k_hat : float
        Shape of the weights' tail.
    ess : float
        Effective number of draws that the headline keeps.
    """

    side: Side
    end: Moment
    saved: Saved
    drawn: Drawn
    step: Step
    log_weights: Array
    k_hat: float
    ess: float

    @cached_property
    def weights(self) -> Weights:
        """They sum to 1; their noise is that of the headline, by the jackknife."""
        plain = Weights(np.exp(self.log_weights))
        headline, value = self.side.document["headline"], self.drawn.value
        told = plain.again(headline, value).get("mcse", 0.0)
        if plain.equal or told == 0.0:
            return plain
        groups = shapley.chain_groups(self.drawn.chains, len(value) // self.drawn.chains)
        log_odds = shapley.log_odds(value, self.log_weights, groups)
        mean = 1.0 / (1.0 + np.exp(-log_odds[1:]))
        return Weights(plain.each, max(1.0, float(shapley.jackknife(mean)) / told))

    @property
    def resolved(self) -> bool:
        """Whether another scenario has come into force in between."""
        start, end = self.side.moment.situation, self.end.situation
        return (start.in_force, start.left_retreat) != (end.in_force, end.left_retreat)

    @property
    def later(self) -> bool:
        """Whether another month has begun."""
        return self.side.moment.n_months != self.end.n_months


@dataclass(frozen=True)
class World:
    """What the draws say at the later moment.

    ``outlook`` is of futures drawn anew; None where those of the forecast still hold.
    """

    now: Now
    outlook: Outlook | None


def effective(used: Forecast, drawn: Drawn, share_kept: float) -> float:
    """Effective number of draws that the headline keeps under weights."""
    mcse = used["headline"].get("mcse")
    draws = (drawn.value.std() / mcse) ** 2 if mcse else float(len(drawn.value))
    return float(share_kept * draws)


def weigh(desk: Desk, base: Forecast, end: Moment) -> Weighing:
    """Weigh the draws of a forecast by what was known at another moment.

    Raises
    ------
    Untold
        If its draws cannot be opened, or know nothing of an indicator that was read.
    Unreliable
        If nothing can rest on the weights.
    """
    if desk.priors.elicitation is not None:
        raise Untold("the base rate is solved anew from stated probabilities at each fit")
    one = side(desk, base)
    kept, drawn = _opened(desk, one)
    try:
        step = news.weigh(
            one.moment, end, drawn, desk.catalogue, desk.priors, seed=base["random_seed"]
        )
    except KeyError as error:
        raise Untold(f"the draws of {one.name} know nothing of {error.args[0]}") from error
    log_weights, k_hat = psis.smoothed(step.log_weights[-1])
    ess = effective(base, drawn, psis.share_kept(log_weights))
    if k_hat >= K_HAT_LIMIT:
        raise Unreliable(
            f"k-hat of the weights is {k_hat:.2f}, and only below {K_HAT_LIMIT} can draws of the "
            "last fit stand for the next",
            k_hat,
            ess,
        )
    if ess < ESS_LEAST:
        raise Unreliable(
            f"the headline keeps {ess:,.0f} effective draws of the last fit; {ESS_LEAST:.0f} are "
            "needed",
            k_hat,
            ess,
        )
    return Weighing(one, end, kept, drawn, step, log_weights, k_hat, ess)


def make_ready(desk: Desk, base: Forecast) -> None:
    """Open the draws of a forecast now, so that they can be weighed at once later."""
    with suppress(Untold, ForecasterError), threadpool_limits(1, "blas"):
        _opened(desk, side(desk, base))


def _opened(desk: Desk, one: Side) -> tuple[Saved, Drawn]:
    drawn = kept_paths.load(desk, one.document)
    kept = saved(desk, one, vectors=drawn is None)
    if drawn is None:
        drawn = paths(desk, one, kept)
        kept_paths.keep(desk, one.document, drawn)
    return kept, drawn


def world(desk: Desk, found: Weighing, seed: int) -> World:
    """What each draw says at the later moment; futures are drawn anew where they must be."""
    shown = {name: _flat(array) for name, array in found.saved.shown.items()}
    positive = frozenset(
        name for name, prior in desk.priors.parameters.items() if isinstance(prior, LogNormal)
    )
    as_of = found.end.situation.as_of
    if not found.later and not found.resolved:
        dates = [date.fromisoformat(one) for one in found.saved.labels["horizon"]]
        return World(Now(as_of, shown, dates, positive), None)
    grid, n_months = found.step.now, found.end.n_months
    outlook = future.simulate(
        grid.state,
        grid.constants,
        n_months=outcome.MONTHS_AHEAD,
        in_force=found.end.situation.in_force,
        seed=seed,
        threads=desk.settings.cores,
    )
    ahead = outcome.horizons(n_months)
    shown |= {
        "scenarios": outlook.scenarios[ahead].transpose(1, 0, 2),
        "alliance_by": outlook.alliance_by[ahead].T,
        "hazard": np.stack(
            [grid.hazards[name][:, -1] for name in found.saved.labels["hazard_name"]], axis=1
        ),
        "factor": grid.paths.factors[:, :, -1],
        "level": _levels(found)[:, :, -1],
    }
    dates = [month_end(n_months - 1 + k) for k in ahead]
    return World(Now(as_of, shown, dates, positive), outlook)


def split(found: Weighing, world: World, seed: int) -> Split | None:
    """The parts of the change; None where another scenario came into force.

    That would need futures of the state that was left, too; ``explaining`` draws them.
    """
    if found.resolved:
        return None
    own = found.drawn.value
    then = own if world.outlook is None else world.outlook.alliance_by[12 * HEADLINE_YEARS]
    return news.parts_of(
        found.step,
        found.side.moment,
        found.end,
        found.drawn,
        [own, then, then, then],
        forward=True,
        seed=seed,
    )


def groups(desk: Desk, found: Weighing, world: World) -> dict[str, Group]:
    """What the file of the provisional forecast holds: curves, readings as fitted, weights.

    Raises
    ------
    DamagedFile
        If the file of the published forecast was changed since it was read.
    """
    place = forecasts.posterior_of(desk.engine, found.side.name)
    if place is None:
        raise NothingKnown(f"{found.side.name} was stored without its draws")
    summary, fitted = weighed_file.read(desk.settings.home / place[0], place[1])
    weights = {"log_weight": Curve(("sample",), found.log_weights)}
    kept = {"summary": _summary(found, world, summary), "weights": weights}
    return kept | {"fitted": fitted} if fitted else kept


def _summary(found: Weighing, world: World, was: Group) -> Group:
    factors = found.step.now.paths.factors
    curves = {
        "factor": factors,
        "level": _levels(found),
        "hazard": found.step.now.hazards["alliance"],
    }
    months = [month_name(k) for k in range(found.end.n_months)]
    kept = dict(was)
    for name, drawn in curves.items():
        kept[name] = Curve(was[name].dims, _through(was[name].values, drawn, found.weights))
    kept["month"] = Curve(("month",), months)
    return kept | _ahead(found, world, was)


def _through(bands: Array, drawn: Array, weights: Weights) -> Array:
    """Bands of the months of the fit, moved; those of later months anew."""
    n = min(bands.shape[-1], drawn.shape[-1])
    moved = weighed_file.moved(bands[..., :n], drawn[..., :n], weights)
    more = drawn[..., n:]
    if more.shape[-1] == 0:
        return moved
    rows = more.reshape(len(more), -1).T
    anew = weighed_file.quantiles(rows, weights).reshape(len(STATISTICS), *more.shape[1:])
    return np.concatenate([moved, anew], axis=-1)


def _ahead(found: Weighing, world: World, was: Group) -> Group:
    weights, n_months = found.weights, found.end.n_months
    if world.outlook is not None:
        at = list(range(0, outcome.MONTHS_AHEAD + 1, QUARTER))
        outlook = world.outlook
        means = np.array([weights.mean(outlook.scenarios[k]) for k in at])
        return {
            "ahead": Curve(("ahead",), [month_end(n_months - 1 + k).isoformat() for k in at]),
            "scenario_mean": Curve(was["scenario_mean"].dims, means),
            "alliance_by": Curve(
                was["alliance_by"].dims, weighed_file.quantiles(outlook.alliance_by[at], weights)
            ),
        }
    if weights.equal:
        return {}
    months = outcome.horizons(n_months)
    chosen = [k for k, month in enumerate(months) if month > 0]
    at_month = np.array([months[k] for k in chosen], dtype=np.float64)
    times = QUARTER * np.arange(len(was["ahead"].values), dtype=np.float64)
    by, scenarios = world.now.shown["alliance_by"], world.now.shown["scenarios"]
    plain = Weights(np.full(len(by), 1.0 / len(by)))
    change = weighed_file.quantiles(by[:, chosen].T, weights) - weighed_file.quantiles(
        by[:, chosen].T, plain
    )
    moved = (weights.mean(scenarios) - plain.mean(scenarios))[chosen].T
    mean = weighed_file.ahead_moved(was["scenario_mean"].values.T, times, at_month, moved).T
    return {
        "scenario_mean": Curve(was["scenario_mean"].dims, mean),
        "alliance_by": Curve(
            was["alliance_by"].dims,
            weighed_file.ahead_moved(was["alliance_by"].values, times, at_month, change),
        ),
    }


def _levels(found: Weighing) -> Array:
    grid = found.step.now
    families = grid.paths.factors[:, len(DRIVERS) :]
    return np.asarray(equations.level(np, families, grid.constants.level_offset))


def _flat(array: Array) -> Array:
    return array.reshape(-1, *array.shape[2:])
