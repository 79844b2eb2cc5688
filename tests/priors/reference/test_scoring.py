"""Scores, rivals and splits, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from priors.reference import scoring, stances, table
from priors.reference.scoring import Cases, Skill, Split
from priors.reference.table import Cell

STATED, TABLE, SPLITS = stances.load(), table.read(), scoring.splits()
EVERY = list(scoring.every_split(SPLITS, STATED))


def cell(year: int = 1950, majors: int = 0, rival: int = 0, fold: int = 0) -> Cell:
    return Cell(year, majors, rival, 0, 1, 0, 0, 0, 0, fold)


def made_up(rng: np.random.Generator, years: int = 400) -> Cases:
    """Two kinds of pairs, of which one pledges five times as often."""
    cells = tuple(cell(year, majors) for year in range(years) for majors in (0, 1))
    n = np.full(len(cells), 20.0)
    y = np.array([rng.binomial(20, 0.05 if one.majors else 0.01) for one in cells], dtype=float)
    events = np.repeat(np.arange(len(cells)), y.astype(int))
    treaty = np.zeros((len(cells), len(events)))
    treaty[events, np.arange(len(events))] = 1.0
    return Cases(cells, n, y, tuple(str(k) for k in range(len(events))), treaty)


def test_a_logistic_regression_finds_both_rates() -> None:
    rng = np.random.default_rng(1)
    learned, judged = made_up(rng), made_up(rng)
    p = scoring.logistic(learned, judged)
    by_kind = {one.majors: float(value) for one, value in zip(judged.cells, p, strict=True)}
    assert by_kind[1] == pytest.approx(0.05, abs=0.01)
    assert by_kind[0] == pytest.approx(0.01, abs=0.004)


def test_knowing_the_kinds_has_skill_and_knowing_nothing_has_none() -> None:
    rng = np.random.default_rng(2)
    learned, judged = made_up(rng), made_up(rng)
    base = scoring.base_rate(learned, judged)
    for loss in (scoring.log_loss, scoring.brier_loss):
        none = scoring.skill(judged, base, base, loss, SPLITS)
        assert (none.value, none.lower, none.upper) == (0.0, 0.0, 0.0)
        found = scoring.skill(judged, scoring.logistic(learned, judged), base, loss, SPLITS)
        assert found.lower < found.value < found.upper
        assert found.value > 0.0
    assert (
        scoring.skill(
            judged, scoring.logistic(learned, judged), base, scoring.log_loss, SPLITS
        ).value
        > 0.03
    )


def test_scores_are_those_of_the_textbook() -> None:
    p = np.array([0.2])
    quiet, more = scoring.log_loss(p)
    assert quiet[0] == pytest.approx(-np.log(0.8))
    assert quiet[0] + more[0] == pytest.approx(-np.log(0.2))
    quiet, more = scoring.brier_loss(p)
    assert (quiet[0], quiet[0] + more[0]) == (pytest.approx(0.04), pytest.approx(0.64))


def test_the_value_does_not_depend_on_who_signed_together() -> None:
    rng = np.random.default_rng(3)
    apart = made_up(rng)
    few = Cases(
        apart.cells,
        apart.pair_years,
        apart.pledges,
        ("one", "two", "three"),
        np.stack([apart.treaty[:, k::3].sum(axis=1) for k in range(3)], axis=1),
    )
    base = scoring.base_rate(apart, apart)
    p = scoring.logistic(apart, apart)
    narrow, wide = (scoring.skill(one, p, base, scoring.log_loss, SPLITS) for one in (apart, few))
    assert narrow.value == pytest.approx(wide.value)
    assert apart.treaty.sum() == few.treaty.sum()
    assert (narrow.lower, narrow.upper) != (wide.lower, wide.upper)  # but the interval does


@pytest.mark.parametrize(
    ("skill", "finding"),
    [
        (Skill(0.1, 0.04, 0.13), "better"),
        (Skill(0.1, -0.01, 0.07), "no difference"),
        (Skill(-0.1, -0.12, -0.05), "worse"),
        (Skill(0.1, 0.04, 0.15), "undetectable"),
        (Skill(0.015, -0.04, 0.07), "undetectable"),
    ],
)
def test_what_is_too_wide_to_tell_is_called_undetectable(skill: Skill, finding: str) -> None:
    assert skill.finding(0.05) == finding


@pytest.mark.parametrize("split", EVERY, ids=lambda one: f"{one.scheme}, {one.name}")
def test_nothing_is_both_learned_from_and_judged(split: Split) -> None:
    cells = [one.cell for one in TABLE.exposure]
    assert not any(split.learns(one) and split.judged(one) for one in cells)
    assert any(split.learns(one) for one in cells)
    assert any(split.judged(one) for one in cells)
    if split.scheme == "rolling origin":
        newest = max(one.year for one in cells if split.learns(one))
        assert newest < min(one.year for one in cells if split.judged(one))
        judged = {split.era(one.year) for one in cells if split.judged(one)}
        assert judged == {STATED.era_of(newest)}  # nobody knew of the next


@pytest.mark.parametrize("scheme", ["eras left out", "pairs left out"])
def test_every_case_is_judged_once(scheme: str) -> None:
    parts = [scoring.cases(TABLE, one.judged) for one in EVERY if one.scheme == scheme]
    whole = scoring.together(parts)
    assert whole.pair_years.sum() == TABLE.pair_years("pledge")
    assert len(whole.treaties) == len(TABLE.events("pledge"))  # one in two folds is one
    assert whole.pledges.sum() == sum(map(len, TABLE.events("pledge").values()))


def test_calibration_counts_every_case_once() -> None:
    rng = np.random.default_rng(4)
    cases = made_up(rng)
    p = scoring.logistic(cases, cases)
    bins = scoring.calibration(cases, p, SPLITS)
    assert sum(one.pair_years for one in bins) == cases.pair_years.sum()
    assert sum(one.pledges for one in bins) == cases.pledges.sum()
    assert sum(one.expected for one in bins) == pytest.approx(cases.pledges.sum(), rel=0.01)
    for one in bins:
        assert one.lower <= one.pledges <= one.upper
