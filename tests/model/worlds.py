"""Worlds made by the model itself: what is true is known, readings come when they really do.

A world is drawn from the prior (exits simulated: one that leaves retreat is drawn again), then
every indicator is read in the periods in which it really is, with its own deviation and noise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import count

import numpy as np
import xarray as xr
from numpy.random import Generator, default_rng

from forecaster.belief import DRIVERS, FACTORS
from forecaster.model import design, equations, outcome
from forecaster.model.basis import Array, covariance, decay
from forecaster.model.blocks import Row, sub_of
from forecaster.model.design import Design
from forecaster.model.fit import Draws
from forecaster.model.grid import month_index
from forecaster.model.layout import Layout, layout
from forecaster.model.observed import Observation, observations, undo
from indicators import Indicator, Period, catalogue
from priors import Priors, load

LAST = month_index(date(2026, 10, 1))
#: Of the way in which worlds are made: ranks of worlds made otherwise do not count beside them.
WAY = "2"
KINDS = (("measure", 0), ("counter", 1))  # and the row of the loadings among their numbers
CHOSEN = (
    *("un_distance_russia_us", "us_opinion_of_russia", "sanctions_on_russia"),
    *("us_tariff_on_china", "un_distance_china_us"),
    *("trade_total", "un_distance_russia_china", "joint_exercises"),
    *("gdp_ratio", "cinc_ratio", "export_share_us", "arms_to_india", "us_share_china_exports"),
)


@dataclass(frozen=True)
class Known:
    """A reading as the model asks for it."""

    indicator: str
    period: str
    period_start: date
    period_end: date
    value: float


@dataclass(frozen=True)
class World:
    """The truth (``x``, ``factors`` by factor and month) and what could be read of it."""

    priors: Priors
    indicators: dict[str, Indicator]
    design: Design
    layout: Layout
    x: Array
    factors: Array
    natural: dict[str, Array]


@dataclass(frozen=True)
class Made:
    """A vector with the design and layout by which it means what it does."""

    x: Array
    design: Design
    layout: Layout


@cache
def shipped() -> dict[str, Indicator]:
    """The catalogue that ships with the project."""
    return catalogue()


@cache
def histories() -> tuple[Known, ...]:
    """Every shipped reading; of one period the last one stated."""
    found = {
        (name, reading.period.text): Known(
            name,
            reading.period.text,
            reading.period.start,
            reading.period.end,
            reading.value,
        )
        for name, one in shipped().items()
        for reading in one.history
    }
    return tuple(found.values())


def real(names: Iterable[str], last: int = LAST) -> tuple[dict[str, Indicator], Design, Layout]:
    """Design and layout of some indicators with their shipped readings."""
    chosen = {name: shipped()[name] for name in names}
    found = observations(histories(), chosen, last)
    frame = design.build(found, chosen, load(), last + 1)
    return chosen, frame, layout(frame, chosen, load())


def world(seed: int, names: Iterable[str] = CHOSEN) -> World:
    """One world; the same seed gives the same one."""
    rng, priors = default_rng(seed), load()
    chosen, frame, plan = real(names)
    for _ in count():
        x = prior_draw(frame, plan, priors, rng)
        paths = derived(x, frame, plan, priors)
        at_risk = dict.fromkeys(outcome.HAZARDS, "at_risk") | {"balancing": "at_risk_balancing"}
        left = sum(
            paths.hazards[name][0] @ frame.data[risk][: frame.n_months]
            for name, risk in at_risk.items()
        )
        if rng.random() < np.exp(-left):
            break
    made, natural = Made(x, frame, plan), plan.natural(x)
    seen = {
        name: _read(name, rows, chosen[name], frame, paths.factors[0], natural, rng)
        for name, rows in frame.rows.items()
    }
    read = design.build(seen, chosen, priors, frame.n_months)
    plan = layout(read, chosen, priors)
    return World(
        priors, chosen, read, plan, carried(made, read, plan, priors), paths.factors[0], natural
    )


def derived(x: Array, frame: Design, plan: Layout, priors: Priors) -> outcome.Paths:
    """The paths of one vector, the way a fit's draws get theirs."""
    draws = Draws(x[None, None, :], xr.Dataset())
    with np.errstate(over="ignore"):  # antagonisms far below those of 2001: a rate of exactly 0
        return outcome.derive(draws, plan, frame, priors, 1)[0]


