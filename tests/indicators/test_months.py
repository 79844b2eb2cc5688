"""Months that are over, and what of a harvest is new."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.period import Period
from indicators.sources import months
from indicators.spec import Reading


@pytest.mark.parametrize(
    ("today", "rest", "newest"),
    [
        (date(2026, 11, 1), 1, "2026-10"),
        (date(2026, 11, 1), 2, "2026-09"),
        (date(2026, 11, 2), 2, "2026-10"),
        (date(2026, 1, 2), 3, "2025-11"),
        (date(2026, 1, 3), 3, "2025-12"),
    ],
)
def test_a_month_rests_after_its_end(today: date, rest: int, newest: str) -> None:
    assert months.finished(today, 1, rest)[0].text == newest


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40), st.integers(1, 20))
def test_months_follow_each_other_and_are_over(today: date, count: int, rest: int) -> None:
    found = months.finished(today, count, rest)

    assert len(found) == count
    assert all(new.start - old.end == timedelta(days=1) for new, old in pairwise(found))
    assert today - found[0].end >= timedelta(days=rest)
    assert today - found[0].end < timedelta(days=rest + 31)


def test_only_what_is_new_is_news() -> None:
    old = Reading("a", Period.parse("2026-01"), 0.1 + 0.2, None, "s")
    other = Reading("a", Period.parse("2026-01"), 0.31, None, "s")
    new = Reading("b", Period.parse("2026-01"), 0.3, None, "s")

    assert months.news([old, other, new], {"a": {"2026-01": 0.3}}) == (other, new)
