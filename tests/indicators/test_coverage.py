"""Windows of counts: what was looked for, to when, and whether the watch goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from indicators import Indicator, Period, catalogue
from indicators.spec import Coverage

COUNTS = {name: one for name, one in catalogue().items() if one.coverage}
LIVE = {
    "counter_moves",
    "fm_meetings",
    "joint_exercises",
    "joint_patrols",
    "leader_calls",
    "leader_meetings",
    "nato_accessions",
    "pm_meetings",
    "sanctions_on_china",
    "sanctions_on_russia",
    "secondary_designations_china",
    "secondary_sanctions_threats",
    "tariff_and_control_acts",
}
days = st.dates(date(1992, 1, 1), date(2040, 12, 31))


def window(first: str, last: str, **more: Any) -> Coverage:
    return Coverage(
        first=date.fromisoformat(first), last=date.fromisoformat(last), reason="r", **more
    )


def count(*windows: Coverage) -> Indicator:
    whole = COUNTS["leader_meetings"].model_dump() | {"coverage": [w.model_dump() for w in windows]}
    return Indicator(**whole)


@given(days, days, days, days)
def test_an_open_window_holds_what_a_closed_one_does_and_all_that_comes_later(
    first: date, last: date, start: date, end: date
) -> None:
    (first, last), (start, end) = sorted((first, last)), sorted((start, end))
    closed = Coverage(first=first, last=last, reason="r")
    opened = Coverage(first=first, last=last, open=True, reason="r")

    assert closed.holds(start, end) == (first <= start and end <= last)
    assert opened.holds(start, end) == (closed.holds(start, end) or (first <= start and end > last))


def test_a_window_is_closed_unless_it_says_otherwise() -> None:
    assert not window("2020-01-01", "2020-12-31").holds(date(2021, 1, 1), date(2021, 1, 31))


def test_only_the_last_window_may_be_open() -> None:
    first = window("2003-01-01", "2010-12-31", open=True)
    with pytest.raises(ValidationError, match="from 2003-01-01 is open and another follows it"):
        count(first, window("2011-01-01", "2012-12-31"))


@pytest.mark.parametrize("second", ["2010-12-31", "2003-01-01", "1999-01-01"])
def test_windows_are_stated_in_order_and_without_overlap(second: str) -> None:
    with pytest.raises(ValidationError, match="in order, without overlap"):
        count(window("2003-01-01", "2010-12-31"), window(second, "2012-12-31"))


def test_what_is_no_count_is_covered_always() -> None:
    assert catalogue()["trade_total"].covers(Period.parse("1950"))


def test_the_counts_that_are_still_watched_are_open_and_no_others() -> None:
    assert {name for name, one in COUNTS.items() if one.coverage[-1].open} == LIVE


@pytest.mark.parametrize("name", sorted(LIVE))
def test_the_next_period_of_a_live_count_counts(name: str) -> None:
    one = COUNTS[name]
    assert one.retired is None
    for text in ("2026-10", "2026", "2031-02"):
        assert one.covers(Period.parse(text)), text
