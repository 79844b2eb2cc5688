"""The order in which things are shown, the same in every chart and table."""

from __future__ import annotations

from forecaster.belief import FAMILIES, Constraints, Strength
from forecaster.posterior import words

#: Bottom to top: what is asked about stands on the axis, the state of today fills the rest.
STACK = ("alliance", "balancing", "rupture", "retreat")


def named_strengths(constraints: Constraints) -> dict[str, Strength]:
    """All together, then each family, by their names for people."""
    return {"All together": constraints["strength"]} | {
        words.title(name): constraints["families"][name] for name in FAMILIES
    }
