"""What was thought before, what the readings say by themselves, what is believed now.

A forecast document keeps how far the readings narrowed each parameter (``contraction``), which
gives the variance after from that before. Were both normal, the readings alone would have the
difference of the precisions. That is a picture for people, not a computation of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from forecaster.belief import FAMILIES, Constraints, Forecast, Interval, Strength
from priors import Fixed, LogNormal, Normal, Prior, Priors
from priors.distribution import Draws

ASSUMED_BELOW = 0.1  # as in ``summary``, which brings xarray
TAIL = 0.05
DRAWS = 50_000
_Z = NormalDist().inv_cdf(1 - TAIL)
#: The parameters beside the families' strengths: what drives alignment, and the rate into alliance.
SHOWN = ("c_R", "c_C", "b_A", "b_T", "b_al")
TOGETHER = "kappa_bar"


class Before(NamedTuple):
    """A prior: as shown, and its mean and sd on the scale on which it is close to normal."""

    shown: Interval
    mean: float
    sd: float
    positive: bool = False


class Learned(NamedTuple):
    """One quantity before, by the readings alone, and after; None where that cannot be told."""

    before: Interval | None
    readings: Interval | None
    after: Strength


def learned(document: Forecast, priors: Priors) -> dict[str, Learned]:
    """All strengths, by ``kappa_bar`` and the families' names, and then the main parameters."""
    stated = parameters(document)
    known = before(priors)
    found: dict[str, Learned] = {}
    for name, after in stated.items():
        prior = known.get(name)
        alone = None if prior is None else readings_alone(prior, after)
        found[name] = Learned(None if prior is None else prior.shown, alone, after)
    return found


def parameters(document: Forecast) -> dict[str, Strength]:
    """What is believed now of each, as far as the document has it."""
    constraints: Constraints = document["constraints"]
    others: Mapping[str, Strength] = document["parameters"]
    return (
        {TOGETHER: constraints["strength"]}
        | {name: constraints["families"][name] for name in FAMILIES}
        | {name: others[name] for name in SHOWN if name in others}
    )


def before(priors: Priors) -> dict[str, Before]:
    """The priors of the same; the base rate is left out where it is solved from probabilities."""
    found = {name: _before(priors.parameters[name]) for name in (TOGETHER, *SHOWN)}
    spread = _family_draws(priors)
    for family in FAMILIES:
        found[family] = _of_draws(spread + priors.settings[f"kappa_offset_{family}"])
    if priors.elicitation is not None:
        del found["b_A"]
    return found


def readings_alone(prior: Before, after: Strength) -> Interval | None:
    """What the readings say without the prior; None where they say (almost) nothing.

    ``contraction`` is 1 - var(after) / var(before), so the readings' precision is that of the
    prior times contraction / (1 - contraction).
    """
    taken = after["contraction"]
    if not ASSUMED_BELOW <= taken < 1:
        return None
    spread = prior.sd * sqrt(1 - taken)
    mean = log(after["mean"]) - spread**2 / 2 if prior.positive else after["mean"]
    sd = prior.sd * sqrt((1 - taken) / taken)
    centre = prior.mean + (mean - prior.mean) / taken
    return _interval(centre, sd, positive=prior.positive)


def _before(prior: Prior) -> Before:
    match prior:
        case LogNormal():
            mean, sd = log(prior.median), prior.log_sd
            return Before(_interval(mean, sd, positive=True), mean, sd, positive=True)
        case Normal() | Fixed():
            return Before(_interval(prior.mean, prior.sd), prior.mean, prior.sd)
        case _:
            return _of_draws(prior.sample(np.random.default_rng(0), DRAWS))


def _family_draws(priors: Priors) -> Draws:
    """A family's strength without its offset: the mean of all and its own part of the spread."""
    rng = np.random.default_rng(0)
    bar, tau = (priors.parameters[one].sample(rng, DRAWS) for one in (TOGETHER, "kappa_tau"))
    return np.asarray(bar + tau * rng.standard_normal(DRAWS))


def _of_draws(draws: Draws) -> Before:
    lower, upper = np.quantile(draws, [TAIL, 1 - TAIL])
    mean = float(draws.mean())
    shown: Interval = {"mean": mean, "lower": float(lower), "upper": float(upper)}
    return Before(shown, mean, float(draws.std()))


def _interval(mean: float, sd: float, *, positive: bool = False) -> Interval:
    if positive:
        return {
            "mean": exp(mean + sd**2 / 2),
            "lower": exp(mean - _Z * sd),
            "upper": exp(mean + _Z * sd),
        }
    return {"mean": mean, "lower": mean - _Z * sd, "upper": mean + _Z * sd}
