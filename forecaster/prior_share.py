"""How much of the forecast is prior: which parameters the readings moved, and other prior sets.

Worked out from saved draws. Sets that differ in priors of what is learned are reached by weighing
the draws; others need a fit of their own (``prior_fits``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from forecaster import opened, prior_fits
from forecaster.belief import FACTORS, SCENARIOS, Forecast
from forecaster.model import psis, scaling
from forecaster.model.basis import Array
from forecaster.model.moment import Drawn
from forecaster.model.news import HEADLINE_YEARS
from forecaster.model.scaling import Follows
from forecaster.posterior import prior_words, reweighed
from forecaster.posterior.explanations import K_HAT_LIMIT
from forecaster.wiring import Desk
from priors import Fixed, Priors, load, set_names

NAME = "prior-share"
HEADLINE = "headline"
PARAMETERS = ("b_A", "b_T", "b_al", "kappa_bar", "c_R", "c_C")


def analysis(desk: Desk, forecast: Forecast) -> dict[str, Any]:
    """The whole document.

    Raises
    ------
    Untold
        If the draws of the forecast cannot be opened.
    """
    side = opened.with_draws(desk, opened.side(desk, forecast))
    drawn = opened.drawn(desk, side)
    chains, seed = (drawn.chains, -1), forecast["random_seed"]
    parts = {
        name: one.reshape(chains)
        for name, one in scaling.log_priors(drawn.reopened, desk.catalogue, desk.priors).items()
    }
    spoken = scaling.log_likelihood(drawn.reopened, side.moment, desk.catalogue, desk.priors)
    # The scales of indicators are dozens, and would drown what is about the pair.
    stated = np.sum([parts[name] for name in scaling.SCALARS], axis=0)
    value = drawn.value.reshape(chains)
    return {
        "quantity": "alliance_by",
        "as_of": forecast["as_of"],
        "date": forecast["headline"]["date"],
        "interval": reweighed.PROBABILITY,
        "headline": dict(forecast["headline"]),
        "prior_set": desk.priors.set_name,
        "sensitivity": [
            {
                "quantity": name,
                "prior": _told(scaling.follows(draws, stated, seed)),
                "readings": _told(scaling.follows(draws, spoken.reshape(chains), seed)),
            }
            for name, draws in _quantities(side.tree, forecast).items()
        ],
        "parameters": {
            name: {
                "title": desk.priors.parameters[name].title
                if name in desk.priors.parameters
                else prior_words.INDICATORS,
                "contraction": forecast["parameters"][name]["contraction"]
                if name in forecast["parameters"]
                else None,
                "headline_follows": _told(scaling.follows(value, part, seed)),
            }
            for name, part in parts.items()
        },
        **moved([_set(desk, forecast, name, drawn) for name in set_names()]),
    }


def _told(found: Follows) -> dict[str, Any]:
    return {"value": found.value, "noise": found.noise, "stands_out": found.stands_out}


def _quantities(tree: xr.DataTree | None, forecast: Forecast) -> dict[str, Array]:
    """What a reader looks at, by name, each (chain, draw)."""
    if tree is None:
        raise TypeError("the draws were not opened")
    shown = tree["shown"].to_dataset()
    ten = [one["years"] for one in forecast["horizons"]].index(HEADLINE_YEARS)
    found = {HEADLINE: shown["alliance_by"].values[:, :, ten]}
    for k, one in enumerate(forecast["horizons"]):
        if one["years"] >= 1 and k != ten:
            found[f"alliance_by_{one['years']:g}"] = shown["alliance_by"].values[:, :, k]
    for name in ("balancing", "rupture"):
        found[f"{name}_in_force_{HEADLINE_YEARS}"] = shown["scenarios"].values[
            :, :, ten, SCENARIOS.index(name)
        ]
    found["hazard_alliance"] = shown["hazard"].values[:, :, 0]
    for k, name in enumerate(FACTORS):
        found[name] = shown["factor"].values[:, :, k]
    return found | {name: shown[name].values for name in PARAMETERS}


def _set(desk: Desk, forecast: Forecast, name: str, drawn: Drawn) -> dict[str, Any]:
    """The headline had another set been the prior, or why that needs a fit."""
    other = load(name)
    row: dict[str, Any] = {
        "name": name,
        "title": other.chosen.title,
        "reason": other.chosen.reason,
        "date": other.chosen.date.isoformat(),
        "changes": sorted(changes(desk.priors, other)),
        "how": "needs a fit",
        "why": None,
        "headline": None,
        "points": None,
        "k_hat": None,
        "effective_draws": None,
        "as_of": None,
    }
    if name == desk.priors.set_name:
        return row | {"how": "stands", "headline": dict(forecast["headline"]), "points": 0.0}
    fitted = prior_fits.latest(desk, forecast, other)
    of_today = fitted is not None and fitted["forecast_id"] == forecast["forecast_id"]
    if not of_today:
        why = unreachable(desk.priors, other)
        row |= {"why": why} if why else weighed(desk.priors, other, drawn)
    if fitted is None or row["how"] == "weighed":
        return row
    told = {key: fitted[key] for key in ("headline", "points", "as_of")}
    return row | told | {"how": "fitted" if of_today else "fitted before", "why": None}


def changes(old: Priors, new: Priors) -> set[str]:
    """Parameters that two sets state otherwise."""
    return {
        name
        for name, one in new.parameters.items()
        if _numbers(one) != _numbers(old.parameters[name])
    }


def _numbers(one: Any) -> dict[str, Any]:
    words = {"title", "reason", "source", "date", "alternatives"}
    return dict(one.model_dump(exclude=words))


def unreachable(old: Priors, new: Priors) -> str | None:
    """Why draws under one set cannot be weighed for another; None if they can."""
    for one in (new, old):
        if one.elicitation is not None:
            return f"the base rate of {one.set_name} is solved by simulation"
    changed = changes(old, new)
    fixed = sorted(name for name in changed if isinstance(new.parameters[name], Fixed))
    if fixed:
        return f"{', '.join(fixed)} is set and not learned"
    beyond = sorted(changed - set(scaling.SCALARS))
    return f"{', '.join(beyond)} is behind many parameters" if beyond else None


def weighed(old: Priors, new: Priors, drawn: Drawn) -> dict[str, Any]:
    """The headline from the draws of one set under another, if enough of them carry it."""
    named = drawn.reopened.paths.named
    log_weights = np.zeros(len(drawn.value))
    for name in changes(old, new):
        for sign, one in ((1.0, new), (-1.0, old)):
            log_weights += sign * scaling.log_density(one.parameters[name], named[name])
    smooth, k_hat = psis.smoothed(log_weights)
    weights = np.exp(smooth)
    effective = len(weights) * psis.share_kept(smooth)
    if not np.isfinite(k_hat):  # all weight lies on a draw or two
        return {"why": "next to no draw carries it", "effective_draws": effective}
    told = {"k_hat": k_hat, "effective_draws": effective}
    if k_hat >= K_HAT_LIMIT:
        return told | {"why": f"too few draws carry it (k-hat {k_hat:.2f})"}
    value = drawn.value
    mean = float(weights @ value)
    order = np.argsort(value)
    lower, upper = np.interp([0.05, 0.95], np.cumsum(weights[order]), value[order])
    error = float(np.sqrt(np.square(weights * (value - mean)).sum()))
    row = {"mean": mean, "lower": float(lower), "upper": float(upper), "mcse": error}
    return told | {"how": "weighed", "headline": row, "points": 100.0 * float(mean - value.mean())}


def moved(sets: list[dict[str, Any]]) -> dict[str, Any]:
    """The sets, which of them moves the headline most, and a warning where that is far."""
    known = [one for one in sets if one["points"] is not None and one["how"] != "stands"]
    largest = max(known, key=lambda one: abs(one["points"]), default=None)
    return {
        "sets": sets,
        "largest": None
        if largest is None
        else {"set": largest["name"], "points": largest["points"]},
        "warning": prior_words.warning(sets),
    }
