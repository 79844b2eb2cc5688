"""The shape of the posterior around where it lies, and coordinates in which it is round.

The log posterior's curvature, averaged over points of a pilot run, is close to the inverse of the
posterior covariance, and has no sampling noise: 1,100 gradients a point give all of it. Its
diagonal and the directions in which it departs most from that become the coordinates of the main
run: steps twice as long, and nothing changed in what is sampled. NUTS that adapts such directions
from its own draws needs many more of them, and failed here (decision record 0004).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from forecaster.model.basis import Array
from forecaster.model.compiled import njit

N_DIRECTIONS = 128
STEP = 1e-5
FLATTEST = 0.03

Density = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True)
class Terrain:
    """A linear map between round coordinates q and the model's x = centre + scale (q + U g U'q).

    Attributes
    ----------
    centre, scale : array (coordinate,)
        Mean of the pilot's points, and one over the root of the diagonal of the mean curvature.
    directions : array (coordinate, direction)
        Orthonormal U: eigenvectors of the scaled curvature.
    gain : array (direction,)
        g: one over the root of each eigenvalue, less 1.
    """

    centre: Array
    scale: Array
    directions: Array
    gain: Array

    def out(self, q: Array) -> Array:
        """The model's vector at a point of the round coordinates."""
        return np.asarray(_out(q, self.centre, self.scale, self.directions, self.gain))

    def back(self, gradient: Array) -> Array:
        """A gradient by x as one by q."""
        return np.asarray(_back(gradient, self.scale, self.directions, self.gain))

    def round(self, x: Array) -> Array:
        """The inverse of ``out``."""
        h = (x - self.centre) / self.scale
        shrink = 1.0 / (1.0 + self.gain) - 1.0
        return np.asarray(h + self.directions @ (shrink * (self.directions.T @ h)))


@njit()
def _out(q: Array, centre: Array, scale: Array, directions: Array, gain: Array) -> Array:
    x: Array = centre + scale * (q + np.dot(directions, gain * np.dot(directions.T, q)))
    return x


@njit()
def _back(g: Array, scale: Array, directions: Array, gain: Array) -> Array:
    h: Array = scale * g
    h += np.dot(directions, gain * np.dot(directions.T, h))
    return h


def survey(density: Density, points: Array, threads: int) -> Terrain:
    """Measure the mean curvature at some points, shape (point, coordinate).

    Where the curvature is negative or nearly nothing it is taken as that of the flattest direction
    allowed; the result does not depend on the number of threads.
    """

    def curvature(point: Array) -> Array:
        return _curvature(density, point)

    with ThreadPoolExecutor(threads) as pool:
        mean = sum(pool.map(curvature, points), np.zeros(2 * points.shape[1:])) / len(points)
    scale = 1.0 / np.sqrt(np.maximum(np.diag(mean), FLATTEST))
    values, vectors = np.linalg.eigh(mean * np.outer(scale, scale))
    values = np.maximum(values, FLATTEST)
    chosen = np.sort(np.argsort(-np.abs(np.log(values)), kind="stable")[:N_DIRECTIONS])
    directions = np.ascontiguousarray(vectors[:, chosen])
    return Terrain(points.mean(axis=0), scale, directions, values[chosen] ** -0.5 - 1.0)


def _curvature(density: Density, point: Array) -> Array:
    """Minus the Hessian of the log density, by differences of its gradient; symmetric."""
    here = density(point)[1]
    rows = np.empty((len(point), len(point)))
    moved = point.copy()
    for k in range(len(point)):
        moved[k] = point[k] + STEP
        rows[k] = (here - density(moved)[1]) / STEP
        moved[k] = point[k]
    return 0.5 * (rows + rows.T)
