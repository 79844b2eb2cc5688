"""Why a forecast moved: time, what was read, what was revised, and what no draw explains.

The draws of one forecast are weighed by what the other knew besides. Time comes first: the same
readings on a later grid of months, with the months gone by without an exit. Then what is in force,
where that was resolved. Then the readings, as players of one game (``shapley``): per indicator its
new periods, and apart from them its changed and withdrawn values. From the draws of the earlier
forecast everything is added, from those of the later one everything is taken away, in the reverse
order: the same parts, whichever of the two is at hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecaster.belief import HORIZON_YEARS
from forecaster.model import future, marginal, psis, shapley
from forecaster.model.basis import Array
from forecaster.model.design import exposed
from forecaster.model.gains import Gains
from forecaster.model.grid import month_index
from forecaster.model.moment import Drawn, Moment
from forecaster.model.observed import Known, Observation, observations
from forecaster.model.reopen import Reopened, at_month
from forecaster.model.shapley import Game
from forecaster.model.situation import Situation
from indicators.spec import Indicator
from priors import Priors

HEADLINE_YEARS = 10
HEADLINE = 1 + HORIZON_YEARS.index(HEADLINE_YEARS)  # its place among the horizons of a posterior

Kind = Literal["reading", "revision", "time", "resolution"]


@dataclass(frozen=True)
class Part:
    """One part of a change, in log-odds, with its Monte Carlo standard deviation."""

    kind: Kind
    indicator: str | None
    log_odds: float
    sd: float


@dataclass(frozen=True)
class Split:
    """All parts, and how far the weights can be trusted.

    Attributes
    ----------
    reached : float
        The log-odds to which the parts lead from the forecast whose draws were weighed.
    sd : float
        Monte Carlo standard deviation of that.
    k_hat : float
        Shape of the weights' tail; from 0.7 on nothing rests on them.
    share_kept : float
        Effective share of the draws.
    log_weights : array (sample,)
        Of the other forecast relative to the one whose draws they are; they sum to 1.
    """

    parts: list[Part]
    reached: float
    sd: float
    k_hat: float
    share_kept: float
    log_weights: Array


@dataclass(frozen=True)
class Step:
    """The way from one moment to another as the draws see it.

    Attributes
    ----------
    then, now : Reopened
        The draws on the grid of the first moment and on that of the second.
    players : list
        Kind and indicator of what came in between.
    game : Game
        What each of them adds to the log weights.
    log_weights : array (4, sample)
        At the start, after the time that passed, after what was resolved, after the readings.
    """

    then: Reopened
    now: Reopened
    players: list[tuple[Kind, str]]
    game: Game
    log_weights: Array


@dataclass(frozen=True)
class _Stage:
    """The draws' headline and log weights as things stand at one step of the way."""

    value: Array
    log_weights: Array


def split(
    start: Moment,
    end: Moment,
    drawn: Drawn,
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    *,
    forward: bool,
    seed: int,
) -> Split:
    """Parts of the change from ``start`` to ``end``.

    ``forward``: the draws are those of ``start``; otherwise those of ``end``.

    Raises
    ------
    KeyError
        If a reading is of an indicator that the draws know nothing of.
    """
    step = weigh(start, end, drawn, catalogue, priors, seed=seed)
    value = _values(start, end, drawn, step.then, step.now, forward=forward, seed=seed)
    return parts_of(step, start, end, drawn, value, forward=forward, seed=seed)


def weigh(
    start: Moment,
    end: Moment,
    drawn: Drawn,
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    *,
    seed: int,
) -> Step:
    """How the draws' weights change from ``start`` to ``end``; no parts are told apart.

    Raises
    ------
    KeyError
        If a reading is of an indicator that the draws know nothing of.
    """
    then = at_month(drawn.reopened, start.n_months, seed)
    now = at_month(drawn.reopened, end.n_months, seed)
    players, game = _players(start, end, now, catalogue, priors)
    steps = [
        np.zeros(len(drawn.value)),
        _aged(start, then, now, catalogue, priors),
        _resolved(start, end, now, priors),
        game.gains.sum(axis=0) + sum(game.together.values()),
    ]
    return Step(then, now, players, game, np.cumsum(steps, axis=0))


