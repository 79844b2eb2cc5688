"""How steady a forecast was: how much of its movement was taken back later.

A forecast that has weighed everything goes up as often as down from where it stands: of a move
nothing is taken back in the mean, though of any single one half may be. One that overreacts is led
back by what follows. Two figures tell: the share of all movement that lay the other way within the
time looked at, and the mean of what was taken back less what was added to, which is about zero for
a forecast without fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from forecaster.posterior.skill import Array

WITHIN = timedelta(days=90)
FEWEST = 3  # moves


def stability(when: Sequence[datetime], value: Sequence[float]) -> dict[str, Any]:
    """Of forecasts in the order of time, in the unit of ``value`` (probabilities, 0 to 1)."""
    level = np.asarray(value, dtype=float)
    moves = np.diff(level)
    path = float(np.abs(moves).sum())
    found: dict[str, Any] = {
        "forecasts": len(level),
        "within_days": WITHIN.days,
        "path": path,
        "net": float(level[-1] - level[0]) if len(level) else 0.0,
        "taken_back": None,
        "overreaction": None,
        "moves": int(np.count_nonzero(moves)),
    }
    if found["moves"] < FEWEST:
        return found
    seconds = np.array([one.timestamp() for one in when])
    ends = np.searchsorted(seconds, seconds[1:] + WITHIN.total_seconds(), side="right")
    back = np.array([_taken_back(level[k:end], moves[k]) for k, end in enumerate(ends)])
    after = level[ends - 1] - level[1:]
    found["taken_back"] = float(back.sum() / path)
    found["overreaction"] = float(-(moves @ after) / (moves @ moves))
    return found


def _taken_back(level: Array, move: float) -> float:
    """How much of a move from the first to the second of these was gone again at most."""
    furthest = float(np.max(np.sign(move) * (level[1] - level[1:])))
    return min(abs(move), max(furthest, 0.0))
