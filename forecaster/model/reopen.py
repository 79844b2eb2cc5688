"""The draws of a saved posterior as paths again, and the same paths on another grid of months.

A posterior keeps the sampler's vector in the coordinates of the design that it was fitted with. The
design is built anew from the readings that were known then; what was saved in plain units (factors
now, parameters) tells whether it is the same. The grid may end earlier than that of the fit, or
later: beyond its end every path goes on by its own process, as the fit states it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator, default_rng

from forecaster.belief import DRIVERS
from forecaster.model import carried, equations, future, outcome
from forecaster.model.basis import Array, covariance, decay, process_basis
from forecaster.model.design import N_DEVIATION, N_DEVIATION_EXACT, Design, threat_window
from forecaster.model.future import Constants, State
from forecaster.model.grid import ORIGIN_INDEX
from forecaster.model.layout import Layout
from forecaster.model.likelihood import Paths
from priors import Priors

if TYPE_CHECKING:
    import xarray as xr

# Vectors are saved in single precision; an error of this size in a factor is none.
CLOSE = 1e-3
#: What is saved in plain units and taken as it was saved.
PLAIN = ("factor", *outcome.UPDATED, *outcome.ASSUMED)
STREAM = 1994  # of random numbers, beside those of ``outcome`` and ``fitted``


class AnotherDesign(ValueError):
    """The design that was built is not the one that the draws belong to."""


@dataclass(frozen=True)
class Reopened:
    """The draws of one posterior on one grid; chains one after another.

    ``alliance`` and the others in ``hazards`` are yearly rates (sample, month) out of retreat.
    ``steps`` are the documented shocks, by driver (sample, shock); of alignment with its
    answer to those of the antagonisms.
    """

    paths: Paths
    state: State
    hazards: dict[str, Array]
    steps: dict[str, Array]
    constants: Constants
    settings: Mapping[str, float]


def opened(x: Array, design: Design, layout: Layout, priors: Priors) -> Reopened:
    """Vectors (sample, coordinate) as paths on the grid of their own design."""
    derived, state, named = outcome.walk(x, layout, design, priors, 0)
    paths = Paths(
        named=named,
        coords=design.coords,
        factors=derived.factors,
        slow=design.data["slow_path"][: design.n_months],
        own_ahead=np.zeros((len(x), len(design.coords["shared_sub"]), 0)),
        deviations_ahead=np.zeros((len(x), len(design.coords["counter"]), 0)),
        kernel=design.deviation_kernel,
    )
    fixed = outcome.constants(priors, design)
    return Reopened(paths, state, derived.hazards, derived.steps, fixed, priors.settings)


def reopen(saved: xr.DataTree, design: Design, layout: Layout, priors: Priors) -> Reopened:
    """The draws of a saved posterior on the grid of their own fit.

    What was saved in plain units is taken as it was saved.

    Raises
    ------
    AnotherDesign
        If the draws do not belong to this design.
    """
    found = {
        group: {str(name): array.values for name, array in saved[group].to_dataset().items()}
        for group in ("posterior", "shown", "state")
        if group in saved.children
    }
    x, shown = found["posterior"]["x"], found["shown"]
    return reopen_arrays(x, shown, design, layout, priors, state=found.get("state"))


def reopen_arrays(
    saved: Array,
    shown: Mapping[str, Array],
    design: Design,
    layout: Layout,
    priors: Priors,
    *,
    state: Mapping[str, Array] | None = None,
) -> Reopened:
    """The same of vectors (chain, draw, coordinate), of ``PLAIN`` and of the state, by name.

    Raises
    ------
    AnotherDesign
        If the draws do not belong to this design.
    """
    x = np.asarray(saved, dtype=np.float64)
    if x.shape[-1] != layout.size:
        raise AnotherDesign(f"vectors of {x.shape[-1]} coordinates, a design of {layout.size}")
    found = opened(x.reshape(-1, layout.size), design, layout, priors)
    now = np.asarray(shown["factor"]).reshape(found.paths.factors.shape[:2])
    off = float(np.abs(found.paths.factors[:, :, -1] - now).max())
    if off > CLOSE:
        raise AnotherDesign(f"factors that differ by {off:.2g} from those that were saved")
    kept = {
        name: np.asarray(shown[name], dtype=np.float64).ravel()
        for name in (*outcome.UPDATED, *outcome.ASSUMED)
    }
    paths = replace(found.paths, named={**found.paths.named, **kept})
    return replace(
        found, paths=paths, state=replace(found.state, **carried.taken(shown, state or {}))
    )


def at_month(given: Reopened, n_months: int, seed: int, *, shocks: bool = False) -> Reopened:
    """The same draws on a grid of another length.

    ``shocks``: months beyond the grid are still to come, so that any may bring a shock, as the
    forecast has it. Otherwise they have gone by, and no shock of theirs is known.
    """
    if n_months <= given.paths.n_months:
        return _cut(given, n_months)
    return _longer(given, n_months, seed, shocks=shocks)


def _cut(given: Reopened, n_months: int) -> Reopened:
    if n_months == given.paths.n_months:
        return given
    paths, state = given.paths, given.state
    kept = replace(
        paths,
        factors=paths.factors[:, :, :n_months],
        slow=paths.slow[:n_months],
        kernel=paths.kernel[:n_months, :n_months],
    )
    return _assembled(given, kept, _standing(state, kept.factors, given.constants))


def _longer(given: Reopened, n_months: int, seed: int, *, shocks: bool) -> Reopened:
    """Every path goes on month by month; the months of the fit know no undocumented shocks."""
    paths, state, constants = given.paths, given.state, given.constants
    rng = default_rng([seed, STREAM])
    n, more = len(paths.factors), n_months - paths.n_months
    moving = state if shocks else replace(state, shock_rate=np.zeros(n))
    x = {
        "west": state.west[:, None].copy(),
        "east": state.east[:, None].copy(),
        "own": state.own[:, None].copy(),
        "families": state.families[:, None, :].copy(),
    }
    ahead = np.empty((n, paths.factors.shape[1], more))
    for month in range(more):
        future.advance(x, moving, constants, rng)
        found = future.factors(state, constants, x)
        for k, name in enumerate(("west", "east", "alignment")):
            ahead[:, k, month] = found[name][:, 0]
        ahead[:, len(DRIVERS) :, month] = found["families"][:, 0]
    phi = decay(given.settings["deviation_half_life"])
    grid = process_basis(paths.n_months, phi, N_DEVIATION, N_DEVIATION_EXACT)
    origin = grid[ORIGIN_INDEX]
    longer = replace(
        paths,
        factors=np.concatenate([paths.factors, ahead], axis=2),
        own_ahead=_go_on(
            *(paths.named["sub_w"], paths.named["sub_deviation_sd"], paths.slow, origin),
            *(phi, more, rng),
        ),
        deviations_ahead=_go_on(
            *(paths.named["counter_w"], paths.named["counter_deviation_sd"], paths.slow, origin),
            *(phi, more, rng),
        ),
        kernel=covariance(n_months, phi),
    )
    now = {name: x[name][:, 0] for name in ("west", "east", "own", "families")}
    return _assembled(given, longer, replace(state, **now))


def _go_on(
    w: Array, sd: Array, slow: Array, origin: Array, phi: float, more: int, rng: Generator
) -> Array:
    """Slow paths (sample, path, month) beyond the months of the fit, each in its own spread."""
    start = w @ origin
    now, spread = w @ slow[-1] + start, sd[:, : w.shape[1]] * np.sqrt(1.0 - phi**2)
    ahead = np.empty((*start.shape, more))
    for month in range(more):
        now = phi * now + spread * rng.standard_normal(now.shape)
        ahead[:, :, month] = now - start
    return ahead


def _standing(state: State, factors: Array, constants: Constants) -> State:
    """The state in the last month of these factors."""
    west, east, alignment = factors[:, 0, -1], factors[:, 1, -1], factors[:, 2, -1]
    families = factors[:, len(DRIVERS) :, -1]
    levels = equations.level(np, families, constants.level_offset)
    held = np.sum((levels - 1.0) * state.kappa, axis=1)
    own = alignment - state.c_R * west - state.c_C * east + held
    return replace(
        state,
        west=west + state.west_origin,
        east=east + state.east_origin,
        own=own + state.own_origin,
        families=families + state.families_origin,
    )


def _assembled(given: Reopened, paths: Paths, state: State) -> Reopened:
    """Hazards and the units of threat and strain as the new grid has them."""
    factors, settings = paths.factors, given.settings
    levels = equations.level(np, factors[:, len(DRIVERS) :], given.constants.level_offset)
    window = threat_window(paths.n_months)
    contrast, strain, usual_gap = outcome.contrasts(factors, levels, window, settings)
    state = replace(state, contrast=contrast, strain=strain, usual_gap=usual_gap)
    hazards = outcome.hazard_paths(state, factors, levels, given.constants)
    return replace(given, paths=paths, state=state, hazards=hazards)
