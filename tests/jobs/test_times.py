"""Due times: as written, in UTC, the same for everybody."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster import parsing
from jobs import times
from jobs.times import WEEKDAYS, TimeOfDay

moments = st.datetimes(datetime(2001, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.times().map(lambda one: one.replace(microsecond=0))
days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple)
lengths = st.integers(1, 90 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@given(st.lists(st.builds(TimeOfDay, clocks, days), min_size=1, max_size=3), moments)
def test_a_time_of_day_is_due_on_its_days_and_no_others(
    wanted: list[TimeOfDay], start: datetime
) -> None:
    found = list(times.between(times.daily(tuple(wanted)), start, start + timedelta(days=8)))
    dates = [start.date() + timedelta(days=number) for number in range(10)]
    expected = {
        datetime.combine(day, one.clock, tzinfo=UTC)
        for day in dates
        for one in wanted
        if WEEKDAYS[day.weekday()] in one.weekdays
    }
    within = [one for one in expected if start < one <= start + timedelta(days=8)]
    assert sorted(within) == found


@given(lengths, moments)
def test_a_rhythm_is_counted_from_one_day_whoever_asks(every: timedelta, start: datetime) -> None:
    trigger = times.rhythm(every)
    found = list(islice(times.between(trigger, start, datetime(2400, 1, 1, tzinfo=UTC)), 3))
    assert all((moment - times.START) % every == timedelta(0) for moment in found)
    assert timedelta(0) < found[0] - start <= every
    assert all(later - earlier == every for earlier, later in pairwise(found))
    assert times.after(trigger, found[0] - timedelta(microseconds=1)) == found[0]


def test_clocks_that_change_do_not_move_or_double_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        trigger = times.daily((times.time_of_day("01:30"),))
        spring = datetime(2026, 3, 27, 12, tzinfo=UTC)
        autumn = datetime(2026, 10, 23, 12, tzinfo=UTC)
        for start in (spring, autumn):
            found = list(times.between(trigger, start, start + timedelta(days=4)))
            assert 4 == len(set(found)) == len(found)
            assert all((1, 30) == (one.hour, one.minute) for one in found)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "names"), [("06:30", WEEKDAYS), ("06:30:15 mon,thu", ("mon", "thu"))]
)
def test_a_time_is_read(text: str, names: tuple[str, ...]) -> None:
    found = times.time_of_day(text)
    assert (6, 30, names) == (found.clock.hour, found.clock.minute, found.weekdays)


@pytest.mark.parametrize(
    "text", ["6:30", "24:00", "06:60", "", "noon", 630, "06:30 1", "06:30 monday", "06:30 mon tue"]
)
def test_what_is_no_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        times.time_of_day(text)


@pytest.mark.parametrize("text", ["0s", "5", "5 m", "1w", "-1h", "1.5h", 60, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match='expected a duration like "30s"'):
        times.duration(text)


@given(lengths)
def test_a_duration_is_written_as_it_is_read(length: timedelta) -> None:
    assert length == times.duration(parsing.written(length))
