"""Quiet hours: by the clock on the wall of a place, so daylight saving time is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of the day to another, over midnight where the first is the later one.

    What the clock shows decides: an hour that it shows twice is quiet twice, and one that it leaves
    out is not. Where all but some minutes of the day are quiet, a jump of the clock may leave these
    out, and it is quiet until the next day.
    """

    start: time
    end: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse hours that would be all of the day or none of it."""
        if self.start == self.end:
            raise ValueError("quiet hours that end when they start could mean all day or never")

    def holds(self, at: datetime) -> bool:
        """Whether it is quiet at a moment."""
        clock = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def until(self, at: datetime) -> datetime:
        """The first moment from ``at`` on at which it is not quiet."""
        if not self.holds(at):
            return at
        moment = at.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
        # Minute by minute: a day has few, and every jump of the clock is taken as it comes.
        while self.holds(moment):
            moment += _MINUTE
        return moment
