"""News of a linear Gaussian case by two routes: weighed draws, and conditioning by hand.

With all parameters fixed a driver's path and its readings are jointly normal, so that what each
new reading says of the path is known exactly. That is what the news of a linear state-space model
(statsmodels' ``DynamicFactorMQ``) is: where new readings do not tell of each other, its impact of
each (gain times surprise) is that reading's share here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.belief import FACTORS
from forecaster.model import news, shapley
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.moment import Drawn, Moment
from forecaster.model.observed import Known, observations
from forecaster.model.reopen import Reopened, opened
from forecaster.model.situation import Situation
from indicators import Indicator
from priors import LogNormal, Priors, load
from tests.model import worlds

CHAINS, N = 4, 8_000
SMALL = 1e-3  # so small a slope of the probability that log-odds are linear in what it follows
Change = Callable[[list[worlds.Known]], list[worlds.Known]]
WEST = ("un_distance_russia_us", "us_opinion_of_russia", "democracy_gap_russia_us")
EAST = ("un_distance_china_us",)


@dataclass(frozen=True)
class Linear:
    """Two drivers, each read by its own indicators; parameters are the same in every draw."""

    draws: Reopened
    frame: Design
    indicators: Mapping[str, Indicator]

    def target(self, factors: Array) -> Array:
        """What the headline follows: where the two drivers stand now."""
        return factors[:, 0, -1] + 0.5 * factors[:, 1, -1]

    def joint(self, known: Sequence[Known]) -> tuple[Array, Array, Array]:
        """Cross-covariance of target and readings, covariance of readings, readings.

        Levels are unknown: a variance that is as good as infinite.
        """
        named, n = self.draws.paths.named, self.frame.n_months
        basis = self.frame.data["factor_path"][:n]
        found = observations(known, self.indicators, n - 1)
        blocks, values = [], []
        for name, rows in found.items():
            index = self.frame.coords["measure"].index(name)
            weights = np.zeros((len(rows), n))
            for k, row in enumerate(rows):
                weights[k, row.first : row.last + 1] = 1.0 / (row.last - row.first + 1)
            factor = FACTORS.index(self.indicators[name].informs.factor)
            look = named["measure_loading"][0, index] * weights @ basis
            slow = named["deviation_sd"][0, index] ** 2
            own = slow * weights @ self.frame.deviation_kernel @ weights.T
            own += named["noise_sd"][0, index] ** 2 * np.eye(len(rows)) + 1e5
            blocks.append((factor, look, own))
            values += [row.value for row in rows]
        ends = {0: basis[-1], 1: 0.5 * basis[-1]}
        cross = np.concatenate([look @ ends[factor] for factor, look, _ in blocks])
        sizes = np.cumsum([0, *(len(own) for *_, own in blocks)])
        cov = np.zeros((sizes[-1], sizes[-1]))
        for i, (factor, look, own) in enumerate(blocks):
            here = slice(sizes[i], sizes[i + 1])
            cov[here, here] += own
            for j, (other, seen, _) in enumerate(blocks):
                if factor == other:
                    cov[here, sizes[j] : sizes[j + 1]] += look @ seen.T
        return cross, cov, np.array(values)

    def expected(self, known: Sequence[Known]) -> float:
        """The mean of the target given the readings."""
        cross, cov, values = self.joint(known)
        return float(cross @ np.linalg.solve(cov, values))


@pytest.fixture(scope="module")
def before() -> list[worlds.Known]:
    return [
        one
        for one in worlds.histories()
        if one.indicator in {*WEST, *EAST} and one.period_end.year <= 2018
    ]


@pytest.fixture(scope="module")
def linear(before: list[worlds.Known]) -> Linear:
    """Exact draws of both drivers given what was read until 2018."""
    chosen = {name: worlds.shipped()[name] for name in (*WEST, *EAST)}
    _, frame, plan = worlds.real(chosen)
    x = np.zeros((1, plan.size))
    plan.blocks(x)["rho_logit"][:] = 0.0  # the two drivers move on their own
    one = opened(x, frame, plan, load())
    found = Linear(one, frame, chosen)
    basis = frame.data["factor_path"][: frame.n_months]
    rng = default_rng(11)
    paths = [_posterior(found, before, k, basis, rng) for k in (0, 1)]
    factors = np.zeros((N, len(FACTORS), frame.n_months))
    factors[:, 0], factors[:, 1] = paths
    named = {name: np.repeat(value, N, axis=0) for name, value in one.paths.named.items()}
    draws = replace(one, paths=replace(one.paths, factors=factors, named=named))
    return replace(found, draws=draws)


def _posterior(
    given: Linear, known: Sequence[Known], factor: int, basis: Array, rng: np.random.Generator
) -> Array:
    """Draws of one driver's path given its readings: a normal in the basis' coefficients."""
    named = given.draws.paths.named
    precision, pull = np.eye(basis.shape[1]), np.zeros(basis.shape[1])
    for name, rows in observations(known, given.indicators, given.frame.n_months - 1).items():
        if FACTORS.index(given.indicators[name].informs.factor) != factor:
            continue
        index = given.frame.coords["measure"].index(name)
        weights = np.zeros((len(rows), given.frame.n_months))
        for k, row in enumerate(rows):
            weights[k, row.first : row.last + 1] = 1.0 / (row.last - row.first + 1)
        look = named["measure_loading"][0, index] * weights @ basis
        own = named["deviation_sd"][0, index] ** 2 * (
            weights @ given.frame.deviation_kernel @ weights.T
        )
        own += named["noise_sd"][0, index] ** 2 * np.eye(len(rows)) + 1e5
        precision += look.T @ np.linalg.solve(own, look)
        pull += look.T @ np.linalg.solve(own, [row.value for row in rows])
    root = np.linalg.cholesky(precision)
    mean = np.linalg.solve(precision, pull)
    noise = np.linalg.solve(root.T, rng.standard_normal((len(mean), N)))
    return np.asarray((mean[:, None] + noise).T @ basis.T)


def known(name: str, year: int, value: float) -> worlds.Known:
    return worlds.Known(name, str(year), date(year, 1, 1), date(year, 12, 31), value)


def fixed() -> Priors:
    """Priors that leave noise and deviations nothing to vary in."""
    priors = load()
    return priors.replace(
        {
            name: one.model_copy(update={"log_sd": 1e-4})
            for name, one in priors.parameters.items()
            if isinstance(one, LogNormal)
        }
    )


def surprising(
    given: Linear, before: Sequence[worlds.Known], name: str, year: int, sds: float
) -> worlds.Known:
    """A reading that lies so many standard deviations above what is expected of it."""
    data = [*before, known(name, year, 3.0)]
    _, cov, values = given.joint(data)
    at = _place(given, data, data[-1])
    rest = [k for k in range(len(values)) if k != at]
    seen = np.linalg.solve(cov[np.ix_(rest, rest)], cov[rest, at])
    spread = np.sqrt(cov[at, at] - cov[at, rest] @ seen)
    scale = given.indicators[name].observation
    assert scale.transform == "identity"
    value = values[rest] @ seen + sds * spread
    return known(name, year, float(scale.center + scale.scale * value))


def shares(
    given: Linear, before: Sequence[Known], after: Sequence[Known]
) -> dict[tuple[str, str | None], tuple[float, float]]:
    """Parts from weighed draws, in units of the target, each with its standard deviation."""
    value = 0.5 + SMALL * given.target(given.draws.paths.factors)
    today = Situation(date(2026, 10, 31))
    drawn = Drawn(given.draws, value, CHAINS)
    found = news.split(
        Moment(tuple(before), today),
        Moment(tuple(after), today),
        drawn,
        given.indicators,
        fixed(),
        forward=True,
        seed=1,
    )
    assert found.k_hat < 0.7
    unit = 4.0 * SMALL  # slope of the log-odds at one half
    return {(one.kind, one.indicator): (one.log_odds / unit, one.sd / unit) for one in found.parts}


def test_draws_are_of_what_was_known(linear: Linear, before: list[worlds.Known]) -> None:
    target = linear.target(linear.draws.paths.factors)
    error = target.std() / np.sqrt(N)
    assert target.mean() == pytest.approx(linear.expected(before), abs=4.0 * error)


def test_what_tells_of_different_drivers_has_the_impact_of_linear_news(
    linear: Linear, before: list[worlds.Known]
) -> None:
    """Gain times surprise, as statsmodels has it, for each of two readings that do not meet."""
    new = [
        surprising(linear, before, WEST[0], 2019, 1.0),
        surprising(linear, before, EAST[0], 2019, -1.5),
    ]
    found = shares(linear, before, [*before, *new])

    cross, cov, values = linear.joint([*before, *new])
    at = [_place(linear, [*before, *new], one) for one in new]
    rest = [k for k in range(len(values)) if k not in at]
    seen = np.linalg.solve(cov[np.ix_(rest, rest)], cov[np.ix_(rest, at)])
    surprise = values[at] - values[rest] @ seen
    spread = cov[np.ix_(at, at)] - cov[np.ix_(at, rest)] @ seen
    gain = np.linalg.solve(spread, cross[at] - cross[rest] @ seen)
    assert abs(spread[0, 1]) < 1e-9 * spread[0, 0]
    for one, impact in zip(new, gain * surprise, strict=True):
        share, sd = found["reading", one.indicator]
        assert share == pytest.approx(impact, abs=4.0 * sd)
        assert abs(impact) > 4.0 * sd  # it says something


def _place(given: Linear, readings: Sequence[Known], one: Known) -> int:
    """Where a reading stands among the values of ``joint``."""
    rows = [
        (name, row.period)
        for name, found in observations(
            readings, given.indicators, given.frame.n_months - 1
        ).items()
        for row in found
    ]
    return rows.index((one.indicator, one.period))


def test_what_tells_of_one_driver_is_shared_out_over_all_orders(
    linear: Linear, before: list[worlds.Known]
) -> None:
    """Readings, a revision and a withdrawal: exact conditional means of every coalition."""
    gone = [one for one in before if one.indicator == WEST[2]][-1]
    west = surprising(linear, before, WEST[0], 2019, 1.0)
    east = surprising(linear, before, EAST[0], 2019, -1.0)
    pieces: dict[tuple[str, str], Change] = {
        ("reading", WEST[0]): lambda data: [*data, west],
        ("reading", EAST[0]): lambda data: [*data, east],
        ("revision", WEST[0]): lambda data: [_higher(one) for one in data],
        ("revision", WEST[2]): lambda data: [one for one in data if one != gone],
    }
    everything = list(before)
    for change in pieces.values():
        everything = change(everything)
    found = shares(linear, before, everything)

    exact = dict.fromkeys(pieces, 0.0)
    orders = list(permutations(pieces))
    for order in orders:
        data = list(before)
        last = linear.expected(data)
        for key in order:
            data = pieces[key](data)
            now = linear.expected(data)
            exact[key] += (now - last) / len(orders)
            last = now
    assert set(found) == {*exact, ("time", None)}
    for key, share in exact.items():
        assert found[key][0] == pytest.approx(share, abs=4.0 * found[key][1] + 1e-3)


def _higher(one: worlds.Known) -> worlds.Known:
    """The same, or the revision of it."""
    if (one.indicator, one.period) == (WEST[0], "2016"):
        return replace(one, value=one.value + 0.05)
    return one


def test_from_the_later_draws_the_same_comes_out(
    linear: Linear, before: list[worlds.Known]
) -> None:
    """The later draws here are the earlier ones drawn again by weight."""
    new = [surprising(linear, before, name, 2019, 0.7) for name in (WEST[0], EAST[0])]
    after = [*before, *new]
    value = 0.5 + SMALL * linear.target(linear.draws.paths.factors)
    today = Situation(date(2026, 10, 31))
    start, end = Moment(tuple(before), today), Moment(tuple(after), today)
    forth = news.split(
        start, end, Drawn(linear.draws, value, CHAINS), linear.indicators, fixed(),
        forward=True, seed=1,
    )  # fmt: skip
    chosen = default_rng(5).choice(N, N, p=np.exp(forth.log_weights))
    paths = linear.draws.paths
    named = {name: given[chosen] for name, given in paths.named.items()}
    again = replace(linear.draws, paths=replace(paths, factors=paths.factors[chosen], named=named))
    back = news.split(
        start, end, Drawn(again, value[chosen], CHAINS), linear.indicators, fixed(),
        forward=False, seed=1,
    )  # fmt: skip
    for one, other in zip(forth.parts, back.parts, strict=True):
        assert (one.kind, one.indicator) == (other.kind, other.indicator)
        assert one.log_odds == pytest.approx(other.log_odds, abs=4.0 * (one.sd + other.sd) + 1e-9)
    before_mean = float(shapley.log_odds(value, np.zeros(N), 8)[0])
    assert back.reached == pytest.approx(before_mean, abs=4.0 * (back.sd + forth.sd))
