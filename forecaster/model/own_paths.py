"""Where the sub-constraints' own paths stand now, beside the path of their family."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from forecaster.model.basis import Array
from forecaster.model.blocks import rotate
from forecaster.model.design import Design
from forecaster.model.grid import ORIGIN_INDEX


def now(flat: dict[str, Array], w: Array, design: Design, rng: Generator) -> Array:
    """Own paths in the last month less in July 2001, shape (sample, sub).

    ``w`` are the factors' coefficients (sample, factor, basis). Paths of sub-constraints that one
    indicator alone speaks for were integrated out of the fit; they are drawn here, given the rest.
    """
    drawn = flat["sub_w"] @ design.data["slow_path"][design.n_months - 1]
    names = design.coords["sub"][drawn.shape[1] :]
    alone = [_alone(name, flat, w, design, rng) for name in names]
    return np.column_stack([drawn, *alone])


def _alone(name: str, flat: dict[str, Array], w: Array, design: Design, rng: Generator) -> Array:
    """One own path, drawn from what its indicator leaves over of its family's path.

    The indicator's deviation and its loading times the own path are two processes of one kernel,
    with variances ``deviation^2`` and ``(loading sd)^2``. Their sum is known where it was read, up
    to noise; of its change since the origin the own path takes its share of the variance, and what
    the sum does not tell is drawn.
    """
    sub = design.coords["sub"].index(name)
    places = design.data["y_place"].astype(np.int64)
    (index,) = np.flatnonzero(places[1] == sub)
    factor, n = places[0, index], places[2, index]
    loading, sd = flat["measure_loading"][:, index], flat["sub_deviation_sd"][:, sub]
    mine = (loading * sd) ** 2
    both = flat["deviation_sd"][:, index] ** 2 + mine
    apart = design.deviation_kernel[-1] - design.deviation_kernel[ORIGIN_INDEX]
    change = apart[-1] - apart[ORIGIN_INDEX]
    mean, left = np.zeros(len(sd)), both * change
    if n > 0:
        rows = design.rows[design.coords["measure"][index]]
        weights = np.array([row.weights for row in rows])
        rotation, share = rotate(weights, design.deviation_kernel)
        towards = (apart @ weights.T) @ rotation
        seen = loading[:, None] * (w[:, factor] @ design.data["y_basis"][index, :n].T)
        known = both[:, None] * share + flat["noise_sd"][:, index, None] ** 2
        gain = both[:, None] * towards / known
        mean = np.sum(gain * (design.data["y"][index, :n] - seen), axis=1)
        left = left - np.sum(gain * both[:, None] * towards, axis=1)
    total = mean + np.sqrt(np.maximum(left, 0.0)) * rng.standard_normal(len(sd))
    part = mine / both
    spread = sd * np.sqrt((1.0 - part) * change)
    return np.asarray(part * total / loading + spread * rng.standard_normal(len(sd)))
