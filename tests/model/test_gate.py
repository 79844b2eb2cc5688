"""The publication gate: each failing diagnostic is named, and nothing undefined gets through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from numpy.random import Generator, default_rng

from forecaster.belief import Diagnostics
from forecaster.model.basis import Array
from forecaster.posterior.gate import diagnose, failures

SHAPE = (4, 1000)
SAMPLE = ("chain", "draw")


def tree(
    alter: Callable[[Array], Array] = lambda draws: draws,
    *,
    divergences: int = 0,
    energy: Callable[[Array], Array] = lambda draws: draws,
) -> xr.DataTree:
    """A posterior of independent draws; ``alter`` changes one shown variable, ``headline``."""
    rng = default_rng(1)
    diverging = np.zeros(SHAPE, dtype=bool)
    diverging[0, :divergences] = True
    return xr.DataTree.from_dict(
        {
            "shown": xr.Dataset(
                {
                    "headline": (SAMPLE, alter(_normal(rng))),
                    "factor": ((*SAMPLE, "name"), rng.standard_normal((*SHAPE, 3))),
                    "certain": (SAMPLE, np.ones(SHAPE)),
                }
            ),
            "posterior": xr.Dataset(
                {
                    "noise_sd": ((*SAMPLE, "measure"), rng.standard_normal((*SHAPE, 2))),
                    "x": ((*SAMPLE, "coordinate"), np.zeros((*SHAPE, 5))),
                }
            ),
            "sample_stats": xr.Dataset(
                {"diverging": (SAMPLE, diverging), "energy": (SAMPLE, energy(_normal(rng)))}
            ),
        }
    )


def _normal(rng: Generator) -> Array:
    return rng.standard_normal(SHAPE)


def slow(draws: Array, keep: float = 0.99) -> Array:
    """An autoregression: a chain that hardly moves."""
    found = draws.copy()
    for step in range(1, draws.shape[1]):
        found[:, step] = keep * found[:, step - 1] + np.sqrt(1 - keep**2) * draws[:, step]
    return found


def apart(draws: Array) -> Array:
    """Chains that disagree about the mean."""
    return draws + 0.4 * np.arange(SHAPE[0])[:, None]


def test_a_good_fit_passes() -> None:
    found = diagnose(tree())
    assert found["passed"]
    assert failures(found) == []
    assert found["n_draws"] == 4000
    assert found["rhat_max"] < 1.01
    assert found["ess_bulk_min"] > 400


def test_chains_that_disagree_are_named() -> None:
    found = diagnose(tree(apart))
    assert not found["passed"]
    assert found["worst"]["rhat_max"] == "headline"
    assert any("R-hat" in line and "headline" in line for line in failures(found))


def test_chains_that_hardly_move_are_named() -> None:
    found = diagnose(tree(slow))
    lines = "; ".join(failures(found))
    assert not found["passed"]
    assert "bulk ESS" in lines
    assert "tail ESS" in lines
    assert "headline" in lines


def test_a_tail_that_is_hardly_visited_is_named() -> None:
    def stuck(draws: Array) -> Array:
        draws = draws.copy()
        draws[:, 400:440] = 30.0 + 0.01 * draws[:, 400:440]
        return draws

    found = diagnose(tree(stuck))
    assert any("tail ESS" in line and "headline" in line for line in failures(found))


def test_one_divergence_shuts_the_gate() -> None:
    found = diagnose(tree(divergences=1))
    assert not found["passed"]
    assert failures(found) == ["1 divergences"]


def test_an_energy_that_wanders_shuts_the_gate() -> None:
    found = diagnose(tree(energy=lambda draws: slow(draws, 0.999)))
    assert not found["passed"]
    (line,) = failures(found)
    assert line.startswith("BFMI")


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("rhat_max", "R-hat"),
        ("ess_bulk_min", "bulk ESS"),
        ("ess_tail_min", "tail ESS"),
        ("bfmi_min", "BFMI"),
    ],
)
def test_nan_never_passes(key: str, named: str) -> None:
    found: Diagnostics = diagnose(tree())
    found[key] = float("nan")  # type: ignore[literal-required]  # every key of the table above
    assert any(named in line for line in failures(found))


def test_a_draw_that_is_not_a_number_shuts_the_gate() -> None:
    def broken(draws: Array) -> Array:
        draws = draws.copy()
        draws[2, 17] = np.nan
        return draws

    assert not diagnose(tree(broken))["passed"]


def test_all_failures_are_told_at_once() -> None:
    found = diagnose(tree(apart, divergences=3, energy=lambda draws: slow(draws, 0.999)))
    lines = failures(found)
    assert any("R-hat" in line for line in lines)
    assert any("divergences" in line for line in lines)
    assert any("BFMI" in line for line in lines)
