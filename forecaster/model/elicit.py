"""Probabilities that a text states, turned into the prior of ``b_A`` by simulation.

The text speaks from its own date. So the factors are fitted to what was known then, the futures
are run from there, and the base rate is moved until the alliance is as likely at the stated
horizon as the text says. Only the location is solved; the spread is that of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from forecaster.belief import SCENARIOS
from forecaster.model import design, fit, future, outcome
from forecaster.model.fit import Effort
from forecaster.model.grid import month_index
from forecaster.model.layout import layout
from forecaster.model.observed import Known, observations
from indicators.spec import Indicator
from priors import Normal, Priors

EFFORT = Effort(draws=250, tune=300, chains=2)
REACH = 6.0
STEPS = 14


def solve(
    readings: Iterable[Known],
    catalogue: Mapping[str, Indicator],
    priors: Priors,
    *,
    seed: int,
    effort: Effort = EFFORT,
) -> Priors:
    """The priors with ``b_A`` solved for their elicited probabilities; unchanged without any.

    ``readings`` are those known at the elicitation's own date.

    Raises
    ------
    ValueError
        If no base rate within ``REACH`` of the starting one gives the stated probability.
    """
    stated = priors.elicitation
    if stated is None:
        return priors
    start = priors.parameters["b_A"]
    last = month_index(stated.date)
    frame = design.build(observations(readings, catalogue, last), catalogue, priors, last + 1)
    plan = layout(frame, dict(catalogue), priors)
    draws = fit.sample(plan, frame, seed=seed, effort=effort)
    _, state, _ = outcome.derive(draws, plan, frame, priors, seed)
    months = round(12 * stated.horizon_years)
    before = start.sample(np.random.default_rng(seed), len(state.b_A))

    def in_force(shift: float) -> float:
        ahead = future.simulate(
            replace(state, b_A=before + shift),
            outcome.constants(priors, frame),
            n_months=months,
            in_force="retreat",
            seed=seed,
            threads=effort.cores,
        )
        return float(ahead.scenarios[-1, :, SCENARIOS.index("alliance")].mean())

    wanted = stated.probabilities["alliance"]
    low, high = -REACH, REACH
    if not in_force(low) < wanted < in_force(high):
        raise ValueError(
            f"no base rate gives P(alliance) = {wanted} in {stated.horizon_years:g} years from "
            f"{stated.date}; state a probability between those of b_A moved by {REACH:g} each way"
        )
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if in_force(middle) < wanted else (low, middle)
    solved = Normal(
        distribution="normal",
        mean=float(start.mean + 0.5 * (low + high)),
        sd=stated.log_odds_sd,
        title=start.title,
        reason=f"solved by simulation for {wanted:g} at {stated.horizon_years:g} years",
        source=stated.source,
        date=stated.date,
    )
    return priors.replace({"b_A": solved})
