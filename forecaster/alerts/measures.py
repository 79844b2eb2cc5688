"""How far something moved: in points, in bits, and against the error of the simulation."""

from __future__ import annotations

from math import hypot, log2, sqrt

from forecaster.belief import Diagnostics, Interval

_EDGE = 1e-6  # a probability of 0 or 1 would be infinitely far from every other
_SPREADS = 3.2897072539  # standard deviations between the 5 and 95 % points of a normal


def bits(before: float, after: float) -> float:
    """Jeffreys divergence of two probabilities: what either says against the other, in bits.

    The same step counts for more near 0 and 1: 0.1 bit is about 5 points from 2 %, 9 from 10 %
    and 13 from 50 %.
    """
    p, q = min(max(before, _EDGE), 1 - _EDGE), min(max(after, _EDGE), 1 - _EDGE)
    return (q - p) * (log2(q / (1 - q)) - log2(p / (1 - p)))


def error_of_difference(before: float, after: float) -> float:
    """The Monte Carlo standard error of a difference, from those of both means."""
    return hypot(before, after)


def error(value: Interval, diagnostics: Diagnostics) -> float:
    """The Monte Carlo standard error of a mean.

    Where the forecast does not state it, it is taken from the width of the 90 % interval and the
    smallest effective number of draws of the fit, which errs on the large side.
    """
    stated = value.get("mcse")
    if stated is not None:
        return stated
    draws = max(diagnostics["ess_bulk_min"], 1.0)
    return (value["upper"] - value["lower"]) / _SPREADS / sqrt(draws)
