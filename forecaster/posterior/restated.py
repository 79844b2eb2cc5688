"""The headline under another prior of the alliance's rate, from draws that are there already.

Draws are reweighted by the ratio of the two priors of ``b_A`` and ``b_T``; nothing is fitted. Read
with h5py, so that a command and the web process pay nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecaster.posterior import series
from priors import Normal, Prior
from priors.distribution import Draws

ENOUGH = 400.0
SHIFTED = ("b_A", "b_T")


@dataclass(frozen=True)
class Restated:
    """A probability under another prior; ``effective`` is how many draws it stands on."""

    mean: float
    lower: float
    upper: float
    effective: float

    @property
    def sound(self) -> bool:
        """Whether enough draws carry it."""
        return self.effective >= ENOUGH


@dataclass(frozen=True)
class Standing:
    """Draws of a saved posterior: the two parameters, and the headline."""

    headline: Draws
    parameters: dict[str, Draws]

    def under(self, old: dict[str, Prior], new: dict[str, Prior]) -> Restated | None:
        """The headline had the priors of the two been others; None where one is not normal."""
        log_weight = np.zeros_like(self.headline)
        for name in SHIFTED:
            before, after = old[name], new[name]
            if not isinstance(before, Normal) or not isinstance(after, Normal):
                return None
            draws = self.parameters[name]
            log_weight += _log_density(draws, after) - _log_density(draws, before)
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        order = np.argsort(self.headline)
        places = np.cumsum(weight[order])
        lower, upper = np.interp([0.05, 0.95], places, self.headline[order])
        return Restated(
            float(weight @ self.headline),
            float(lower),
            float(upper),
            float(1.0 / np.square(weight).sum()),
        )


def load(path: Path, sha256: str, date: str) -> Standing:
    """Draws of the posterior file at ``path``; the headline is that of the horizon at ``date``.

    Raises
    ------
    DamagedFile
        If the file is missing, changed or not of the declared schema.
    """
    with series.opened(path, sha256) as file:
        shown = file["shown"]
        horizons = [str(name) for name in shown["horizon"].asstr()[:]]
        by = shown["alliance_by"][:, :, horizons.index(date)]
        return Standing(
            np.asarray(by, dtype=np.float64).ravel(),
            {name: np.asarray(shown[name][:], dtype=np.float64).ravel() for name in SHIFTED},
        )


def _log_density(draws: Draws, prior: Normal) -> Draws:
    return np.asarray(-0.5 * ((draws - prior.mean) / prior.sd) ** 2 - np.log(prior.sd))
