"""Two statements of one density: the fast one that is sampled, the plain one that can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor
import pytest
from numpy.random import default_rng
from pytensor.compile.mode import Mode

from forecaster.model import graph, live
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.layout import BLOCKS, Layout
from priors import load
from tests.model import worlds

Known = tuple[Design, Layout]
PLAIN = Mode("py", None)  # no C compiler, no rewriting: slow to run, quick to have


@pytest.fixture(scope="module")
def known() -> Known:
    _, frame, plan = worlds.real(worlds.CHOSEN)
    return frame, plan


@pytest.fixture(scope="module")
def fast(known: Known) -> Callable[[Array], tuple[float, Array]]:
    frame, plan = known
    arguments = live.arguments(plan, frame)
    evaluate: Callable[..., float] = live.evaluate  # numba's types do not tell what it takes

    def density(x: Array) -> tuple[float, Array]:
        gradient = np.empty(plan.size)
        value: float = evaluate(x, *arguments, gradient)
        return value, gradient

    return density


def points(plan: Layout, frame: Design) -> list[Array]:
    """Near the centre, at the sampler's spread, and draws from the prior."""
    rng = default_rng(5)
    near = [rng.normal(0.0, spread, plan.size) for spread in (0.1, 1.0)]
    return [*near, *(worlds.prior_draw(frame, plan, load(), rng) for _ in range(1))]


@pytest.mark.slow
def test_the_fast_density_is_the_plain_one(
    known: Known, fast: Callable[[Array], tuple[float, Array]]
) -> None:
    frame, plan = known
    model = graph.build(frame, worlds.shipped(), load())
    assert {one.name for one in model.free_RVs} == set(BLOCKS)
    inputs = [model.rvs_to_values[model[name]] for name in BLOCKS]
    density = model.logp()
    outputs = [density, *pytensor.grad(density, inputs), model["factors"]]
    outputs = model.replace_rvs_by_values(outputs)
    plain = model.compile_fn(outputs, inputs=inputs, mode=PLAIN)
    constants = []
    for x in points(plan, frame):
        value, gradient = fast(x)
        plain_value, *blocks, factors = plain(plan.blocks(x))
        constants.append(value - plain_value)
        parts = plan.blocks(gradient)
        for name, block in zip(BLOCKS, blocks, strict=True):
            scale = 1.0 + np.abs(block).max(initial=0.0)
            np.testing.assert_allclose(parts[name], block, rtol=0, atol=1e-9 * scale, err_msg=name)
        paths = worlds.derived(x, frame, plan, load()).factors[0]
        np.testing.assert_allclose(paths, factors[: frame.n_months].T, rtol=0, atol=1e-9)
    assert np.ptp(constants) < 1e-7


@pytest.mark.parametrize("name", BLOCKS)
def test_gradient_of_every_block_is_the_slope(
    name: str, known: Known, fast: Callable[[Array], tuple[float, Array]]
) -> None:
    frame, plan = known
    x = points(plan, frame)[0]
    gradient = fast(x)[1]
    rng, step = default_rng(7), 1e-5
    for _ in range(4):
        along = np.zeros(plan.size)
        block = plan.blocks(along)[name]
        block[...] = rng.standard_normal(block.shape)
        slope = (fast(x + step * along)[0] - fast(x - step * along)[0]) / (2.0 * step)
        assert slope == pytest.approx(gradient @ along, rel=1e-5, abs=1e-3)


def test_coordinates_are_all_of_the_blocks(known: Known) -> None:
    frame, plan = known
    assert tuple(plan.shapes) == BLOCKS
    assert plan.size == sum(np.prod(shape) for shape in plan.shapes.values())
    x = worlds.prior_draw(frame, plan, load(), default_rng(1))
    joined = np.concatenate([block.ravel() for block in plan.blocks(x).values()])
    np.testing.assert_array_equal(x, joined)


def test_a_draw_from_the_prior_is_where_the_prior_says(known: Known) -> None:
    """The inversion in ``worlds`` is right: drivers and families have unit variance in the end."""
    frame, plan = known
    rng, quiet = default_rng(2), load()
    now = []
    for _ in range(200):
        x = worlds.prior_draw(frame, plan, quiet, rng)
        now.append(worlds.derived(x, frame, plan, quiet).factors[0, 3:, -1])
    # a family at the end less itself at the origin, 25 years before, with a half-life of 10
    lag = frame.n_months - 1 - 114
    expected = np.sqrt(2.0 - 2.0 * frame.phi**lag)
    assert np.std(now) == pytest.approx(expected, rel=0.12)
