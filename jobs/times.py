"""When something is due: times of the day or a fixed rhythm, always in UTC.

APScheduler's triggers do the calendar. Logical times are whole seconds, and the same in every
process and after every start, since a rhythm is counted from one fixed day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Protocol, cast

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from forecaster import parsing

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
START = datetime(2000, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Trigger(Protocol):
    """What APScheduler's triggers have in common."""

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """The first time from ``now`` on."""
        ...


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of the day, on every day or on some weekdays."""

    clock: time
    weekdays: tuple[str, ...] = WEEKDAYS


def time_of_day(text: object) -> TimeOfDay:
    """Read ``06:30`` or ``06:30 mon,thu``.

    Raises
    ------
    ValueError
        If it is neither; weekdays as numbers mean different days to different programs.
    """
    clock, _, days = str(text).strip().partition(" ")
    names = tuple(day.strip() for day in days.split(",")) if days else WEEKDAYS
    fits = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", clock)
    if not isinstance(text, str) or not fits:
        raise ValueError('expected a time in UTC like "06:30" or "06:30 mon,thu"')
    if wrong := [name for name in names if name not in WEEKDAYS]:
        raise ValueError(f"{wrong[0]!r} is no weekday; expected {', '.join(WEEKDAYS)}")
    return TimeOfDay(time.fromisoformat(clock), names)


def duration(text: object) -> timedelta:
    """Read ``15m``: a whole number of s, m, h or d, from one second to a year.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = parsing.length(text)
    if found is None or not _SECOND <= found <= timedelta(days=366):
        raise ValueError('expected a duration like "30s", "15m", "6h" or "1d"')
    return found


def daily(times: tuple[TimeOfDay, ...]) -> Trigger:
    """Due at these times of the day."""
    triggers = [
        CronTrigger(
            day_of_week=",".join(one.weekdays),
            hour=one.clock.hour,
            minute=one.clock.minute,
            second=one.clock.second,
            timezone=UTC,
        )
        for one in times
    ]
    return cast("Trigger", OrTrigger(triggers))


def rhythm(every: timedelta) -> Trigger:
    """Due again and again, counted from the start of the year 2000."""
    seconds = int(every.total_seconds())
    return cast("Trigger", IntervalTrigger(seconds=seconds, start_date=START, timezone=UTC))


def after(trigger: Trigger, moment: datetime) -> datetime:
    """The first due time later than a moment."""
    found = trigger.get_next_fire_time(None, moment.replace(microsecond=0) + _SECOND)
    if found is None:
        raise ValueError("the trigger comes to an end; ours go on for ever")
    return found.astimezone(UTC)


def between(trigger: Trigger, start: datetime, end: datetime) -> Iterator[datetime]:
    """The due times later than ``start``, up to and including ``end``."""

    def all_after(moment: datetime) -> Iterator[datetime]:
        while True:
            moment = after(trigger, moment)
            yield moment

    return takewhile(lambda moment: moment <= end, all_after(start))
