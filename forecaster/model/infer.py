"""From what is known at a time to a labelled posterior: the whole way through this room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import xarray as xr
from threadpoolctl import threadpool_limits

from forecaster.model import carried, design, fit, fitted, future, left_out, outcome
from forecaster.model.design import Design
from forecaster.model.fit import Effort
from forecaster.model.grid import month_index
from forecaster.model.layout import Layout, layout
from forecaster.model.observed import Known, observations
from forecaster.model.situation import Situation
from indicators.spec import Indicator
from priors import Priors

Tell = Callable[[str], None]


def infer(
    readings: Iterable[Known],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    situation: Situation,
    *,
    seed: int,
    effort: Effort,
    tell: Tell | None = None,
) -> xr.DataTree:
    """The posterior tree of ``posterior.schema``, without its attributes.

    Raises
    ------
    ValueError
        If as-of lies before the origin of the factors has come on the grid.
    KeyboardInterrupt
        If the user stops the sampler.
    """
    # One thread: products are small, and their sums then do not depend on the number of cores.
    with threadpool_limits(1, "blas"):
        return _infer(readings, catalogue, priors, situation, seed, effort, tell or _silent)


def _infer(
    readings: Iterable[Known],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    situation: Situation,
    seed: int,
    effort: Effort,
    say: Tell,
) -> xr.DataTree:
    frame, plan = _framed(readings, catalogue, priors, situation)

    def progress(done: int, total: int) -> None:
        say(f"sampling: {done:,} of {total:,} steps")

    say("compiling (once per installation)")
    draws = fit.sample(plan, frame, seed=seed, effort=effort, progress=progress)
    say("looking ahead along 32 futures a draw")
    paths, state, named = outcome.derive(draws, plan, frame, priors, seed)
    ahead = future.simulate(
        state,
        outcome.constants(priors, frame),
        n_months=outcome.MONTHS_AHEAD,
        in_force=situation.in_force,
        seed=seed,
        threads=effort.cores,
    )
    tree = outcome.assemble(paths, ahead, named, draws, frame, priors)
    tree["state"] = xr.DataTree(carried.saved(state, draws.x.shape[:2]))
    say("going back over the readings")
    given = fitted.known(paths.factors, draws, plan)
    said = fitted.readings(given, frame, catalogue, seed)
    without = left_out.readings(given, frame, catalogue, seed)
    tree["fitted"] = xr.DataTree(said.merge(without))
    return tree


def compile_density(
    readings: Iterable[Known],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    situation: Situation,
) -> None:
    """Compile what ``infer`` would, or find it on the disk; no draw is made."""
    frame, plan = _framed(readings, catalogue, priors, situation)
    fit.compile_density(plan, frame)


def _framed(
    readings: Iterable[Known],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    situation: Situation,
) -> tuple[Design, Layout]:
    """The data of a fit, and the coordinates of what it samples."""
    last = month_index(situation.as_of)
    left = situation.left_retreat
    frame = design.build(
        observations(readings, catalogue, last),
        catalogue,
        priors,
        last + 1,
        months_at_risk=None if left is None else month_index(left),
    )
    return frame, layout(frame, dict(catalogue), priors)


def _silent(text: str) -> None:
    """Nobody watches."""
