"""The rules: ``alerts.toml``, or the file that FORECASTER_ALERTS names, read strictly."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from forecaster import sources, validation
from forecaster.alerts import quantities
from forecaster.alerts.quiet import Quiet
from forecaster.errors import InvalidFiles, nearest
from forecaster.settings import SOURCES

HERE = Path(__file__).with_name("alerts.toml")
_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(days=366)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: object) -> timedelta:
    """Read ``24h``: a whole number of s, m, h or d, up to a year; ``0s`` is none.

    Raises
    ------
    ValueError
        If it is none.
    """
    fits = re.fullmatch(r"(\d{1,8})([smhd])", text) if isinstance(text, str) else None
    found = timedelta(**{_UNITS[fits[2]]: int(fits[1])}) if fits else None
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
    from zoneinfo import available_timezones

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


Duration = Annotated[timedelta, BeforeValidator(duration)]
SomeTime = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_some_time)]
Clock = Annotated[time, BeforeValidator(_clock)]
Quantity = Annotated[str, BeforeValidator(_quantity)]
Indicators = tuple[Annotated[str, AfterValidator(_indicator)], ...]
Names = tuple[Annotated[str, AfterValidator(_source)], ...]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Amount = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Running = Annotated[int, Field(strict=True, ge=1, le=1000)]


class Strict(BaseModel):
    """Refuses keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class QuietHours(Strict):
    """Hours in which messages are kept, and sent together when they end."""

    start: Clock
    end: Clock
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)]

    @model_validator(mode="after")
    def _fits_together(self) -> QuietHours:
        _ = self.hours
        return self

    @property
    def hours(self) -> Quiet:
        """The same as what can be asked."""
        return Quiet(self.start, self.end, self.zone)


class Common(Strict):
    """What every rule may say.

    ``min_interval``: no second alert of the same matter sooner. ``group``: in one message with
    others that are ready at the same time.
    """

    title: Annotated[str, Field(max_length=120)] = ""
    min_interval: Duration = timedelta(0)
    quiet: QuietHours | None = None
    group: bool = True


class OfQuantity(Common):
    """What the two rules about a number share."""

    quantity: Quantity
    running: Running = 1
    error_multiple: Amount = 2.0

    @property
    def unit(self) -> quantities.Unit:
        """What the number is."""
        return quantities.UNITS[self.quantity]

    @property
    def scale(self) -> float:
        """What one of the file's points is in the forecast's own number."""
        return 1.0 if self.unit == "units" else 0.01


class Moved(OfQuantity):
    """Moved by so much since the later of the last alert and what was acknowledged."""

    when: Literal["moved"]
    points: Amount | None = None
    bits: Amount | None = None
    units: Amount | None = None
    direction: Literal["up", "down", "either"] = "either"
    within: SomeTime | None = None
    back: Annotated[float, Field(strict=True, gt=0, le=1)] = 0.5
    settles: SomeTime = timedelta(days=30)

    @model_validator(mode="after")
    def _fits_together(self) -> Moved:
        allowed = {
            "probability": ("points", "bits"),
            "rate": ("points",),
            "units": ("units",),
        }[self.unit]
        stated = [one for one in ("points", "bits", "units") if getattr(self, one) is not None]
        if len(stated) != 1 or stated[0] not in allowed:
            raise ValueError(
                f"expected {' or '.join(f'`{one}`' for one in allowed)} for {self.quantity}, "
                f"not {' and '.join(f'`{one}`' for one in stated) or 'neither'}"
            )
        return self

    @property
    def measure(self) -> Literal["points", "bits", "units"]:
        """In what the move is measured."""
        if self.bits is not None:
            return "bits"
        return "points" if self.points is not None else "units"

    @property
    def least(self) -> float:
        """The least move that is told, in that measure."""
        found = self.points or self.bits or self.units
        if found is None:
            raise ValueError("a rule states one of points, bits and units")
        return found


