"""Draws from the posterior: one compiled density, any data, a stated seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import nutpie
import xarray as xr
from numpy.random import default_rng
from nutpie.compiled_pyfunc import from_pyfunc
from threadpoolctl import threadpool_limits

from forecaster.model import live, terrain
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.layout import Layout
from forecaster.model.terrain import Density

Progress = Callable[[int, int], None]
JITTER = 0.5
# The pilot only has to find where the posterior lies.
PILOT_ACCEPT = 0.8
PILOT_KEPT = 50
PILOT_POINTS = 5
# At 0.8 trajectories are half as long and say half as much, and one fit in two has a divergence.
TARGET_ACCEPT = 0.9
CAREFUL_ACCEPT = 0.98


@dataclass(frozen=True)
class Effort:
    """How much sampling: per chain, after ``tune`` steps of adaptation, half of them a pilot's.

    ``accept`` is the share of proposals that the main run's step size aims at.
    """

    draws: int = 1000
    tune: int = 500
    chains: int = 4
    cores: int = 2
    accept: float = TARGET_ACCEPT

    @property
    def careful(self) -> Effort:
        """Twice as much in smaller steps, for a posterior with narrow places."""
        return replace(self, draws=2 * self.draws, tune=2 * self.tune, accept=CAREFUL_ACCEPT)

    @property
    def pilot(self) -> int:
        """Steps of the pilot run's adaptation."""
        return self.tune // 2

    @property
    def steps(self) -> int:
        """Steps of all chains in both runs."""
        return self.chains * (self.tune + PILOT_KEPT + self.draws)


@dataclass(frozen=True)
class Draws:
    """What the sampler gives.

    Attributes
    ----------
    x : array (chain, draw, coordinate)
        The model's vector; ``layout.natural`` names its parts.
    stats : xarray.Dataset
        ``diverging``, ``energy``, ``n_steps``, ``step_size`` by chain and draw; its attribute
        ``seconds`` is how long both runs took.
    """

    x: Array
    stats: xr.Dataset


def sample(
    layout: Layout,
    design: Design,
    *,
    seed: int,
    effort: Effort,
    progress: Progress | None = None,
) -> Draws:
    """NUTS draws. The same data, priors, code, seed and platform give the same draws.

    A pilot run finds where the posterior lies, ``terrain`` measures its shape there, and the main
    run draws in coordinates in which it is round. ``progress`` is called with (steps done, steps in
    all) from another thread.

    Raises
    ------
    KeyboardInterrupt
        If the user stops it; nothing is kept then.
    """
    density = _density(layout, design)
    size, chains = layout.size, effort.chains
    density(np.zeros(size))  # compiles here, where Control-C is heard
    done = chains * (effort.pilot + PILOT_KEPT)
    began = time.perf_counter()

    def report(before: int, finished: int) -> None:
        if progress is not None:
            progress(before + finished, effort.steps)

    def scattered(number: int) -> Array:
        return default_rng(number).normal(0.0, JITTER, size)

    # BLAS threads of their own would only take the cores from the other chain.
    with threadpool_limits(1, "blas"):
        pilot = _run(
            _compiled(density, size, scattered),
            Effort(PILOT_KEPT, effort.pilot, chains, effort.cores, PILOT_ACCEPT),
            seed,
            lambda finished: report(0, finished),
        )
        last = pilot.x[:, PILOT_KEPT // PILOT_POINTS - 1 :: PILOT_KEPT // PILOT_POINTS]
        points = last.reshape(-1, size)
        shape = terrain.survey(density, points, effort.cores)

        def found(number: int) -> Array:
            return shape.round(points[default_rng(number).integers(len(points))])

        def seen(q: Array) -> tuple[float, Array]:
            value, gradient = density(shape.out(q))
            return value, shape.back(gradient)

        draws = _run(
            _compiled(seen, size, found, shape.out),
            replace(effort, tune=effort.tune - effort.pilot),
            seed,
            lambda finished: report(done, finished),
        )
    draws.stats.attrs |= {"tune": effort.tune, "target_accept": effort.accept}
    draws.stats.attrs["seconds"] = round(time.perf_counter() - began, 3)
    return draws


def compile_density(layout: Layout, design: Design) -> None:
    """Compile the density, or find it on the disk."""
    _density(layout, design)(np.zeros(layout.size))


def _run(model: Any, effort: Effort, seed: int, report: Callable[[int], None]) -> Draws:
    def tell(chains: list[Any]) -> None:
        report(sum(chain.finished_draws for chain in chains))

    run = nutpie.sample(
        model,
        draws=effort.draws,
        tune=effort.tune,
        chains=effort.chains,
        cores=effort.cores,
        seed=seed,
        target_accept=effort.accept,
        save_warmup=False,
        progress_bar=False,
        progress_callback=tell,
        progress_rate=500,
        blocking=False,
    )
    try:
        tree: xr.DataTree = run.wait()
    except KeyboardInterrupt:
        run.abort()
        raise
    if int(tree["posterior"].sizes["draw"]) < effort.draws:
        raise KeyboardInterrupt
    stats = tree["sample_stats"].to_dataset()
    kept = ["diverging", "energy", "n_steps", "step_size"]
    return Draws(np.asarray(tree["posterior"]["x"].values), stats[kept])


def _density(layout: Layout, design: Design) -> Density:
    arguments = live.arguments(layout, design)
    size = layout.size
    evaluate: Callable[..., float] = live.evaluate  # numba's types do not tell what it takes

    def density(x: Array) -> tuple[float, Array]:
        gradient = np.empty(size)
        return evaluate(x, *arguments, gradient), gradient

    return density


def _compiled(
    density: Density,
    size: int,
    start: Callable[[int], Array],
    out: Callable[[Array], Array] | None = None,
) -> Any:
    """A density as nutpie takes it; ``out`` turns its coordinates into the model's vector."""

    def make_density() -> Density:
        return density

    def make_expand(*_: Any) -> Callable[[Array], dict[str, Array]]:
        return lambda q: {"x": q if out is None else out(q)}

    return from_pyfunc(
        size,
        make_density,
        make_expand,
        [np.dtype("float64")],
        [(size,)],
        ["x"],
        make_initial_point_fn=start,
    )
