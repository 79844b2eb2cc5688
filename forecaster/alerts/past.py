"""What a number was in every forecast, read once and then only further.

Forecasts are never changed and their numbers grow, so that whoever has seen some needs no more than
those that were stored since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

from forecaster.alerts import quantities, story_file, telling
from forecaster.alerts.machine import Observation
from forecaster.alerts.replay import Moment
from forecaster.alerts.story import Story
from forecaster.belief import Kind
from forecaster.store import excerpts
from forecaster.store.engine import reading
from forecaster.store.excerpts import Place, Stored
from forecaster.store.forecasts import STANDS
from forecaster.store.handle import Connection, Engine

READ: tuple[Kind, ...] = (*STANDS, "hindcast")
#: All quantities together, of half a kilobyte each: one from 20,000 forecasts, or two from 10,000.
KEPT = 20_000
#: Where stories are kept from one start to the next, below the state.
FOLDER = "cache/past"
#: So many forecasts are worth a file; the rest is read again after each start.
WORTH = 250

Seen = tuple[Stored, Observation | None]


class Past:
    """The stories of the quantities that were asked for last, as many as fit.

    Parameters
    ----------
    folder : Path, optional
        Where stories are kept from one start to the next; None: nowhere.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
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
            story = self._stories.pop(quantity, None) or self._from_file(quantity)
            with reading(engine) as connection:
                if story.last and excerpts.name_of(connection, story.last) != story.name:
                    story = Story()  # the store was replaced by another one
                more = _read(connection, quantity, story.last)
            for one in more:
                story.add(*one)
            if self._folder is not None and len(more) >= WORTH:
                story_file.keep(self._folder, quantity, story)
            self._stories[quantity] = story
            while sum(one.size for one in self._stories.values()) > KEPT:
                self._stories.popitem(last=False)
            return story.moments()

    def _from_file(self, quantity: str) -> Story:
        kept = None if self._folder is None else story_file.load(self._folder, quantity)
        return kept or Story()


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
