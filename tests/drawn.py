"""Draws where a fit's would be, in a real design: close around one point, independent.

Everything around them is real: design, paths, futures, file, forecast. They do not answer to the
readings, so two "fits" differ by chance alone; the gate lets them through by the numbers of the
first, and what they say of each reading is weighed without smoothing, for nobody looks at it.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.random import default_rng

from forecaster.belief import Diagnostics
from forecaster.model import fit, future, left_out
from forecaster.model.basis import Array
from forecaster.model.design import Design
from forecaster.model.fit import Draws
from forecaster.model.layout import Layout
from forecaster.posterior import gate

CHAINS, DRAWS = 4, 48  # too few for the gate
SPREAD = 0.2
FUTURES = 4  # of each draw, where nothing depends on their number

_diagnose = gate.diagnose
_known: list[Diagnostics] = []


def pretend(patch: pytest.MonkeyPatch, *, draws: int = DRAWS, futures: int = FUTURES) -> None:
    """No fit samples from now on: such draws stand for its own, and the gate lets them through."""
    patch.setattr(f"{__name__}.DRAWS", draws)
    patch.setattr(future, "N_PATHS", futures)
    patch.setattr(fit, "sample", sample)
    patch.setattr(gate, "diagnose", diagnosed)
    patch.setattr(left_out, "_smoothed", raw)


def diagnosed(tree: xr.DataTree) -> Diagnostics:
    """The numbers of the first such draws, which pass."""
    if not _known:
        _known.append(_diagnose(tree))
    return {**_known[0], "passed": True}


def raw(likelihood: Array) -> tuple[Array, float]:
    """What stands in for ``left_out._smoothed``."""
    weights = np.exp(likelihood.min() - likelihood)
    return weights / weights.sum(), 0.0


def sample(layout: Layout, design: Design, *, seed: int, **_: object) -> Draws:
    """What stands in for ``fit.sample``."""
    del design
    shape = (CHAINS, DRAWS)
    rng = default_rng(seed)
    x = SPREAD * rng.standard_normal((*shape, layout.size))
    dims = ("chain", "draw")
    stats = xr.Dataset(
        {
            "diverging": (dims, np.zeros(shape, dtype=bool)),
            "energy": (dims, rng.standard_normal(shape)),
            "n_steps": (dims, np.ones(shape, dtype=np.int64)),
            "step_size": (dims, np.ones(shape)),
        }
    )
    return Draws(x, stats)
