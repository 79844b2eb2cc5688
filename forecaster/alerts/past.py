"""What a number was in every forecast, read once and then only further.

Forecasts are never changed and their numbers grow, so that whoever has seen some needs no more than
those that were stored since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from forecaster.alerts import quantities, telling
from forecaster.alerts.machine import Observation
from forecaster.alerts.replay import Moment
from forecaster.belief import Kind
from forecaster.store import excerpts
from forecaster.store.engine import reading
from forecaster.store.excerpts import Place, Stored
from forecaster.store.forecasts import STANDS
from forecaster.store.handle import Connection, Engine

READ: tuple[Kind, ...] = (*STANDS, "hindcast")
#: All quantities together, of half a kilobyte each: one from 20,000 forecasts, or two from 10,000.
KEPT = 20_000

Seen = tuple[Stored, Observation | None]


@dataclass
class Story:
    """One quantity, as far as forecasts have been read.

    Attributes
    ----------
    stood : list
        Its values in the forecasts that came to stand, in the order in which they were stored.
    hindcasts : dict
        Its value by the time that a hindcast is of; of several the one that was made last.
    first : datetime, optional
        Of when the first forecast is that stood; no hindcast counts from there on.
    newest : tuple
        Of when the last one that stood is and was made; what is older never stood.
    last, name : int, str
        The number and the id of the forecast that was read last.
    """

    stood: list[Moment] = field(default_factory=list)
    hindcasts: dict[datetime, tuple[datetime, Observation | None]] = field(default_factory=dict)
    first: datetime | None = None
    newest: tuple[datetime, datetime] | None = None
    last: int = 0
    name: str = ""

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self.stood) + len(self.hindcasts)

    def add(self, one: Stored, found: Observation | None) -> None:
        """The next forecast, by its number."""
        self.last, self.name = one.id, one.forecast_id
        this = one.as_of, one.created_at
        if one.kind == "hindcast":
            before = self.hindcasts.get(one.as_of)
            if before is None or one.created_at >= before[0]:
                self.hindcasts[one.as_of] = one.created_at, found
            return
        if self.newest is not None and this < self.newest:
            return
        self.newest = this
        self.first = self.first or one.as_of
        if found is not None:
            self.stood.append((one.kind, found))

    def moments(self) -> list[Moment]:
        """What stood, and before the first of it the hindcasts of earlier times."""
        earlier: list[Moment] = [
            ("hindcast", found)
            for as_of, (_, found) in sorted(self.hindcasts.items(), key=lambda one: one[0])
            if found is not None and (self.first is None or as_of < self.first)
        ]
        return earlier + self.stood


class Past:
    """The stories of the quantities that were asked for last, as many as fit."""

    def __init__(self) -> None:
        self._stories: OrderedDict[str, Story] = OrderedDict()
        self._lock = Lock()

    def of(self, engine: Engine, quantity: str) -> list[Moment]:
        """A quantity in every forecast that counts, each as it was seen, oldest first.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        with self._lock:  # whoever comes second finds what the first has read
            story = self._stories.pop(quantity, None) or Story()
            with reading(engine) as connection:
                if story.last and excerpts.name_of(connection, story.last) != story.name:
                    story = Story()  # the store was replaced by another one
                for one in _read(connection, quantity, story.last):
                    story.add(*one)
            self._stories[quantity] = story
            while sum(one.size for one in self._stories.values()) > KEPT:
                self._stories.popitem(last=False)
            return story.moments()


def _read(connection: Connection, quantity: str, after: int) -> Sequence[Seen]:
    """A quantity in the forecasts behind a number, looked for where it usually stands first."""
    seen: list[Seen] = []
    for place in quantities.places(quantity):
        seen = list(_at(connection, quantity, place, after))
        if all(found is not None for _, found in seen):
            break
    return seen


def _at(connection: Connection, quantity: str, place: Place, after: int) -> Iterator[Seen]:
    days: dict[str | None, str | None] = {}
    for one, found, diagnostics in excerpts.read(connection, place, READ, after):
        value = quantities.of(quantity, quantities.alone(place, found))
        if value is None:
            yield one, None
            continue
        when = one.as_of if one.kind == "hindcast" else one.created_at
        # What is equal is held once, for it is kept.
        when = one.as_of if when == one.as_of else when
        value = value._replace(date=days.setdefault(value.date, value.date))
        yield one, telling.observed(value, one.forecast_id, one.as_of, diagnostics, when)
