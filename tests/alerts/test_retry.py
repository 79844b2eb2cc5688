"""When the next attempt is, and what an endpoint's failures lead to; the times are our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecaster.alerts import retry
from forecaster.alerts.retry import ATTEMPTS, DELAYS, Health, Outcome, judge

NOW = datetime(2026, 11, 26, 6, 10, tzinfo=UTC)
DOWN = Outcome(None, "the connection failed")
FINE = Outcome(204, "answered 204")


def test_ten_attempts_over_75_hours() -> None:
    assert 10 == ATTEMPTS
    assert timedelta(hours=75, minutes=35, seconds=5) == sum(DELAYS, timedelta())
    assert timedelta() == DELAYS[0]


@given(some.integers(1, 9), some.floats(0, 1))
def test_chance_moves_it_by_a_fifth_at_most(number: int, chance: float) -> None:
    found = retry.delay(number, chance)
    assert found is not None
    assert 0.8 * DELAYS[number] <= found <= 1.2 * DELAYS[number]


@given(some.integers(1, 9), some.integers(0, 10**9))
def test_what_is_asked_for_counts_within_once_and_twice_the_schedule(
    number: int, seconds: int
) -> None:
    wanted = retry.asked(str(seconds), NOW)
    found = retry.delay(number, 0.0, wanted)
    assert wanted is not None
    assert found is not None
    assert DELAYS[number] <= found <= 2 * DELAYS[number]
    if DELAYS[number] <= wanted <= 2 * DELAYS[number]:
        assert found == wanted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("9" * 400, timedelta(seconds=10**8)),
        (format_datetime(NOW + timedelta(minutes=7), usegmt=True), timedelta(minutes=7)),
        (format_datetime(NOW - timedelta(days=7), usegmt=True), timedelta()),
        ("Thu, 26 Nov 2026 06:20:00 -0000", timedelta(minutes=10)),
        ("Fri, 99 Nov 2026 06:20:00 GMT", None),
        ("Thu, 26 Nov 99999 06:20:00 GMT", None),
    ],
)
def test_each_form_of_retry_after(text: str | None, found: timedelta | None) -> None:
    assert found == retry.asked(text, NOW)


@given(some.text(max_size=40))
def test_no_retry_after_breaks_us(text: str) -> None:
    found = retry.asked(text, NOW)
    assert found is None or found >= timedelta()


def test_success_makes_a_clean_record() -> None:
    troubled = Health(NOW - timedelta(days=4), 30, NOW)
    assert ("delivered", None, Health(), "") == judge(FINE, 3, troubled, NOW, 0.5)


def test_the_last_failure_is_the_end() -> None:
    assert "failed" == judge(DOWN, 9, Health(), NOW, 0.5).status
    found = judge(DOWN, 10, Health(), NOW, 0.5)
    assert ("dead", None, "") == (found.status, found.next_attempt_at, found.disable)


def test_410_ends_the_endpoint() -> None:
    found = judge(Outcome(410, "answered 410"), 1, Health(), NOW, 0.5)
    assert ("dead", "it answered 410: it is gone for good") == (found.status, found.disable)


@pytest.mark.parametrize("status", [429, 502, 504])
def test_one_that_is_asked_too_much_is_left_alone_at_once(status: int) -> None:
    found = judge(Outcome(status, "busy"), 2, Health(), NOW, 0.5)
    assert NOW + DELAYS[2] == found.health.paused_until == found.next_attempt_at
    assert judge(Outcome(500, "broken"), 2, Health(), NOW, 0.5).health.paused_until is None


def test_the_breaker_opens_after_three_failures_and_longer_each_time() -> None:
    health, pauses = Health(), []
    for _ in range(14):
        health = judge(DOWN, 1, health._replace(paused_until=None), NOW, 0.5).health
        pauses.append((health.paused_until or NOW) - NOW)
    assert [timedelta()] * 2 == pauses[:2]
    assert [timedelta(seconds=30 * 2**n) for n in range(5)] == pauses[2:7]
    assert timedelta(hours=1) == max(pauses) == pauses[-1]


def test_a_pause_is_never_made_shorter() -> None:
    until = NOW + timedelta(minutes=50)
    found = judge(DOWN, 1, Health(NOW, 5, until), NOW, 0.5)
    assert until == found.health.paused_until


@pytest.mark.parametrize(
    ("days", "failures", "ends"),
    [(5, 9, True), (5, 8, False), (4.99, 500, False), (30, 100, True)],
)
def test_five_days_of_failure_only_are_the_end(days: float, failures: int, ends: bool) -> None:  # noqa: FBT001
    since = NOW - timedelta(days=days)
    found = judge(DOWN, 4, Health(since, failures), NOW, 0.5)
    assert ends == bool(found.disable)
    assert since == found.health.failing_since
