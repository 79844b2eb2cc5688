"""Moments, days, lengths of time and addresses, as people write them everywhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from forecaster.errors import WrongValue

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def past_moment(text: str | None, field: str, now: datetime) -> datetime | None:
    """Read a moment that has passed: a day means its end, but today means now.

    Raises
    ------
    WrongValue
        If the text is neither a day nor a moment.
    """
    found = moment(text, field)
    return now if text == now.date().isoformat() else found


def moment(text: str | None, field: str = "as-of") -> datetime | None:
    """Read a moment: a day means its end; without a zone UTC is meant.

    Raises
    ------
    WrongValue
        If the text is neither a day nor a moment.
    """
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 in the far east lies before the calendar
        raise WrongValue(
            field, f"{text!r} is no moment; write 2018-12-31 or 2018-12-31T12:00Z"
        ) from None


def day(text: str, field: str) -> date:
    """Read a day.

    Raises
    ------
    WrongValue
        If the text is no day of the calendar.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongValue(field, f"{text!r} is no day; write 2026-10-17") from None


def web_address(text: str, field: str = "source") -> str:
    """Read an address where anybody can look the value up.

    Raises
    ------
    WrongValue
        If it is not an http or https address with a host.
    """
    if not re.fullmatch(r"https?://[^\s/?#@]+\.?[^\s]*", text.strip()):
        raise WrongValue(field, f"{text!r} is no web address; write https://...")
    return text.strip()


def length(text: object) -> timedelta | None:
    """Read ``15m``, a whole number of s, m, h or d; None if it is none. The caller knows bounds."""
    fits = re.fullmatch(r"(\d{1,8})([smhd])", text) if isinstance(text, str) else None
    return timedelta(**{_UNITS[fits[2]]: int(fits[1])}) if fits else None


def written(length: timedelta) -> str:
    """A length of time as ``length`` reads it, in its largest whole unit."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
