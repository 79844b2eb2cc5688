"""The order in which things are shown, the same in every chart and table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from forecaster.belief import FAMILIES, Constraints, Strength
from forecaster.posterior import words

#: Bottom to top: what is asked about stands on the axis, the state of today fills the rest.
STACK = ("alliance", "balancing", "rupture", "retreat")


def named_strengths(constraints: Constraints) -> dict[str, Strength]:
    """All together, then each family, by their names for people."""
    return {"All together": constraints["strength"]} | {
        words.title(name): constraints["families"][name] for name in FAMILIES
    }


class Piece(NamedTuple):
    """One scenario's part of a bar, in per cent of its length."""

    name: str
    start: float
    length: float


def bar(shares: Mapping[str, Mapping[str, Any]]) -> list[Piece]:
    """The scenarios side by side, in their usual order."""
    pieces: list[Piece] = []
    start = 0.0
    for name in STACK:
        length = round(100 * shares[name]["mean"], 2)
        pieces.append(Piece(name, round(start, 2), length))
        start += length
    return pieces