class Crossed(OfQuantity):
    """Rose above a threshold, or fell below it; resolved once it is back by ``hysteresis``."""

    when: Literal["crossed"]
    above: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    below: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    hysteresis: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _fits_together(self) -> Crossed:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either `above` or `below`")
        back = self.threshold / self.scale - self.side * self.hysteresis
        inside = 0 < self.threshold and (self.unit == "rate" or self.threshold < 1)
        if self.unit != "units" and not (inside and 0 <= back <= 100):
            raise ValueError(
                "expected a threshold in per cent, as `above = 25`, from which the hysteresis "
                "leads back to a number that can be reached"
            )
        return self

    @property
    def side(self) -> int:
        """1 for above, -1 for below."""
        return 1 if self.above is not None else -1

    @property
    def threshold(self) -> float:
        """The threshold in the forecast's own number."""
        found = self.below if self.above is None else self.above
        return (found or 0.0) * self.scale


class Stale(Common):
    """An indicator is late."""

    when: Literal["stale"]
    indicators: Indicators = ()


class Failing(Common):
    """The last visits to a source failed, so many in a row."""

    when: Literal["failing"]
    sources: Names = ()
    failures: Running = 3


class Rejected(Common):
    """The gate refused the last fits, so many in a row."""

    when: Literal["rejected"]
    running: Running = 2


class Disabled(Common):
    """Another endpoint gets nothing any more."""

    when: Literal["endpoint_disabled"]


class Revised(Common):
    """A publisher changed a value that was known, by at least so many per cent."""

    when: Literal["revised"]
    indicators: Indicators = ()
    percent: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] = 0.0


class Resolution(Common):
    """Somebody recorded which scenario came into force."""

    when: Literal["resolution"]


Condition = Stale | Failing | Rejected | Disabled
Event = Revised | Resolution
Rule = Moved | Crossed | Condition | Event
KINDS = (
    "moved",
    "crossed",
    "stale",
    "failing",
    "rejected",
    "endpoint_disabled",
    "revised",
    "resolution",
)
_TAG = re.compile(rf"^([^ ]+: rule\.\w+)\.(?:{'|'.join(KINDS)})(?=[.:])")


def _kind(stated: object) -> object:
    kind = stated.get("when") if isinstance(stated, dict) else None
    if kind is not None and kind not in KINDS:
        near = nearest(str(kind), KINDS)
        hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(KINDS)}"
        raise ValueError(f"when = {kind!r} is no kind of rule; {hint}")
    if kind is None:
        raise ValueError(f"expected `when`, one of {', '.join(KINDS)}")
    return stated


class File(Strict):
    """The file as a whole; ``quiet`` holds for every rule that states none of its own."""

    quiet: QuietHours | None = None
    rule: dict[
        Name, Annotated[Annotated[Rule, Field(discriminator="when")], BeforeValidator(_kind)]
    ]


Rules = Mapping[str, Rule]


def read(path: Path | None = None) -> Rules:
    """The rules by name, in the order of the file.

    Raises
    ------
    InvalidFiles
        With every problem: file, key, what was expected, the nearest valid name.
    """
    file = path or HERE
    room = "forecaster/alerts" if path is None else str(file.parent)
    try:
        with file.open("rb") as opened:
            content = File.model_validate(tomllib.load(opened))
    except (OSError, ValueError) as error:
        error.add_note(file.name)
        problems = [
            _TAG.sub(r"\1", line.replace(".[key]:", ":"))
            for line in validation.lines(error, room, [File])
        ]
        raise InvalidFiles(problems) from error
    usual = content.quiet
    return {
        name: rule if rule.quiet or usual is None else rule.model_copy(update={"quiet": usual})
        for name, rule in content.rule.items()
    }


def problems(path: Path | None) -> list[str]:
    """What is wrong in the file, for ``forecaster check``."""
    try:
        read(path)
    except InvalidFiles as error:
        return error.problems
    return []
