"""What a forecast knew, and the draws that it left behind."""

from __future__ import annotations

from dataclasses import dataclass

from forecaster.model.basis import Array
from forecaster.model.grid import month_index
from forecaster.model.observed import Known
from forecaster.model.reopen import Reopened
from forecaster.model.situation import Situation


@dataclass(frozen=True)
class Moment:
    """What a forecast knew: the readings of evidence indicators, and how things stood."""

    readings: tuple[Known, ...]
    situation: Situation

    @property
    def n_months(self) -> int:
        """Months of the grid that it was made on."""
        return month_index(self.situation.as_of) + 1


@dataclass(frozen=True)
class Drawn:
    """The draws that are weighed.

    Attributes
    ----------
    value : array (sample,)
        The headline of each draw, as it was published.
    chains : int
        How many chains the samples come from, one after another.
    """

    reopened: Reopened
    value: Array
    chains: int
