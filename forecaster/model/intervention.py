"""What is done to the future: shifts of the processes, constraints that keep part of a level."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forecaster.model.basis import Array


@dataclass(frozen=True)
class Intervention:
    """What is done to the future and to nothing else: the processes go on as they would have.

    Attributes
    ----------
    profile : array (month,)
        Share of the shifts that is there in each month ahead.
    west, east, own : array (draw,)
        Added to the two antagonisms and to alignment's own process, in sd of a driver.
    keep : array (family,)
        What each constraint keeps of its level: 1 all of it, 0 lifted.
    """

    profile: Array
    west: Array
    east: Array
    own: Array
    keep: Array

    def part(self, rows: slice) -> Intervention:
        """The same for some of the draws."""
        return replace(self, west=self.west[rows], east=self.east[rows], own=self.own[rows])

    def on(self, x: dict[str, Array], month: int) -> dict[str, Array]:
        """The processes in a month ahead, the first being 1, with what is added to them."""
        share = self.profile[month - 1]
        added = {"west": self.west, "east": self.east, "own": self.own}
        return x | {name: x[name] + share * size[:, None] for name, size in added.items()}
