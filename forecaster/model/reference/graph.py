"""The hierarchical competing-risks model in PyMC.

Each cause has a log rate by era, a random walk, and by kind of pair. What happens is a *formation*:
in each year pairs begin changes as a Poisson process under a common frailty of that year (gamma,
mean one, integrated out), and a change takes further pairs with it. Which of its members began it
is not known, so each is as likely: an event with many members is one event, not many. A pair's own
rate is that of beginning times the mean number of members.
"""

from __future__ import annotations

from typing import Any

import pymc as pm
import pytensor.tensor as pt

from forecaster.model.reference.arrays import Arrays
from priors.reference.covariates import EFFECTS, SHIFTING
from priors.reference.table import CAUSES

# Log yearly rates before any data: about one in a hundred, 90 % from one in 1,200 to one in 8.
LOG_RATE, LOG_RATE_SD = -4.6, 1.5
EFFECT_SD = 1.0
ERA_SD, SHIFT_SD, MEMBERS_SD = 0.7, 0.5, 0.5


def build(arrays: Arrays, n_eras: int) -> pm.Model:
    """The whole model; the arrays can be swapped for those of other cells."""
    coords = {
        "cause": list(CAUSES),
        "effect_name": list(EFFECTS),
        "shifting": list(SHIFTING),
        "era": range(n_eras),
        "step": range(n_eras - 1),
    }
    with pm.Model(coords=coords) as model:
        d = {name: pm.Data(f"data_{name}", value) for name, value in arrays.items()}
        rate = pt.exp(_log_rates(d))
        begun = pt.zeros(d["extra"].shape[0])
        begun = pt.inc_subtensor(begun[d["member_event"]], d["share"] * rate[d["member_kind"]])
        expected = pt.zeros(d["n_by_year"].shape[0])
        expected = pt.inc_subtensor(expected[d["year"]], d["exposure"] * rate[d["kind"]])
        shape = pm.LogNormal("frailty", 0.0, 1.0, dims="cause")[d["year_cause"]]
        pm.Potential("formations", pt.sum(pt.log(begun)))
        pm.Potential("years", _years(d["n_by_year"], expected, shape))
        pm.Potential("sizes", _members(d))
    return model


def _log_rates(d: dict[str, Any]) -> Any:
    """Log yearly rates of beginning a change, by kind of pair."""
    start = pm.Normal("start", LOG_RATE, LOG_RATE_SD, dims="cause")
    steps = pm.Normal("steps", dims=("cause", "step"))
    spread = pm.HalfNormal("era_sd", ERA_SD, dims="cause")
    walk = pt.concatenate([pt.zeros((len(CAUSES), 1)), pt.cumsum(steps, axis=1)], axis=1)
    log_rate = pm.Deterministic(
        "log_rate", start[:, None] + spread[:, None] * walk, dims=("cause", "era")
    )
    effect = pm.Normal("effect", 0.0, EFFECT_SD, dims="effect_name")
    shift_sd = pm.HalfNormal("shift_sd", SHIFT_SD, dims="shifting")
    own = shift_sd[:, None] * pm.Normal("shift_z", dims=("shifting", "era"))
    shift = pm.Deterministic("shift", own, dims=("shifting", "era"))
    return (
        log_rate[d["cause"], d["era"]]
        + pt.dot(d["x"], effect)
        + pt.sum(d["shifting"] * shift.T[d["era"]], axis=1)
    )


def _years(events: Any, expected: Any, shape: Any) -> Any:
    """Years under a gamma frailty of mean one, which is integrated out."""
    return pt.sum(
        pt.gammaln(events + shape)
        - pt.gammaln(shape)
        + shape * pt.log(shape)
        - (events + shape) * pt.log(expected + shape)
    )


def _members(d: dict[str, Any]) -> Any:
    """How many further pairs an event takes with it: negative binomial, its mean by era."""
    usual = pm.Normal("members", 0.0, 1.0, dims="cause")
    spread = pm.HalfNormal("members_sd", MEMBERS_SD, dims="cause")
    own = pm.Normal("members_z", dims=("cause", "era"))
    mean = pm.Deterministic(
        "extra", pt.exp(usual[:, None] + spread[:, None] * own), dims=("cause", "era")
    )
    shape = pm.LogNormal("members_shape", 0.0, 1.0, dims="cause")[d["event_cause"]]
    mu, n = mean[d["event_cause"], d["event_era"]], d["extra"]
    return pt.sum(
        pt.gammaln(n + shape)
        - pt.gammaln(shape)
        + shape * pt.log(shape / (mu + shape))
        + n * pt.log(mu / (mu + shape))
    )
