"""How well each draw explains the readings of one indicator: any readings, the draws as they are.

The fit adds these terms up in one compiled pass (``density``, ``events``); here each stands alone,
for all draws at once, so that the draws can be weighed by readings which their fit did not know.
Every value is up to a constant that no draw changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from forecaster.belief import FACTORS
from forecaster.model.basis import Array
from forecaster.model.blocks import rotate, rows_of, sub_of
from forecaster.model.design import usual_months
from forecaster.model.observed import Observation
from indicators.spec import Indicator


@dataclass(frozen=True)
class Paths:
    """The draws as the readings see them, on one grid of months.

    Attributes
    ----------
    named : dict of arrays (sample, ...)
        Parameters in their own units, as ``layout.natural`` names them.
    coords : dict
        Names along ``measure``, ``counter``, ``partial``, ``sub`` and ``shared_sub``.
    factors : array (sample, factor, month)
    slow : array (month, function)
        Functions of the slow paths, over the months of the fit.
    own_ahead : array (sample, shared_sub, month)
        Own paths of the sub-constraints that several indicators speak for, beyond those months.
    deviations_ahead : array (sample, counter, month)
        Slow deviations of the counts, likewise; those of what is measured are integrated out.
    kernel : array (month, month)
        Covariance of a slow deviation, for an sd of 1.
    """

    named: Mapping[str, Array]
    coords: Mapping[str, Sequence[str]]
    factors: Array
    slow: Array
    own_ahead: Array
    deviations_ahead: Array
    kernel: Array

    @property
    def n_months(self) -> int:
        """Months from January 1992 to the end of the grid."""
        return int(self.factors.shape[2])

    def own(self, sub: int) -> Array:
        """One shared sub-constraint's own path, shape (sample, month)."""
        seen = self.named["sub_w"][:, sub] @ self.slow.T
        return np.hstack([seen, self.own_ahead[:, sub]])

    def deviation(self, counter: int) -> Array:
        """The slow deviation of one count, shape (sample, month)."""
        seen = self.named["counter_w"][:, counter] @ self.slow.T
        return np.hstack([seen, self.deviations_ahead[:, counter]])


def of_indicator(
    one: Indicator, found: list[Observation], paths: Paths, seen: Array | None = None
) -> Array:
    """Log-likelihood of these observations of one indicator, shape (sample,).

    ``seen`` is what `seen_by` says of what is measured, if it is known already.

    Raises
    ------
    KeyError
        If the draws know nothing of the indicator.
    """
    kind = "measure" if one.observation.likelihood == "normal" else "counter"
    if one.id not in paths.coords[kind]:
        raise KeyError(one.id)
    index = list(paths.coords[kind]).index(one.id)
    return (
        _measured(one, index, found, paths, seen)
        if kind == "measure"
        else _counted(one, index, found, paths)
    )


@dataclass(frozen=True)
class Contrasts:
    """What a measured indicator says, rotated (``blocks.rotate``), and what a draw expects of it.

    Attributes
    ----------
    miss : array (sample, contrast)
        Read less expected.
    share : array (contrast,)
        Variance of the slow deviation in each, for an sd of 1.
    weight : float
        Of the indicator's likelihood.
    """

    miss: Array
    share: Array
    weight: float


def contrasts(
    one: Indicator, found: list[Observation], paths: Paths, seen: Array | None = None
) -> Contrasts | None:
    """Of an unknown level n - 1 of n readings speak; None where nothing does."""
    if len(found) < 2:
        return None
    index = list(paths.coords["measure"]).index(one.id)
    weights = np.array([row.weights for row in rows_of(found, paths.n_months)])
    rotation, share = rotate(weights, paths.kernel)
    loading = paths.named["measure_loading"][:, index, None]
    read = np.array([row.value for row in found]) @ rotation
    seen = seen_by(one, found, paths) if seen is None else seen
    miss = read - loading * (seen @ rotation)
    return Contrasts(miss, share, one.observation.weight)