def parts_of(
    step: Step,
    start: Moment,
    end: Moment,
    drawn: Drawn,
    value: Sequence[Array],
    *,
    forward: bool,
    seed: int,
) -> Split:
    """The parts of a step; ``value`` is the headline of each draw at its four stages."""
    groups = shapley.chain_groups(drawn.chains, len(drawn.value) // drawn.chains)
    game, log_weights = step.game, step.log_weights
    if not forward:
        log_weights = log_weights - log_weights[-1]
    stages = [_Stage(*one) for one in zip(value, log_weights, strict=True)]
    shares = shapley.split(
        replace(game, value=stages[2].value, base=stages[2].log_weights), groups=groups, seed=seed
    )
    told = [shapley.log_odds(one.value, one.log_weights, groups) for one in stages]
    parts = [_step("time", told[0], told[1])]
    if not _same_state(start, end):
        parts.append(_step("resolution", told[1], told[2]))
    parts += [
        Part(kind, name, float(share), float(sd))
        for (kind, name), share, sd in zip(step.players, shares.share, shares.spread(), strict=True)
    ]
    far = -1 if forward else 0
    smooth, k_hat = psis.smoothed(log_weights[far])
    return Split(
        parts=parts,
        reached=float(told[far][0]),
        sd=float(shapley.jackknife(told[far][1:])),
        k_hat=k_hat,
        share_kept=psis.share_kept(smooth),
        log_weights=smooth,
    )


def _step(kind: Kind, before: Array, after: Array) -> Part:
    """What one step adds; ``before`` and ``after``: log-odds, then with each group left out."""
    added = after - before
    return Part(kind, None, float(added[0]), float(shapley.jackknife(added[1:])))


def _values(
    start: Moment,
    end: Moment,
    drawn: Drawn,
    then: Reopened,
    now: Reopened,
    *,
    forward: bool,
    seed: int,
) -> list[Array]:
    """The headline of each draw at the four stages; as published where it was published."""
    later, resolved = start.n_months != end.n_months, not _same_state(start, end)
    own = 0 if forward else 3
    asked = [(then, start), (now, start), (now, end), (now, end)]
    # Stages that ask the same share the answer.
    alike = [(False, False), (later, False), (later, resolved), (later, resolved)]
    known = {alike[own]: drawn.value}
    for key, (grid, moment) in zip(alike, asked, strict=True):
        if key not in known:
            known[key] = headline(grid, moment.situation, seed)
    return [known[key] for key in alike]


def headline(grid: Reopened, situation: Situation, seed: int) -> Array:
    """P(alliance by the end of the month ten years after the grid's end), by draw."""
    ahead = future.simulate(
        grid.state,
        grid.constants,
        n_months=12 * HEADLINE_YEARS,
        in_force=situation.in_force,
        seed=seed,
    )
    return np.asarray(ahead.alliance_by[-1])


def _same_state(start: Moment, end: Moment) -> bool:
    one, other = start.situation, end.situation
    return (one.in_force, one.left_retreat) == (other.in_force, other.left_retreat)


def _resolved(start: Moment, end: Moment, grid: Reopened, priors: Priors) -> Array:
    """What the months at risk say where they end otherwise than was known."""
    if _same_state(start, end):
        return np.zeros(len(grid.paths.factors))
    return survival(grid, end, priors) - survival(grid, start, priors)


def survival(grid: Reopened, moment: Moment, priors: Priors) -> Array:
    """Log probability of no exit from retreat in the months at risk (``events.survival``)."""
    left = moment.situation.left_retreat
    n_months = grid.paths.n_months
    risk, for_balancing = exposed(n_months, priors, None if left is None else month_index(left))
    leaving = (grid.hazards["alliance"] + grid.hazards["rupture"]) @ risk
    return np.asarray(-leaving - grid.hazards["balancing"] @ for_balancing)


def _aged(
    start: Moment,
    then: Reopened,
    now: Reopened,
    catalogue: Mapping[str, Indicator],
    priors: Priors,
) -> Array:
    """What the same readings say on the later grid: months without an exit, longer looks."""
    if then is now:
        return np.zeros(len(now.paths.factors))
    found = observations(start.readings, catalogue, then.paths.n_months - 1)
    later = observations(start.readings, catalogue, now.paths.n_months - 1)
    gain = survival(now, start, priors) - survival(then, start, priors)
    for name, rows in later.items():
        # The usual level of a count is an average over the grid.
        counted = catalogue[name].observation.likelihood != "normal"
        if counted or rows != found.get(name):
            gain += marginal.of_indicator(catalogue[name], rows, now.paths, priors)
            earlier = found.get(name, [])
            gain -= marginal.of_indicator(catalogue[name], earlier, then.paths, priors)
    return gain


def _players(
    start: Moment,
    end: Moment,
    grid: Reopened,
    catalogue: Mapping[str, Indicator],
    priors: Priors,
) -> tuple[list[tuple[Kind, str]], Game]:
    """Per indicator its new periods, and its changed or withdrawn values; what each adds."""
    before, after = _by_indicator(start.readings), _by_indicator(end.readings)
    players: list[tuple[Kind, str]] = []
    gains: list[Array] = []
    together: dict[tuple[int, int], Array] = {}
    for name in sorted(before | after):
        old, new = before.get(name, {}), after.get(name, {})
        more = {period: one for period, one in new.items() if period not in old}
        kept = {period: one for period, one in new.items() if period in old}
        revised = {period: one.value for period, one in kept.items()} != {
            period: one.value for period, one in old.items()
        }
        if not more and not revised:
            continue

        def seen(*known: Mapping[str, Known], name: str = name) -> list[Observation]:
            rows = [reading for part in known for reading in part.values()]
            return observations(rows, catalogue, grid.paths.n_months - 1).get(name, [])

        standing, with_more = seen(old), seen(old, more)
        changed, whole = (seen(kept), seen(new)) if revised else (standing, with_more)
        every = [*standing, *with_more, *changed, *whole]
        gain = Gains(catalogue[name], every, grid.paths, priors)
        first = len(players)
        if more:
            players.append(("reading", name))
            gains.append(gain.between(standing, with_more))
        if revised:
            players.append(("revision", name))
            gains.append(gain.between(standing, changed))
        if more and revised:
            together[first, first + 1] = gain.between(standing, whole) - gains[-1] - gains[-2]
    n = len(grid.paths.factors)
    added = np.stack(gains) if gains else np.zeros((0, n))
    return players, Game(np.zeros(n), np.zeros(n), added, together)


def _by_indicator(readings: Iterable[Known]) -> dict[str, dict[str, Known]]:
    found: defaultdict[str, dict[str, Known]] = defaultdict(dict)
    for one in readings:
        found[one.indicator][one.period] = one
    return dict(found)
