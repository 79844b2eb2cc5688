"""What a source is: it asks, it reads what came, it says what it found or why it refuses.

A source never opens a connection and never stores anything. It is handed ``Ask``, which fetches and
archives a body before anybody reads it, and gives back a ``Harvest``. Parsers are pure functions
from bytes; they raise ``Unexpected`` where a body is not what it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from indicators.period import Period
from indicators.spec import Reading

Result = Literal["value", "none", "empty", "unchanged", "failed"]


class SourceError(Exception):
    """A source could not be read; the text says what was given, and what was expected."""


class CallFailed(SourceError):
    """No usable answer came: no connection, a deadline, a cap, a status that refuses.

    ``needs_attention``: asking again will not help (401, 403, 404, 410); a person has to look.
    ``wait``: the seconds that the server asked us to stay away, an hour at most.
    """

    def __init__(
        self, message: str, *, needs_attention: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.needs_attention = needs_attention
        self.wait = wait


class Unexpected(SourceError):
    """A body came that is not of the expected shape; it is kept, and nothing of it is recorded."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source: ``path`` below its base address, or an absolute URL.

    An absolute URL must lie on the source's own host or on one that it lists. ``accept`` are the
    content types that may come back, without parameters; any other is refused unread. ``fresh``
    asks without conditions, so that an unchanged body comes whole.
    """

    path: str
    params: Sequence[tuple[str, str]] = ()
    method: Literal["GET", "POST"] = "GET"
    json: object | None = None
    accept: tuple[str, ...] = ("application/json",)
    headers: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, archived already under ``sha256``.

    ``unchanged``: the publisher says that nothing is new since we last asked (304), or the bytes
    are those of the last time; ``body`` then holds the archived bytes.
    """

    request: Request
    url: str
    status: int
    content_type: str
    body: bytes
    fetched_at: datetime
    sha256: str
    unchanged: bool = False


Ask = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Lead:
    """Something that may be an event: a person confirms or dismisses it, nothing counts it.

    ``key`` is the publisher's own stable id, so that the same lead is told once.
    """

    indicator: str
    key: str
    day: date
    title: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that must not be recorded unseen: it goes to quarantine with ``why``."""

    reading: Reading
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A value that the publisher took back: it gave one for the period before, and now says none.

    That a period is merely absent from an answer is no withdrawal; a blank where a value stood is.
    """

    indicator: str
    period: Period
    source: str
    note: str = ""


@dataclass(frozen=True)
class Harvest:
    """What one visit to a source brought.

    ``result``: ``value`` readings or leads were found; ``none`` the source says that there is
    nothing (no publication, a zero it vouches for); ``empty`` it gave nothing to decide by;
    ``unchanged`` it is as it was. ``warnings`` name unknown fields of a known shape.
    ``withdrawn`` are known values that the source has taken back.
    """

    result: Result
    readings: tuple[Reading, ...] = ()
    leads: tuple[Lead, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    warnings: tuple[str, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True)
class Visit:
    """When a source is asked, and what is known of its indicators already.

    ``known`` gives the standing value of each period by indicator id, as recorded: for the check
    of a list that shrank, a unit that jumped, or a month that is complete already.
    ``memory`` is a small note the source left itself on its last good visit (a cursor, a date, the
    number of rows), text to text; what it leaves now is kept only if the visit succeeds.
    """

    now: datetime
    known: Mapping[str, Mapping[str, float]]
    memory: dict[str, str]


class Source(Protocol):
    """One public source.

    ``hosts`` are the further hosts it may be redirected to; ``pace`` is the least number of
    seconds between two requests; ``cap`` bounds a decoded body in bytes; ``deadline`` one call in
    seconds.
    """

    name: str
    title: str
    base_url: str
    hosts: tuple[str, ...]
    indicators: tuple[str, ...]
    pace: float
    cap: int
    deadline: float

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask what there is to ask now and read it.

        Raises
        ------
        CallFailed
            From ``ask``; the visit has failed as a whole.
        Unexpected
            If a body is not of the expected shape.
        """
        ...
