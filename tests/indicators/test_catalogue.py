"""Every indicator folder, checked by the same list; then what the whole catalogue must hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest

from forecaster.belief import FACTORS
from forecaster.sources import Watch, state
from indicators import Indicator, catalogue
from indicators.catalogue import HERE
from indicators.sources import SOURCES

CATALOGUE = catalogue()
EVIDENCE = {name: one for name, one in CATALOGUE.items() if one.role == "evidence"}
FOLDERS = sorted(path.parent.name for path in HERE.glob("[!_]*/indicator.toml"))
RECORDED = [name for name in FOLDERS if CATALOGUE[name].history]
FETCHED = {name for source in SOURCES.values() for name in source.indicators}
WRITTEN = date(2026, 11, 22)
LONGEST_GAP = {"yearly": 600, "monthly": 95}  # days, for the middle one of a history


def reach(one: Indicator) -> date:
    return max(row.period.end for row in one.history)


def test_every_folder_is_an_indicator() -> None:
    folders = {path.parent.name for path in HERE.glob("[!_]*/history.csv")}
    assert folders == set(FOLDERS) == set(CATALOGUE)


@pytest.mark.parametrize("name", FOLDERS)
def test_an_indicator_says_what_it_is_and_its_record_can_be_used(name: str) -> None:
    one = CATALOGUE[name]

    assert one.question.endswith("?"), one.question
    assert one.definition.strip()
    assert one.publisher.terms.strip()
    assert one.publisher.citation.strip()
    assert one.informs.claims, "cites no claim of the papers"
    assert one.plausible.min < one.plausible.max
    assert (one.retired is None) or one.retired.strip().endswith(".")
    if not one.history:
        assert one.role == "context", "evidence without any reading"
        assert name in FETCHED, "has no reading, and no source that could bring one"
    assert [row.period.text for row in one.history] == sorted(
        row.period.text for row in one.history
    ), "rows of history.csv are not in order"
    for row in one.history:
        where = f"{name} {row.period}"
        assert one.implausible(row.value) is None, where
        assert one.covers(row.period), f"{where}: no window of coverage holds it"
        transformed = one.observation.apply(row.value, row.period.n_months)
        assert abs(transformed) < 1e6, where
        known = one.known_at(row.period, row.published_at)
        assert known.date() >= row.period.start, f"{where}: known before it began"
        assert known <= datetime(2026, 11, 22, tzinfo=UTC), f"{where}: not known yet"
        assert row.period.start <= WRITTEN
    if one.coverage:
        for window in one.coverage:
            assert window.reason.strip()
            assert window.last <= WRITTEN, f"{name}: confirmed to a day that was not over"


@pytest.mark.parametrize("name", sorted(EVIDENCE))
def test_standardised_readings_are_of_ordinary_size(name: str) -> None:
    """A wrong centre, scale or unit shows as values far from zero."""
    one = EVIDENCE[name]
    if one.observation.likelihood == "negative_binomial":
        assert (one.observation.center, one.observation.scale) == (0.0, 1.0)
        return
    values = [one.observation.apply(row.value, row.period.n_months) for row in one.history]
    assert max(abs(value) for value in values) < 6.0
    assert abs(median(values)) < 2.5


@pytest.mark.parametrize("name", RECORDED)
def test_the_stated_rhythm_is_that_of_the_history(name: str) -> None:
    one = CATALOGUE[name]
    ends = sorted({row.period.end for row in one.history})
    gaps = [(later - earlier).days for earlier, later in pairwise(ends)]
    limit = LONGEST_GAP.get(one.cadence.expected)
    if limit is not None:
        # With one reading the rhythm is the publisher's, and its source has to bring the rest.
        assert gaps or name in FETCHED, f"{one.cadence.expected}, with one reading only"
        assert median(gaps or [0]) <= limit


@pytest.mark.parametrize("name", RECORDED)
def test_a_reading_that_came_on_time_is_not_late_until_the_next_is_due(name: str) -> None:
    one = CATALOGUE[name]
    watch = Watch.of(name, one.model_dump(include={"cadence", "role", "retired"}))
    known = one.known_at(max(one.history, key=lambda row: row.period.end).period, None)

    assert state(watch, reach(one), known) != "late"
    if one.retired is None and one.role == "evidence":
        assert state(watch, reach(one), known + timedelta(days=6000)) == "late"


def test_the_catalogue_is_as_large_as_was_asked() -> None:
    assert len(EVIDENCE) >= 28
    assert sum(len(one.history) for one in EVIDENCE.values()) >= 700


@pytest.mark.parametrize("factor", FACTORS)
def test_every_factor_has_three_indicators_and_one_that_reaches_2024(factor: str) -> None:
    of_it = {name: one for name, one in EVIDENCE.items() if one.informs.factor == factor}
    living = {name: one for name, one in of_it.items() if one.retired is None}

    assert len(living) >= 3, sorted(living)
    assert any(reach(one) >= date(2024, 12, 31) for one in living.values()), sorted(living)
    assert sum(one.informs.anchor for one in of_it.values()) == 1
    anchor = next(one for one in of_it.values() if one.informs.anchor)
    assert anchor.retired is None


def test_the_ids_that_others_rely_on_exist() -> None:
    for name in ("leader_meetings", "joint_exercises"):
        one = EVIDENCE[name]
        assert one.observation.likelihood == "negative_binomial"
        assert one.cadence.expected == "monthly"
    assert EVIDENCE["trade_total"].informs.factor == "alignment"


def test_what_is_retired_names_a_successor_that_lives() -> None:
    """Where a reason names another indicator, that one exists and is watched."""
    for name, one in CATALOGUE.items():
        words = (one.retired or "").replace(";", " ").replace(".", " ").split()
        for other in {word for word in words if "_" in word}:
            assert CATALOGUE[other].retired is None, f"{name} points at {other}"
