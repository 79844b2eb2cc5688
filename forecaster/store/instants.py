"""Points in time as text: fixed width, UTC, so that text order is time order on every engine."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Write a moment as ``2026-11-22T06:10:00.000000Z``.

    Raises
    ------
    ValueError
        If the moment has no time zone: nobody could say which moment it is.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware datetime (UTC)")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """Read any ISO 8601 moment with a time zone, as an aware datetime in UTC.

    Raises
    ------
    ValueError
        If the text is no moment or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-11-22T06:10:00Z")
    return moment.astimezone(UTC)
