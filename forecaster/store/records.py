"""What is put into the store and what comes out: plain tuples, moments in UTC."""

from __future__ import annotations

from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:  # Period's package needs pydantic, which `forecaster show` does not
    from indicators.period import Period

Origin = Literal["embedded", "fetched", "by_hand"]
ORIGINS = ("embedded", "fetched", "by_hand")


class NewReading(NamedTuple):
    """A reading to be stored; ``reason`` says why an implausible one was accepted."""

    indicator: str
    period: Period
    value: float
    published_at: datetime | None
    known_at: datetime
    source: str
    origin: Origin
    note: str = ""
    reason: str = ""


class StoredReading(NamedTuple):
    """One vintage as stored; the first of a period is vintage 1. Moments are in UTC."""

    indicator: str
    period: str
    period_start: date
    period_end: date
    value: float
    published_at: datetime | None
    known_at: datetime
    recorded_at: datetime
    vintage: int
    source: str
    origin: Origin
    note: str
    reason: str


class Added(NamedTuple):
    """How many readings were new, and how many were known already."""

    added: int
    duplicates: int


class Written(NamedTuple):
    """The same, and how many of the new ones are for a period that had a value before."""

    added: int
    duplicates: int
    revised: int


class Quarantined(NamedTuple):
    """A reading put aside; ``accepted`` once the same value was recorded after all.

    ``decision`` is an analyst's: ``accepted`` or ``rejected``, None while nobody has judged.
    """

    id: int
    indicator: str
    period: str
    period_start: date
    period_end: date
    value: float
    published_at: datetime | None
    known_at: datetime
    recorded_at: datetime
    source: str
    origin: Origin
    note: str
    why: str
    accepted: bool
    decision: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether somebody still has to judge it."""
        return self.decision is None and not self.accepted


def checked(one: NewReading, *, finite: bool = True) -> NewReading:
    """Give the reading back, or refuse what no caller may store.

    Raises
    ------
    ValueError
        If the value is not finite, the origin unknown, or a text empty or not storable.
    """
    what = f"{one.indicator} {one.period.text}"
    if not one.indicator or not one.source:
        raise ValueError(f"{what}: indicator and source must be given")
    if any("\0" in text for text in (one.source, one.note, one.reason)):
        raise ValueError(f"{what}: the text holds a null character, which not every engine keeps")
    if finite and not isfinite(one.value):
        raise ValueError(f"{what}: {one.value} is not a finite number; put it into quarantine")
    if one.origin not in ORIGINS:
        raise ValueError(f"{what}: origin {one.origin!r} is none of {', '.join(ORIGINS)}")
    return one
