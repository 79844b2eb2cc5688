"""One number through every forecast, as far as these have been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from forecaster.alerts.machine import Observation
from forecaster.alerts.replay import Moment
from forecaster.store.excerpts import Stored


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