def own_sub(one: Indicator, paths: Paths) -> int | None:
    """The place of the sub-constraint that this indicator alone speaks for; None if there is none.

    That one's own path was integrated out together with the indicator's deviation.
    """
    sub = sub_of(one)
    if sub is None or sub in paths.coords["shared_sub"]:
        return None
    return list(paths.coords["sub"]).index(sub)


def _measured(
    one: Indicator, index: int, found: list[Observation], paths: Paths, seen: Array | None
) -> Array:
    told, named = contrasts(one, found, paths, seen), paths.named
    if told is None:
        return np.zeros(len(paths.factors))
    slow = named["deviation_sd"][:, index, None] ** 2
    if (own := own_sub(one, paths)) is not None:
        spread = named["sub_deviation_sd"][:, own, None]
        slow = slow + (named["measure_loading"][:, index, None] * spread) ** 2
    variance = named["noise_sd"][:, index, None] ** 2 + slow * told.share
    total = np.sum(told.miss**2 / variance + np.log(variance), axis=1)
    return np.asarray(-0.5 * told.weight * total)


def _counted(one: Indicator, index: int, found: list[Observation], paths: Paths) -> Array:
    """Negative binomial around ``log_mean``."""
    if not found:
        return np.zeros(len(paths.factors))
    count = np.array([row.raw for row in found])
    alpha = paths.named["dispersion"][:, index, None]
    gap = log_mean(one, found, paths) - np.log(alpha)
    total = count * gap - (alpha + count) * np.logaddexp(0.0, gap)
    total += gammaln(alpha + count) - gammaln(alpha)
    return np.asarray(one.observation.weight * np.sum(total, axis=1))


def log_mean(one: Indicator, found: list[Observation], paths: Paths) -> Array:
    """Log of what each draw expects of counts, from factor, own deviation, exposure and recall.

    Shape (sample, reading). The usual level is that of the fit: over the months that it knew.
    """
    named, n_fit = paths.named, len(paths.slow)
    index = list(paths.coords["counter"]).index(one.id)
    usual = usual_months([one.id], {one.id: one}, n_fit)[0, :n_fit]
    loading = named["counter_loading"][:, index, None]
    seen = seen_by(one, found, paths) - (_path(one, paths)[:, :n_fit] @ usual)[:, None]
    own = paths.deviation(index)
    path = _averages(own, found) - (own[:, :n_fit] @ usual)[:, None]
    months = np.array([row.last - row.first + 1 for row in found])
    exposure = np.array([one.coverage[row.window].exposure for row in found]) * months
    mean = named["counter_intercept"][:, index, None] + loading * seen + path + np.log(exposure)
    partial = list(paths.coords["partial"])
    for k, row in enumerate(found):
        if (window := f"{one.id}:{row.window}") in partial:
            mean[:, k] += np.log(named["recall"][:, partial.index(window)])
    return np.asarray(mean)


def seen_by(one: Indicator, found: list[Observation], paths: Paths) -> Array:
    """The factor, and the shared sub-constraint's own path, over the months of each reading."""
    return _averages(_path(one, paths), found)


def _path(one: Indicator, paths: Paths) -> Array:
    path: Array = paths.factors[:, FACTORS.index(one.informs.factor)]
    sub, shared = sub_of(one), list(paths.coords["shared_sub"])
    return path + paths.own(shared.index(sub)) if sub in shared else path


def _averages(path: Array, found: list[Observation]) -> Array:
    """Means of monthly paths over the months of each reading, shape (sample, reading)."""
    total = np.zeros((path.shape[0], path.shape[1] + 1))
    np.cumsum(path, axis=1, out=total[:, 1:])
    first = np.array([row.first for row in found])
    end = np.array([row.last for row in found]) + 1
    return np.asarray((total[:, end] - total[:, first]) / (end - first))
