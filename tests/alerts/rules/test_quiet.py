"""Quiet hours go by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecaster.alerts.quiet import Quiet

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
NIGHT = Quiet(time(22), time(7), BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-01-10T12:00", "2026-01-10T12:00"),  # not quiet: at once
        ("2026-01-10T21:00", "2026-01-11T06:00"),
        ("2026-01-11T05:59:59", "2026-01-11T06:00"),
        ("2026-01-11T06:00", "2026-01-11T06:00"),
        ("2026-07-10T20:00", "2026-07-11T05:00"),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the night that loses an hour
        ("2026-10-24T20:30", "2026-10-25T06:00"),  # the night that has one more
    ],
)
def test_the_end_of_a_night_in_berlin(at: str, end: str) -> None:
    assert utc(end) == NIGHT.until(utc(at))


def test_an_end_that_the_clock_leaves_out_comes_with_the_next_time_that_it_shows() -> None:
    assert utc("2026-03-29T01:00") == Quiet(time(22), time(2, 30), BERLIN).until(
        utc("2026-03-29T00:10")
    )


def test_a_time_that_the_clock_shows_twice_is_quiet_twice() -> None:
    hours = Quiet(time(2, 0), time(2, 30), BERLIN)
    assert hours.holds(utc("2026-10-25T00:10"))
    assert not hours.holds(utc("2026-10-25T00:40"))
    assert hours.holds(utc("2026-10-25T01:10"))


def test_an_end_at_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="all day or never"):
        Quiet(time(22), time(22), BERLIN)


@given(
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.integers(1, 1439),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
)
@example(time(1), 60, "Europe/Berlin", datetime(2026, 10, 25, 0, 30))  # noqa: DTZ001
def test_what_is_kept_is_told_at_the_first_moment_that_is_not_quiet(
    start: time, minutes: int, zone: str, at: datetime
) -> None:
    end = (datetime.combine(at.date(), start) + timedelta(minutes=minutes)).time()
    hours = Quiet(start, end, ZoneInfo(zone))
    moment = at.replace(tzinfo=UTC)
    told = hours.until(moment)
    assert not hours.holds(told)
    assert moment <= told <= moment + timedelta(hours=25)
    if told > moment:
        assert hours.holds(moment)
        assert hours.holds(told - timedelta(microseconds=1))
