"""No time is forgotten, and each policy keeps its word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs import policy
from jobs.policy import Verdict
from jobs.timetable import CatchUp

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
minutes = st.lists(st.integers(0, 10_000), unique=True, max_size=12)
policies: st.SearchStrategy[CatchUp] = st.sampled_from(["latest", "all", "none"])


def at(*ago: int) -> list[datetime]:
    return sorted(NOW - timedelta(minutes=one) for one in ago)


@given(catch_up=policies, new=minutes, waiting=minutes, more=st.booleans())
def test_every_new_time_gets_one_verdict(
    *, catch_up: CatchUp, new: list[int], waiting: list[int], more: bool
) -> None:
    waiting = [one for one in waiting if one not in new]
    found = policy.decide(catch_up, at(*new), at(*waiting), NOW, more=more)
    judged = [one.logical_time for one in found]
    assert len(set(judged)) == len(judged)
    assert set(at(*new)) <= set(judged) <= set(at(*new, *waiting))
    assert all(one.message for one in found if one.status != "due")
    due = [one for one in found if one.status == "due"]
    if catch_up == "all":
        assert len(due) == len(new)
    else:
        assert len(due) <= 1


def test_latest_runs_the_newest_and_skips_the_rest() -> None:
    found = policy.decide("latest", at(120, 60, 1), at(180), NOW)
    assert ["skipped"] * 3 + ["due"] == [one.status for one in found]
    assert at(1) == [one.logical_time for one in found if one.status == "due"]


def test_latest_waits_for_the_newest_when_more_are_coming() -> None:
    found = policy.decide("latest", at(120, 60), at(180), NOW, more=True)
    assert {"skipped"} == {one.status for one in found}


def test_latest_keeps_what_was_asked_for_later_than_the_newest() -> None:
    found = policy.decide("latest", at(5), at(2), NOW)
    (new,), (asked,) = at(5), at(2)
    assert [Verdict(new, "skipped", policy.SUPERSEDED), Verdict(asked, "due")] == found


def test_all_runs_every_one_and_leaves_what_waits() -> None:
    assert [Verdict(one, "due") for one in at(120, 60)] == policy.decide(
        "all", at(120, 60), at(180), NOW
    )


def test_none_runs_what_is_on_time_only() -> None:
    on_time = policy.decide("none", at(120, 60, 1), at(180), NOW)
    assert ["skipped", "missed", "missed", "due"] == [one.status for one in on_time]
    late = policy.decide("none", at(120, 2), at(180), NOW)
    assert ["missed", "missed"] == [one.status for one in late]
    assert policy.NOBODY == late[0].message
