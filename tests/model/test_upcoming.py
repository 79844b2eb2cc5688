"""Which readings are asked for, and when they fall due."""

from __future__ import annotations

from datetime import date

import pytest

from forecaster.model.observed import observations
from forecaster.model.upcoming import AHEAD, Target, as_whole, upcoming
from indicators.spec import Indicator
from tests.model import worlds


def targets(name: str, as_of: date) -> tuple[Indicator, list[Target]]:
    """Readings to come of a shipped indicator, of which what was due by a day is known."""
    one = worlds.shipped()[name]
    known = [
        row
        for row in worlds.histories()
        if row.indicator == name
        and next(
            one.known_at(reading.period, reading.published_at)
            for reading in one.history
            if reading.period.text == row.period
        ).date()
        <= as_of
    ]
    found = observations(known, {name: one}, 12 * (as_of.year - 1992) + as_of.month - 1)
    return one, upcoming(one, [row.period for row in known], found.get(name, []), as_of)


def told(name: str, as_of: date) -> list[tuple[str, int]]:
    return [(target.period.text, target.ahead) for target in targets(name, as_of)[1]]


def test_a_month_is_asked_for_by_the_day_on_which_it_falls_due() -> None:
    assert told("leader_meetings", date(2024, 1, 1)) == [
        ("2024-01", 1),
        ("2024-03", 3),
        ("2024-12", 12),
    ]
    # A month after the 25th February is ten days from being out, January was twenty days before.
    assert told("leader_meetings", date(2024, 1, 25))[:1] == [("2024-02", 1)]


def test_a_year_is_asked_for_while_it_is_out_and_then_the_next() -> None:
    assert told("arms_deliveries", date(2024, 1, 1)) == [("2023", 3), ("2024", 12)]
    assert told("gdp_ratio", date(2024, 10, 1)) == [("2024", 12)]


def test_a_poll_is_predicted_for_the_month_in_which_it_is_usually_made() -> None:
    one, found = targets("us_opinion_of_russia_gallup", date(2022, 1, 1))
    assert (found[0].period.text, found[0].at.text) == ("2022", "2022-02")
    assert not as_whole(one, found[0])


def test_totals_and_counts_want_the_whole_period() -> None:
    for name in ("trade_total", "joint_exercises", "fm_meetings", "arms_to_india"):
        one, found = targets(name, date(2024, 1, 1))
        assert found
        assert all(as_whole(one, target) for target in found)


@pytest.mark.parametrize("name", sorted(worlds.shipped()))
def test_nothing_is_asked_for_that_is_known_or_overdue(name: str) -> None:
    for as_of in (date(2012, 3, 20), date(2024, 1, 1), date(2026, 11, 26)):
        one, found = targets(name, as_of)
        known = {
            reading.period.text
            for reading in one.history
            if one.known_at(reading.period, reading.published_at).date() <= as_of
        }
        assert len({target.period for target in found}) == len(found)
        for target in found:
            assert target.ahead in AHEAD
            assert target.due > as_of
            assert target.period.text not in known
            assert target.period.start <= target.at.start <= target.at.end <= target.period.end


def test_of_what_was_never_read_or_is_over_nothing_is_asked() -> None:
    one = worlds.shipped()["gdp_ratio"]
    assert upcoming(one, [], [], date(2024, 1, 1)) == []
    # Its window is closed: nobody counts any more.
    assert told("friction", date(2024, 6, 1)) == []