def prior_draw(frame: Design, plan: Layout, priors: Priors, rng: Generator) -> Array:
    """A vector whose parameters, processes and shocks are draws from their priors."""
    x = rng.standard_normal(plan.size)
    block = plan.blocks(x)
    block["rho_logit"][:] = _logit(rng.beta(*plan.rho_shape))
    block["recall_logit"][:] = _logit(rng.beta(*plan.recall_shape.T))
    _spread(plan, x)
    named = plan.natural(x)
    width = frame.data["factor_path"].shape[1]
    w = rng.standard_normal((len(FACTORS), width))
    rho = _rho(named)
    w[1] = rho * w[0] + np.sqrt(1.0 - rho**2) * w[1]
    answer = _answer(w, frame, named, priors)
    w[2] = answer + named["alignment_own_sd"] * w[2]
    w[1], w[2] = _within(w, answer, frame, named)
    shape = (len(FACTORS), frame.data["hits"].shape[1])
    steps = rng.standard_normal(shape)
    sizes = rng.standard_t(priors.settings["shock_nu"], (len(DRIVERS), shape[1]))
    sizes = named["shock_mean"] + named["shock_scale"] * sizes
    steps[: len(DRIVERS)] = np.where(frame.data["hits"] > 0, sizes, steps[: len(DRIVERS)])
    both = np.hstack([w, steps])
    block["z"][:] = np.linalg.solve(frame.data["whiten"], both[:, :, None])[:, :, 0]
    return x


def _rho(named: dict[str, Array]) -> Array:
    """How the monthly moves of the two drivers correlate."""
    return 2.0 * named["rho_drivers"] - 1.0


def _answer(w: Array, frame: Design, named: dict[str, Array], priors: Priors) -> Array:
    """What alignment's coefficients answer to those of the drivers and the constraints."""
    families = frame.data["factor_path"] @ w[len(DRIVERS) :].T
    excess = equations.level(np, families, priors.settings["level_offset"]) - 1.0
    held = frame.data["project"] @ (excess @ named["kappa"])
    return np.asarray(named["c_R"] * w[0] + named["c_C"] * w[1] - held)


def _couplings(frame: Design, named: dict[str, Array]) -> tuple[Array, Array]:
    """How a fit's own coefficients of the second driver and of alignment become those here."""
    idle = np.eye(frame.data["centred"].shape[1]) - frame.data["centred"]
    own_sd = np.array([np.sqrt(1.0 - _rho(named) ** 2), named["alignment_own_sd"]])
    return idle, np.eye(idle.shape[1]) + (own_sd[:, None, None] - 1.0) * idle


def _within(w: Array, answer: Array, frame: Design, named: dict[str, Array]) -> tuple[Array, Array]:
    """A fit's own coefficients of the second driver and of alignment."""
    idle, turned = _couplings(frame, named)
    return (
        np.linalg.solve(turned[0], w[1] - _rho(named) * idle[0] @ w[0]),
        np.linalg.solve(turned[1], w[2] - idle[1] @ answer),
    )


def _without(
    w: Array, frame: Design, named: dict[str, Array], priors: Priors
) -> tuple[Array, Array]:
    """The way back: coefficients of every factor, and what alignment answers to."""
    idle, turned = _couplings(frame, named)
    w = w.copy()
    w[1] = turned[0] @ w[1] + _rho(named) * idle[0] @ w[0]
    answer = _answer(w, frame, named, priors)
    w[2] = turned[1] @ w[2] + idle[1] @ answer
    return w, answer


def _spread(plan: Layout, x: Array) -> None:
    """Make standard normals of loadings and own paths into draws around their mean and spread.

    A fit's coordinates are standard normal only where the data fix nothing (``loading_known``).
    """
    block, named = plan.blocks(x), plan.natural(x)
    for kind, row in KINDS:
        mean = np.log(named["loading_mean"])[plan.factor_of[kind]]
        z = block[f"{kind}_z"][row]
        z[:] = _loading_z(plan, kind, mean + named["loading_tau"] * z, z, named)
    own = named["sub_deviation_sd"][: len(plan.sub_known), None] * block["sub_z"]
    block["sub_z"][:] = _own_z(plan, own, named)


def carried(made: Made, frame: Design, plan: Layout, priors: Priors) -> Array:
    """The same world in the coordinates of another design, whose readings fix other shares."""
    x = made.x.copy()
    block, named = plan.blocks(x), made.layout.natural(made.x)
    both = (made.design.data["whiten"] @ block["z"][:, :, None])[:, :, 0]
    width = frame.data["factor_path"].shape[1]
    w, answer = _without(both[:, :width], made.design, named, priors)
    w[1], w[2] = _within(w, answer, frame, named)
    both[:, :width] = w
    block["z"][:] = np.linalg.solve(frame.data["whiten"], both[:, :, None])[:, :, 0]
    for kind, row in KINDS:
        z = block[f"{kind}_z"][row]
        logs = np.log(np.abs(named[f"{kind}_loading"]))
        z[:] = _loading_z(plan, kind, logs, z, named)
    block["sub_z"][:] = _own_z(plan, named["sub_w"], named)
    return x


