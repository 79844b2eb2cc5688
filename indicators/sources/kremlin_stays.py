"""Which entries tell of one and the same encounter of the presidents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from indicators.sources.kremlin_feed import Entry
from indicators.sources.kremlin_rules import host_of

NEXT_DAY = 1  # without a named host, entries this far apart tell of one stay
SAME_HOST = 3  # with the same host, entries this far apart do


@dataclass
class Stay:
    """Encounters on one stay in one land, which count once, by the first day."""

    entries: list[Entry]
    host: str | None
    unclear: bool = False
    last: date = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.first

    @property
    def first(self) -> date:
        """The day under which it counts."""
        return self.entries[0].day

    def is_near(self, day: date) -> bool:
        """Whether a day lies within or close to it."""
        return abs((day - self.first).days) <= SAME_HOST or abs((day - self.last).days) <= SAME_HOST


def stays(entries: Iterable[Entry]) -> list[Stay]:
    """Put entries about encounters in person together.

    Days apart with a host unknown may be one stay or two: such a stay is ``unclear``.
    """
    found: list[Stay] = []
    for entry in sorted(entries, key=lambda one: (one.day, one.id)):
        host = host_of(entry)
        last = found[-1] if found else None
        gap = (entry.day - last.last).days if last else SAME_HOST + 1
        known = last is not None and last.host is not None and host is not None
        if last is None or gap > SAME_HOST or (known and last.host != host):
            found.append(Stay([entry], host))
        elif known or gap <= NEXT_DAY:
            last.entries.append(entry)
            last.host = last.host or host
            last.last = entry.day
        else:
            found.append(Stay([entry], host, unclear=True))
    return found
