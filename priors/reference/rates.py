"""What the fitted reference class says: rates of kinds of pairs, and ten years of this one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from priors.distribution import Draws as Numbers
from priors.reference.covariates import values
from priors.reference.draws import Draws
from priors.reference.stances import Eras, Reversion, Stances
from priors.reference.table import Cause, Cell, Table

HORIZON = 10
PATHS = 64
SEED = 1816


@dataclass(frozen=True)
class Span:
    """A mean and the central 90 %."""

    mean: float
    lower: float
    upper: float


def span(draws: Numbers) -> Span:
    """The mean and the central 90 % of draws."""
    lower, upper = np.quantile(draws, [0.05, 0.95])
    return Span(float(draws.mean()), float(lower), float(upper))


def kind(stances: Stances, *, rival: int, asymmetry: int, year: int = 2025) -> Cell:
    """The forecast pair as a kind of pair."""
    pair = stances.pair
    return Cell(
        year=year,
        majors=pair.majors,
        rival=rival,
        state=pair.state,
        asymmetry=asymmetry,
        border=pair.border,
        own_rivalry=pair.own_rivalry,
        earlier_pledge=pair.earlier_pledge,
        wartime=pair.wartime,
        fold=0,
    )


def replaced(cell: Cell, **changes: int) -> Cell:
    """The same kind of pair but for some of its columns."""
    return replace(cell, **changes)


def log_rate(draws: Draws, stances: Stances, cause: Cause, cell: Cell, era: int) -> Numbers:
    """Log yearly rate of one kind of pair in one era, by draw."""
    name = stances.era[era].id
    total = draws.numbers[f"log_rate.{cause}.{name}"] + draws.effects(cause, values(cause, cell))
    if cause == "pledge":
        for covariate, present in (("rival", cell.rival), ("majors", cell.majors)):
            total = total + present * draws.numbers[f"shift.{covariate}.{name}"]
    return total


def by_era(draws: Draws, stances: Stances, cause: Cause, cell: Cell) -> list[Span]:
    """Yearly rates of one kind of pair in every era."""
    return [
        span(np.exp(log_rate(draws, stances, cause, cell, era))) for era in range(len(stances.era))
    ]


def taken(stances: Stances, eras: Eras) -> list[int]:
    """The places of the eras whose mean a stance takes."""
    n = len(stances.era)
    return {"post_1945": [n - 2, n - 1], "history": list(range(n))}.get(eras, [n - 1])


def stance_log_rate(
    draws: Draws, stances: Stances, cause: Cause, cell: Cell, eras: Eras
) -> Numbers:
    """The same under a stance on eras; ``turning`` begins where ``now`` does."""
    each = [log_rate(draws, stances, cause, cell, era) for era in taken(stances, eras)]
    return np.asarray(np.mean(each, axis=0))


@dataclass(frozen=True)
class Turns:
    """Yearly probabilities that a common major rival is lost, and won, by two major powers."""

    lost: Numbers
    won: Numbers


def turns(table: Table, n: int) -> Turns:
    """Draws of both from their counts, under Jeffreys' prior."""
    rng = np.random.default_rng(SEED)
    total = {0: [0, 0], 1: [0, 0]}
    for one in table.exposure:
        if one.cell.majors:
            total[one.cell.rival][0] += one.pair_years
            total[one.cell.rival][1] += one.rival_after
    kept, won = total[1][1], total[0][1]
    return Turns(
        lost=rng.beta(total[1][0] - kept + 0.5, kept + 0.5, n),
        won=rng.beta(won + 0.5, total[0][0] - won + 0.5, n),
    )


def effective(log_rates: Numbers, frailty: Numbers) -> Numbers:
    """The yearly hazard under a gamma frailty of mean one: calm years are commoner than wild."""
    return np.asarray(frailty * np.log1p(np.exp(log_rates) / frailty))


def pledge_within(
    draws: Draws, stances: Stances, turning: Turns, eras: Eras, reversion: Reversion
) -> Numbers:
    """P(a pledge within ten years) of the forecast pair, by draw: the first of the exits.

    A new rivalry of the two ends the wait. Each draw is averaged over futures of its own.
    """
    rng = np.random.default_rng(SEED)
    n, shape = len(draws), (len(draws), PATHS)
    asymmetry = stances.pair.asymmetry_now
    cells = [kind(stances, rival=rival, asymmetry=asymmetry) for rival in (0, 1)]
    pledge = [stance_log_rate(draws, stances, "pledge", cell, eras) for cell in cells]
    rupture = [stance_log_rate(draws, stances, "rivalry", cell, eras) for cell in cells]
    rival = np.ones(shape, dtype=np.int64)
    moved = {name: np.zeros(shape) for name in _steps(draws, stances)}
    waiting, done = np.ones(shape), np.zeros(shape)
    chance = 1.0 / stances.transfer.new_era_years if eras == "turning" else 0.0
    for _ in range(HORIZON):
        out = {}
        for name, both in (("pledge", pledge), ("rivalry", rupture)):
            base = np.where(rival == 1, both[1][:, None], both[0][:, None]) + moved[name]
            if name == "pledge":
                base = base + moved["majors"] + rival * moved["rival"]
            out[name] = effective(base, draws.numbers[f"frailty.{name}"][:, None])
        leaving = out["pledge"] + out["rivalry"]
        left = waiting * -np.expm1(-leaving)
        done += left * out["pledge"] / leaving
        waiting -= left
        begins = rng.random(shape) < chance
        for name, sd in _steps(draws, stances).items():
            moved[name] += begins * sd[:, None] * rng.standard_normal(shape)
        if reversion == "reverts":
            lots = rng.random(shape)
            lost, won = turning.lost[:n, None], turning.won[:n, None]
            rival = np.where(rival == 1, lots >= lost, lots < won).astype(np.int64)
    return np.asarray(done.mean(axis=1))


def _steps(draws: Draws, stances: Stances) -> dict[str, Numbers]:
    """How far a new era moves each of the numbers that belong to eras."""
    return {
        "pledge": draws.numbers["era_sd.pledge"],
        "rivalry": draws.numbers["era_sd.rivalry"],
        "majors": stances.pair.majors * draws.numbers["shift_sd.majors"],
        "rival": draws.numbers["shift_sd.rival"],
    }


def contrast(draws: Draws, stances: Stances, eras: Eras) -> Numbers:
    """The total contrast of threat: log rate with a common rival less that without."""
    asymmetry = stances.pair.asymmetry_origin
    one, none = (
        stance_log_rate(
            draws, stances, "pledge", kind(stances, rival=rival, asymmetry=asymmetry), eras
        )
        for rival in (1, 0)
    )
    return np.asarray(one - none)