def _loading_z(
    plan: Layout, kind: str, logs: Array, anchors: Array, named: dict[str, Array]
) -> Array:
    """The coordinates of log loadings; an anchor keeps that of ``anchors``, shared by all plans."""
    known, mean = plan.loading_known[kind], np.log(named["loading_mean"])[plan.factor_of[kind]]
    step = known * plan.loading_tau + (1.0 - known) * named["loading_tau"]
    z = (logs - (1.0 - known) * mean - known * plan.loading_mean[0]) / step
    return np.where(getattr(plan, f"{kind}_anchor") > 0, anchors, z)


def _own_z(plan: Layout, own: Array, named: dict[str, Array]) -> Array:
    """The coordinates of the sub-constraints' own paths (sub-constraint, function)."""
    if not len(own):
        return own
    spread = named["sub_deviation_sd"][: len(plan.sub_known), None, None]
    turned = spread * np.eye(own.shape[1]) + (np.exp(plan.sub_sd[0]) - spread) * plan.sub_known
    return np.linalg.solve(turned, own[:, :, None])[:, :, 0]


def _logit(share: float | Array) -> Array:
    return np.asarray(np.log(share) - np.log1p(-share))


def _read(
    name: str,
    rows: list[Row],
    one: Indicator,
    frame: Design,
    factors: Array,
    named: dict[str, Array],
    rng: Generator,
) -> list[Observation]:
    """Values of one indicator in this world, in the periods of its real readings."""
    path = factors[FACTORS.index(one.informs.factor)]
    sub = sub_of(one)
    if sub in frame.coords["shared_sub"]:
        own = named["sub_w"][frame.coords["sub"].index(sub)]
        path = path + frame.data["slow_path"][: frame.n_months] @ own
    weights = np.array([row.weights for row in rows])
    if one.observation.likelihood == "normal":
        values = _measured(name, weights, path, frame, named, rng)
    else:
        values = _counted(name, rows, one, path, frame, named, rng)
    raw = undo(one.observation, values, np.array([n_months(row) for row in rows]))
    return [
        replace(row.observation, value=float(v), raw=float(r))
        for row, v, r in zip(rows, values, raw, strict=True)
    ]


def n_months(row: Row) -> int:
    """Months of the period that a reading is of."""
    period = Period.parse(row.observation.period)
    return month_index(period.end) - month_index(period.start) + 1


def _measured(
    name: str, weights: Array, path: Array, frame: Design, named: dict[str, Array], rng: Generator
) -> Array:
    index = frame.coords["measure"].index(name)
    priors = load()
    phi = decay(priors.settings["deviation_half_life"])
    kernel = covariance(frame.n_months, phi)
    loading = named["measure_loading"][index]
    slow = named["deviation_sd"][index] ** 2
    sub = int(frame.data["y_place"][1, index])
    if sub >= len(frame.coords["shared_sub"]):  # its path is integrated out with the deviation
        slow += (loading * named["sub_deviation_sd"][sub]) ** 2
    spread = slow * (weights @ kernel @ weights.T)
    spread += np.eye(len(weights)) * named["noise_sd"][index] ** 2
    level = rng.normal(0.0, 3.0)  # anything: the model must not ask
    return rng.multivariate_normal(level + loading * (weights @ path), spread, method="cholesky")


def _counted(
    name: str,
    rows: list[Row],
    one: Indicator,
    path: Array,
    frame: Design,
    named: dict[str, Array],
    rng: Generator,
) -> Array:
    index = frame.coords["counter"].index(name)
    own = frame.data["slow_path"][: frame.n_months] @ named["counter_w"][index]
    path = named["counter_loading"][index] * path + own
    path = path - frame.data["usual"][index, : frame.n_months] @ path
    means = []
    for row in rows:
        seen = row.observation
        window = f"{name}:{seen.window}"
        partial = frame.coords["partial"]
        recall = named["recall"][partial.index(window)] if window in partial else 1.0
        exposure = one.coverage[seen.window].exposure * (seen.last - seen.first + 1) * recall
        means.append(exposure * np.exp(named["counter_intercept"][index] + row.weights @ path))
    alpha = named["dispersion"][index]
    return np.asarray(rng.poisson(rng.gamma(alpha, np.array(means) / alpha)), dtype=np.float64)
