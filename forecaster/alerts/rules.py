"""The rules: ``alerts.toml``, or the file that FORECASTER_ALERTS names, read strictly."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from forecaster import validation
from forecaster.alerts import measures, quantities
from forecaster.alerts.quiet import Quiet
from forecaster.alerts.rules_parse import (
    Amount,
    Clock,
    Duration,
    Indicators,
    Name,
    Names,
    Quantity,
    Running,
    SomeTime,
    Zone,
)
from forecaster.errors import InvalidFiles, nearest

HERE = Path(__file__).with_name("alerts.toml")


class Strict(BaseModel):
    """Refuses keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class QuietHours(Strict):
    """Hours in which messages are kept, and sent together when they end."""

    start: Clock
    end: Clock
    zone: Zone

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

    @cached_property  # asked for at every step of a history
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

    @cached_property  # asked for at every step of a history
    def measure(self) -> Literal["points", "bits", "units"]:
        """In what the move is measured."""
        if self.bits is not None:
            return "bits"
        return "points" if self.points is not None else "units"

    @cached_property  # asked for at every step of a history
    def least(self) -> float:
        """The least move that is told, in that measure."""
        found = self.points or self.bits or self.units
        if found is None:
            raise ValueError("a rule states one of points, bits and units")
        return found

    def apart(self, before: float, after: float) -> float:
        """How far apart two values are, in that measure."""
        if self.measure == "bits":
            return measures.bits(before, after)
        return abs(after - before) / self.scale


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
        inside = self.threshold > 0 and (self.unit == "rate" or self.threshold < 1)
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


class Revised(Common):
    """A publisher changed a value that was known, by at least so many per cent."""

    when: Literal["revised"]
    indicators: Indicators = ()
    percent: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] = 0.0


class Resolution(Common):
    """Somebody recorded which scenario came into force."""

    when: Literal["resolution"]


Condition = Stale | Failing | Rejected
Event = Revised | Resolution
Rule = Moved | Crossed | Condition | Event
KINDS = (
    "moved",
    "crossed",
    "stale",
    "failing",
    "rejected",
    "revised",
    "resolution",
)
_TAG = re.compile(rf"^([^ ]*: rule\.\w+)\.(?:{'|'.join(KINDS)})(?=[.:])")


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
        raise InvalidFiles(told(error, room)) from error
    usual = content.quiet
    return {
        name: rule if rule.quiet or usual is None else rule.model_copy(update={"quiet": usual})
        for name, rule in content.rule.items()
    }


def told(error: Exception, room: str) -> list[str]:
    """What is wrong, a line each."""
    return [
        _TAG.sub(r"\1", line.replace(".[key]:", ":"))
        for line in validation.lines(error, room, [File])
    ]


def stated(rule: Rule) -> dict[str, Any]:
    """A rule as the file would say it, with what it leaves unsaid."""
    return rule.model_dump(mode="json", exclude_none=True)


def with_changes(name: str, rule: Rule, changes: Mapping[str, Any]) -> Rule:
    """A rule with other values for some keys; one measure or threshold takes another's place.

    Raises
    ------
    ValidationError
        If they cannot be meant.
    """
    content = stated(rule)
    for some in (("points", "bits", "units"), ("above", "below")):
        if any(key in changes for key in some):
            content = {key: value for key, value in content.items() if key not in some}
    return File.model_validate({"rule": {name: {**content, **changes}}}).rule[name]


def problems(path: Path | None) -> list[str]:
    """What is wrong in the file, for ``forecaster check``."""
    try:
        read(path)
    except InvalidFiles as error:
        return error.problems
    return []
