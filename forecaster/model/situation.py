"""How things stand when a forecast is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Situation:
    """When we stand, what is in force, and since when retreat is no longer (None: it still is)."""

    as_of: date
    in_force: str = "retreat"
    left_retreat: date | None = None
