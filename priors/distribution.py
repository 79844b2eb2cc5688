"""What a prior is: a distribution with its numbers, a reason, a source and a date.

No graph and no sampler: the model room turns these into random variables. All numbers are finite;
positive parameters use distributions that cannot be negative.
"""

from __future__ import annotations

import datetime
from math import exp, sqrt
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Sources = Annotated[tuple[Text, ...], Field(min_length=1)]
Draws = NDArray[np.float64]
Size = int | tuple[int, ...]


class Strict(BaseModel):
    """Refuses keys that nobody reads; cannot be changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stated(Strict):
    """What every number carries: its meaning and unit, why it is so, from where, and since when.

    ``source`` holds claim ids (``"A12"``) and citations, mixed.
    """

    title: Text
    reason: Text
    source: Sources
    date: datetime.date


class Normal(Stated):
    """Any sign. ``mean`` and ``sd`` in the unit that the title names."""

    distribution: Literal["normal"]
    mean: Number
    sd: Positive

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """Independent draws."""
        return rng.normal(self.mean, self.sd, size)


class LogNormal(Stated):
    """Positive. ``median`` in the title's unit, ``log_sd`` is the sd of the natural logarithm."""

    distribution: Literal["lognormal"]
    median: Positive
    log_sd: Positive

    @property
    def mean(self) -> float:
        """Mean of the variable itself, above the median."""
        return self.median * exp(self.log_sd**2 / 2)

    @property
    def sd(self) -> float:
        """Standard deviation of the variable itself, not of its logarithm."""
        return self.mean * sqrt(exp(self.log_sd**2) - 1)

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """Independent draws."""
        return rng.lognormal(np.log(self.median), self.log_sd, size)


class Beta(Stated):
    """Between 0 and 1."""

    distribution: Literal["beta"]
    alpha: Positive
    beta: Positive

    @property
    def mean(self) -> float:
        """``alpha / (alpha + beta)``."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        total = self.alpha + self.beta
        return sqrt(self.alpha * self.beta / (total**2 * (total + 1)))

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """Independent draws."""
        return rng.beta(self.alpha, self.beta, size)


class StudentT(Stated):
    """Any sign, heavy tails. ``sd`` is the standard deviation, hence ``nu`` above 2."""

    distribution: Literal["student_t"]
    nu: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=2)]
    mean: Number
    sd: Positive

    @property
    def scale(self) -> float:
        """The scale that samplers ask for, smaller than ``sd``."""
        return self.sd * sqrt((self.nu - 2) / self.nu)

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """Independent draws."""
        return np.asarray(self.mean + self.scale * rng.standard_t(self.nu, size))


class Gamma(Stated):
    """Positive. ``alpha`` is the shape, ``beta`` the rate (one over the scale)."""

    distribution: Literal["gamma"]
    alpha: Positive
    beta: Positive

    @property
    def mean(self) -> float:
        """``alpha / beta``."""
        return self.alpha / self.beta

    @property
    def sd(self) -> float:
        """``sqrt(alpha) / beta``."""
        return sqrt(self.alpha) / self.beta

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """Independent draws."""
        return rng.gamma(self.alpha, 1 / self.beta, size)


class Fixed(Stated):
    """A number that is set, not learned. ``alternatives`` are shown as sensitivity runs."""

    distribution: Literal["fixed"]
    value: Number
    alternatives: tuple[Annotated[float, Field(strict=True)], ...] = ()

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def sd(self) -> float:
        """Zero: nothing is learned about it."""
        return 0.0

    def sample(self, rng: np.random.Generator, size: Size) -> Draws:
        """The value, ``size`` times; ``rng`` moves on as it does for the others."""
        return rng.normal(self.value, 0.0, size)


Prior = Annotated[
    Normal | LogNormal | Beta | StudentT | Gamma | Fixed, Field(discriminator="distribution")
]
