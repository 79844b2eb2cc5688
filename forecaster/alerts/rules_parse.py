"""How the values of ``alerts.toml`` are read: what is meant, or a ``ValueError`` that says so."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from forecaster import parsing, sources
from forecaster.alerts import quantities
from forecaster.errors import nearest
from forecaster.settings import SOURCES

_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(days=366)


def duration(text: object) -> timedelta:
    """Read ``24h``: a whole number of s, m, h or d, up to a year; ``0s`` is none.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = parsing.length(text)
    if found is None or found > _LONGEST:
        raise ValueError('expected a duration like "15m", "24h" or "7d"')
    return found


def _some_time(length: timedelta) -> timedelta:
    if length < _SECOND:
        raise ValueError("expected more than no time")
    return length


def _clock(text: object) -> time:
    if not isinstance(text, str) or not re.fullmatch(r"\d{2}:\d{2}", text):
        raise ValueError('expected a time of the day like "22:00"')
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError('expected a time of the day like "22:00"') from None


def _zone(text: object) -> ZoneInfo:
    try:
        if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_+/-]{1,64}", text):
            return ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        pass
    near = nearest(str(text), sorted(available_timezones()))
    hint = f"nearest: {', '.join(near)}" if near else 'expected one like "Europe/Berlin" or "UTC"'
    raise ValueError(f"no time zone is called {text!r}; {hint}")


def _quantity(name: object) -> str:
    if isinstance(name, str) and name in quantities.UNITS:
        return name
    near = nearest(str(name), quantities.UNITS)
    hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(quantities.UNITS)}"
    raise ValueError(f"no quantity is called {name!r}; {hint}")


def _indicator(name: str) -> str:
    known = [one.id for one in sources.read_watches()]
    if name in known:
        return name
    near = nearest(name, known)
    hint = f"nearest: {', '.join(near)}" if near else "see `forecaster indicators`"
    raise ValueError(f"no indicator is called {name!r}; {hint}")


def _source(name: str) -> str:
    if name in SOURCES:
        return name
    near = nearest(name, SOURCES)
    hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(SOURCES)}"
    raise ValueError(f"no source is called {name!r}; {hint}")


_AS_TEXT = PlainSerializer(parsing.written, return_type=str)
Duration = Annotated[timedelta, BeforeValidator(duration), _AS_TEXT]
SomeTime = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_some_time), _AS_TEXT]
Clock = Annotated[
    time,
    BeforeValidator(_clock),
    PlainSerializer(lambda one: one.isoformat("minutes"), return_type=str),
]
Quantity = Annotated[str, BeforeValidator(_quantity)]
Indicators = tuple[Annotated[str, AfterValidator(_indicator)], ...]
Names = tuple[Annotated[str, AfterValidator(_source)], ...]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), PlainSerializer(str, return_type=str)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Amount = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Running = Annotated[int, Field(strict=True, ge=1, le=1000)]
