"""Out-of-sample scores of the reference class, and what it is compared with.

No sampler: probabilities come in, scores go out. Two plain rivals are made here, the bare base rate
and a logistic regression on the same kinds of pairs.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from priors.distribution import Draws as Numbers
from priors.distribution import Strict, Text
from priors.reference.covariates import values
from priors.reference.stances import Stances
from priors.reference.table import HERE, LAST_YEAR, Cell, Table

RIDGE = 1e-2  # for what never happened with one value of a covariate; nothing else feels it
STEPS = 100


class Splits(Strict):
    """``splits.toml``."""

    date: datetime.date
    target: Text
    eras_left_out: bool
    folds: tuple[int, ...]
    origins: tuple[int, ...]
    resamples: int
    seed: int
    bins: tuple[float, ...]
    detectable: float


def splits(path: Path = HERE / "splits.toml") -> Splits:
    """The file."""
    with path.open("rb") as file:
        return Splits.model_validate(tomllib.load(file))


@dataclass(frozen=True)
class Split:
    """What is learned from, what is judged, and which era is taken to be in force."""

    scheme: str
    name: str
    learns: Callable[[Cell], bool]
    judged: Callable[[Cell], bool]
    era: Callable[[int], int]


def every_split(stated: Splits, stances: Stances) -> Iterator[Split]:
    """All splits of the file, in its order."""
    for place, era in enumerate(stances.era) if stated.eras_left_out else ():
        yield _era_left_out(place, era.id, stances)
    for fold in stated.folds:
        yield _fold_left_out(fold, stances)
    ends = (*stated.origins[1:], LAST_YEAR["pledge"] + 1)
    for origin, end in zip(stated.origins, ends, strict=True):
        yield _rolling(origin, end, stances)


def _era_left_out(place: int, name: str, stances: Stances) -> Split:
    def inside(cell: Cell) -> bool:
        return stances.era_of(cell.year) == place

    return Split("eras left out", name, lambda cell: not inside(cell), inside, stances.era_of)


def _fold_left_out(fold: int, stances: Stances) -> Split:
    def inside(cell: Cell) -> bool:
        return cell.fold == fold

    return Split(
        "pairs left out", f"fold {fold}", lambda cell: not inside(cell), inside, stances.era_of
    )


def _rolling(origin: int, end: int, stances: Stances) -> Split:
    last = stances.era_of(origin - 1)
    return Split(
        "rolling origin",
        f"from {origin}",
        lambda cell: cell.year < origin,
        lambda cell: origin <= cell.year < end,
        lambda year: min(stances.era_of(year), last),
    )


@dataclass(frozen=True)
class Cases:
    """Pair-years at risk of a pledge by cell, and how many of them brought one, by treaty.

    Attributes
    ----------
    cells : those judged
    pair_years, pledges : array (cell,)
    treaties : their names
    treaty : array (cell, treaty), pledges of that treaty in that cell
    """

    cells: tuple[Cell, ...]
    pair_years: Numbers
    pledges: Numbers
    treaties: tuple[str, ...]
    treaty: Numbers


def cases(table: Table, chosen: Callable[[Cell], bool]) -> Cases:
    """The cases among the cells that are chosen; treaties with no member there are left out."""
    rows = [
        one
        for one in table.exposure
        if one.cell.at_risk("pledge") and one.cell.year <= LAST_YEAR["pledge"] and chosen(one.cell)
    ]
    places = {one.cell: place for place, one in enumerate(rows)}
    treaties = {
        event: found
        for event, members in table.events("pledge").items()
        if (found := [places[one.cell] for one in members if one.cell in places])
    }
    treaty = np.zeros((len(rows), len(treaties)))
    for k, found in enumerate(treaties.values()):
        np.add.at(treaty[:, k], found, 1.0)
    return Cases(
        tuple(one.cell for one in rows),
        np.array([one.pair_years for one in rows], dtype=np.float64),
        treaty.sum(axis=1),
        tuple(treaties),
        treaty,
    )


def together(parts: Sequence[Cases]) -> Cases:
    """Cases of several splits in one; a treaty with members in two of them stays one."""
    names = list(dict.fromkeys(name for one in parts for name in one.treaties))
    rows = []
    for one in parts:
        wide = np.zeros((len(one.cells), len(names)))
        wide[:, [names.index(name) for name in one.treaties]] = one.treaty
        rows.append(wide)
    return Cases(
        tuple(cell for one in parts for cell in one.cells),
        np.concatenate([one.pair_years for one in parts]),
        np.concatenate([one.pledges for one in parts]),
        tuple(names),
        np.concatenate(rows),
    )


def base_rate(learned: Cases, judged: Cases) -> Numbers:
    """Pledges per pair-year, for every case alike."""
    rate = learned.pledges.sum() / learned.pair_years.sum()
    return np.full(len(judged.cells), float(rate))


def logistic(learned: Cases, judged: Cases) -> Numbers:
    """A plain logistic regression on the kinds of pairs, by Newton's method."""
    x, n, y = _design(learned), learned.pair_years, learned.pledges
    weights = np.zeros(x.shape[1])
    weights[0] = np.log(max(y.sum(), 0.5) / n.sum())
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0.0
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-x @ weights))
        slope = x.T @ (y - n * p) - penalty * weights
        curve = (x * (n * p * (1.0 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-10:
            break
    return np.asarray(1.0 / (1.0 + np.exp(-_design(judged) @ weights)))


def _design(of: Cases) -> Numbers:
    rows = [(1.0, *values("pledge", cell)) for cell in of.cells]
    return np.array(rows)


@dataclass(frozen=True)
class Skill:
    """Skill against the base rate: 1 less the ratio of the scores; and its central 90 %."""

    value: float
    lower: float
    upper: float

    def finding(self, detectable: float) -> str:
        """``undetectable`` where the interval is wider than that each way."""
        if 0.5 * (self.upper - self.lower) > detectable:
            return "undetectable"
        if self.lower > 0.0:
            return "better"
        return "worse" if self.upper < 0.0 else "no difference"


def log_loss(p: Numbers) -> tuple[Numbers, Numbers]:
    """What a case costs by the log score: without a pledge, and what one adds to that."""
    quiet = -np.log1p(-p)
    return quiet, -np.log(p) - quiet


def brier_loss(p: Numbers) -> tuple[Numbers, Numbers]:
    """The same by the quadratic score."""
    return p**2, 1.0 - 2.0 * p


Loss = Callable[[Numbers], tuple[Numbers, Numbers]]


def skill(of: Cases, p: Numbers, base: Numbers, loss: Loss, stated: Splits) -> Skill:
    """Skill of probabilities over the base rate's, with treaties drawn anew."""
    rng = np.random.default_rng(stated.seed)
    n = of.treaty.shape[1]
    drawn = rng.multinomial(n, np.full(n, 1.0 / n), stated.resamples).astype(np.float64)
    weights = np.concatenate([np.ones((1, n)), drawn])
    totals = []
    for one in (p, base):
        quiet, more = loss(one)
        totals.append(quiet @ of.pair_years + weights @ (of.treaty.T @ more))
    ratio = 1.0 - totals[0] / totals[1]
    lower, upper = np.quantile(ratio[1:], [0.05, 0.95])
    return Skill(float(ratio[0]), float(lower), float(upper))


@dataclass(frozen=True)
class Bin:
    """Cases with probabilities between two bounds, and the pledges that a calibrated one brings."""

    low: float
    high: float
    pair_years: int
    pledges: int
    expected: float
    lower: float
    upper: float


def calibration(of: Cases, p: Numbers, stated: Splits) -> list[Bin]:
    """Pledges in each bin against what is expected; bands by drawing treaties anew."""
    rng = np.random.default_rng(stated.seed)
    n = of.treaty.shape[1]
    drawn = rng.multinomial(n, np.full(n, 1.0 / n), stated.resamples)
    found = []
    for low, high in zip(stated.bins, stated.bins[1:], strict=False):
        inside = (p >= low) & (p < high)
        by_treaty = of.treaty[inside].sum(axis=0)
        lower, upper = np.quantile(drawn @ by_treaty, [0.05, 0.95])
        found.append(
            Bin(
                low,
                high,
                int(of.pair_years[inside].sum()),
                int(by_treaty.sum()),
                float((of.pair_years * p)[inside].sum()),
                float(lower),
                float(upper),
            )
        )
    return found
