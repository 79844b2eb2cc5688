"""Observations as the density takes them: blocks of measured values, cells of counts.

Gaussian indicators are rotated. An indicator has a level of its own, of which nothing is known
beforehand: what it says lies in the n - 1 contrasts between its n readings. With a slow deviation
(an Ornstein-Uhlenbeck process, covariance ``sd^2 K``) and independent noise, the eigenvectors of
``K`` between the contrasts turn them into independent ones with variance ``sigma^2 + sd^2 lambda``.
Level and deviation are thereby integrated out exactly, with no parameters, no truncation at the end
of the series, and the same density whether readings arrive one by one or together (decision record
0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import helmert

from forecaster.belief import FACTORS
from forecaster.model.basis import Array
from forecaster.model.observed import Observation
from indicators.spec import Indicator

ROW_BLOCK = 8
CELL_BLOCK = 256
COUNT_BLOCK = 32


@dataclass(frozen=True)
class Row:
    """What one observation sees of the paths: weights over months, before any rotation."""

    observation: Observation
    weights: Array


def padded(n: int, block: int) -> int:
    """The next round capacity: at least one block."""
    return max(block, -(-n // block) * block)


def pad(array: Array, capacity: int) -> Array:
    """Zeros behind the last row, up to the capacity."""
    filled = np.zeros((capacity, *array.shape[1:]))
    filled[: len(array)] = array
    return filled


def rows_of(found: list[Observation], n_months: int) -> list[Row]:
    """Equal weights over the months that an observation covers."""
    rows = []
    for one in found:
        weights = np.zeros(n_months)
        weights[one.first : one.last + 1] = 1.0 / (one.last - one.first + 1)
        rows.append(Row(one, weights))
    return rows


def sub_of(indicator: Indicator) -> str | None:
    """``family/sub`` of one indicator."""
    sub = indicator.informs.sub_constraint
    return f"{indicator.informs.factor}/{sub}" if sub else None


def measured(
    rows: Mapping[str, list[Row]],
    evidence: Mapping[str, Indicator],
    coords: Mapping[str, list[str]],
    basis: Array,
    shock: Array,
    slow: Array,
    kernel: Array,
) -> dict[str, Array]:
    """Rotated observations of the Gaussian indicators, a padded block each: no look-ups."""
    names = coords["measure"]
    depth = padded(max((len(rows[name]) for name in names), default=0), ROW_BLOCK)
    data: dict[str, Array] = {
        key: np.zeros((len(names), depth, *tail))
        for key, tail in (
            ("y", ()),
            ("y_basis", basis.shape[1:]),
            ("y_shock", shock.shape[1:]),
            ("y_slow", slow.shape[1:]),
        )
    }
    data["y_shape"] = np.zeros((2, len(names), depth))
    subs = [sub_of(evidence[name]) for name in names]
    factors = [FACTORS.index(evidence[name].informs.factor) for name in names]
    lengths = [max(len(rows[name]) - 1, 0) for name in names]
    data["y_place"] = np.array(
        [factors, [coords["sub"].index(sub) if sub else -1 for sub in subs], lengths], dtype=float
    )
    for index, name in enumerate(names):
        if lengths[index] == 0:
            continue
        weights = np.array([row.weights for row in rows[name]])
        rotation, share = rotate(weights, kernel)
        back, n = rotation.T, len(share)
        data["y"][index, :n] = back @ [row.observation.value for row in rows[name]]
        data["y_shape"][0, index, :n] = evidence[name].observation.weight
        data["y_shape"][1, index, :n] = share
        for key, path in (("y_basis", basis), ("y_shock", shock), ("y_slow", slow)):
            data[key][index, :n] = back @ weights @ path
    return data


def rotate(weights: Array, kernel: Array) -> tuple[Array, Array]:
    """Contrasts between readings (columns) in which the deviation's covariance is diagonal.

    Every column sums to zero, so that an unknown intercept drops out; the second result is the
    variance of the deviation in each.
    """
    contrasts = helmert(len(weights))
    share, rotation = np.linalg.eigh(contrasts @ weights @ kernel @ weights.T @ contrasts.T)
    return contrasts.T @ rotation, np.maximum(share, 0.0)


def counted(
    rows: Mapping[str, list[Row]],
    evidence: Mapping[str, Indicator],
    coords: Mapping[str, list[str]],
) -> dict[str, Array]:
    """Counts, one cell per reading.

    ``cells``: count, weight (0 in the padding), log of exposure times months. ``cell_place``:
    counter, first and last month, window of uncertain recall or -1. ``more_than`` holds, by
    counter and k, the weight of the counts above k, so that no factorial is ever computed.
    """
    cells: list[tuple[float, float, float]] = []
    places: list[tuple[int, int, int, int]] = []
    names = coords["counter"]
    most = max((row.observation.raw for name in names for row in rows[name]), default=0.0)
    more_than = np.zeros((len(names), padded(int(most) + 1, COUNT_BLOCK)))
    for index, name in enumerate(names):
        for row in rows[name]:
            one, indicator = row.observation, evidence[name]
            exposure = indicator.coverage[one.window].exposure * (one.last - one.first + 1)
            weight = indicator.observation.weight
            window = f"{name}:{one.window}"
            recall = coords["partial"].index(window) if window in coords["partial"] else -1
            cells.append((one.raw, weight, float(np.log(exposure))))
            places.append((index, one.first, one.last, recall))
            more_than[index, : int(one.raw)] += weight
    capacity = padded(len(cells), CELL_BLOCK)
    factors = [FACTORS.index(evidence[name].informs.factor) for name in names]
    subs = [sub_of(evidence[name]) for name in names]
    return {
        "cells": pad(np.array(cells, dtype=float).reshape(-1, 3), capacity),
        "cell_place": pad(np.array(places, dtype=float).reshape(-1, 4), capacity),
        "more_than": more_than,
        "counter_place": np.array(
            [factors, [coords["sub"].index(sub) if sub else -1 for sub in subs]], dtype=float
        ),
    }
