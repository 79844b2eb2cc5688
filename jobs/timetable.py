"""The timetable: ``schedule.toml``, or the file that FORECASTER_SCHEDULE names, read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from forecaster import parsing, validation
from forecaster.errors import InvalidFiles, nearest
from jobs import times, work
from jobs.times import TimeOfDay, Trigger

HERE = Path(__file__).with_name("schedule.toml")
CatchUp = Literal["latest", "all", "none"]


def _several(value: object) -> object:
    """One time of the day, or a list of them."""
    given = value if isinstance(value, list) else [value]
    return tuple(times.time_of_day(one) for one in given)


Duration = Annotated[timedelta, BeforeValidator(times.duration)]
Times = Annotated[tuple[TimeOfDay, ...], BeforeValidator(_several)]


class Strict(BaseModel):
    """Refuses keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Strict):
    """When one job is due, and what becomes of times that were missed.

    ``after`` and ``settle``: also due that long after another job has brought news, or published a
    forecast. ``limit``: a run that takes longer is ended; None leaves it to the settings.
    """

    at: Times | None = None
    every: Duration | None = None
    catch_up: CatchUp
    after: Literal["news", "forecast"] | None = None
    settle: Duration = timedelta(0)
    limit: Duration | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Entry:
        if (self.at is None) == (self.every is None):
            raise ValueError("expected either `at` or `every`")
        if self.at == ():
            raise ValueError("at: expected at least one time")
        if self.settle and self.after is None:
            raise ValueError("settle belongs to `after`")
        return self

    @cached_property
    def trigger(self) -> Trigger:
        """Gives the due times."""
        return times.daily(self.at) if self.at else times.rhythm(self.every or timedelta(days=1))

    @property
    def said(self) -> str:
        """The times as a person writes them."""
        if self.every is not None:
            return f"every {parsing.written(self.every)}"
        return ", ".join(
            one.clock.isoformat("seconds" if one.clock.second else "minutes")
            + ("" if one.weekdays == times.WEEKDAYS else f" {','.join(one.weekdays)}")
            for one in self.at or ()
        )


def _known(name: str) -> str:
    if name in work.WORK:
        return name
    near = nearest(name, work.WORK)
    hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(work.WORK)}"
    raise ValueError(f"no job is called so; {hint}")


class File(Strict):
    """The file as a whole."""

    job: dict[Annotated[str, AfterValidator(_known)], Entry]


Timetable = Mapping[str, Entry]


def read(path: Path | None = None) -> Timetable:
    """The entries by the name of their job, in the order of the file.

    Raises
    ------
    InvalidFiles
        With every problem: file, key, what was expected, the nearest valid name.
    """
    file = path or HERE
    room = "jobs" if path is None else str(file.parent)
    try:
        with file.open("rb") as opened:
            return File.model_validate(tomllib.load(opened)).job
    except (OSError, ValueError) as error:
        error.add_note(file.name)
        problems = validation.lines(error, room, [File])
        raise InvalidFiles([line.replace(".[key]:", ":") for line in problems]) from error
