"""What follows from an attempt: when the next one is, and whether the endpoint is still sent to.

Pure: times and chance come in as arguments. Each message is tried ten times over 75 hours. Beside
that each endpoint has a breaker: after some failures in a row, or when it says that it is asked too
much, nothing at all is sent to it for a while, so that a hundred messages do not knock at a closed
door. An endpoint that has only failed for five days is disabled.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

#: Before the first attempt, the second, and so on.
DELAYS = tuple(
    timedelta(seconds=one)
    for one in (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
ATTEMPTS = len(DELAYS)
JITTER = 0.2
GONE = 410
BUSY = (429, 502, 504)
DISABLED_AFTER = timedelta(days=5)
FAILURES_AT_LEAST = 10
BREAKS_AFTER = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


class Outcome(NamedTuple):
    """How one attempt ended; ``status`` is None where no whole answer came."""

    status: int | None
    what: str
    response: str = ""
    retry_after: str | None = None
    milliseconds: int = 0

    @property
    def good(self) -> bool:
        """Whether it counts as received: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


class Health(NamedTuple):
    """How an endpoint has done of late."""

    failing_since: datetime | None = None
    failures: int = 0
    paused_until: datetime | None = None


class Verdict(NamedTuple):
    """What follows; ``disable`` is the reason why the endpoint is ended, empty if it is not."""

    status: Literal["delivered", "failed", "dead"]
    next_attempt_at: datetime | None
    health: Health
    disable: str = ""


def judge(outcome: Outcome, number: int, health: Health, now: datetime, chance: float) -> Verdict:
    """What follows from an attempt.

    Parameters
    ----------
    number : int
        Which attempt it was, from 1.
    chance : float
        From 0 to 1; moves the next attempt by a fifth in either direction.
    """
    if outcome.good:
        return Verdict("delivered", None, Health())
    since = health.failing_since or now
    failures = health.failures + 1
    if outcome.status == GONE:
        why = "it answered 410: it is gone for good"
        return Verdict("dead", None, Health(since, failures), why)
    if now - since >= DISABLED_AFTER and failures >= FAILURES_AT_LEAST:
        why = f"every attempt of {DISABLED_AFTER.days} days has failed; last: {outcome.what}"
        return Verdict("dead", None, Health(since, failures), why)
    wait = delay(number, chance, asked(outcome.retry_after, now))
    paused = Health(since, failures, _pause(outcome, failures, wait, now, health))
    if wait is None:
        return Verdict("dead", None, paused)
    return Verdict("failed", now + wait, paused)


def delay(number: int, chance: float, asked_for: timedelta | None = None) -> timedelta | None:
    """The time after attempt ``number`` until the next; None after the last.

    What the receiver asks for counts, but never less than the schedule and never more than twice
    that.
    """
    if number >= ATTEMPTS:
        return None
    planned = DELAYS[number]
    if asked_for is not None:
        return min(max(asked_for, planned), 2 * planned)
    return planned * (1 + JITTER * (2 * chance - 1))


def asked(text: str | None, now: datetime) -> timedelta | None:
    """The time that a Retry-After header asks for; None if it says nothing that can be meant."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def _pause(
    outcome: Outcome, failures: int, wait: timedelta | None, now: datetime, health: Health
) -> datetime | None:
    """Until when the endpoint is left alone; a pause that stands is never made shorter."""
    pause = timedelta()
    if outcome.status in BUSY:
        pause = max(FIRST_PAUSE, min(wait or LONGEST_PAUSE, LONGEST_PAUSE))
    elif failures >= BREAKS_AFTER:
        pause = min(FIRST_PAUSE * 2 ** min(failures - BREAKS_AFTER, 10), LONGEST_PAUSE)
    if not pause:
        return health.paused_until
    return max(now + pause, health.paused_until or now)
