"""The equations of the model, once, for arrays and for symbolic graphs alike.

Every function takes ``xp``: ``numpy`` when paths are simulated, ``pytensor.tensor`` when the model
is built. What-ifs, the forecast and the fit therefore cannot disagree.
"""

from __future__ import annotations

from typing import Any


def level(xp: Any, factor: Any, offset: float) -> Any:
    """Level of a constraint: positive, 1 at the origin, towards 0 when lifted."""
    return xp.logaddexp(0.0, factor + offset)


def soft_minimum(xp: Any, one: Any, other: Any, sharpness: float) -> Any:
    """A smooth minimum, 0 at (0, 0), increasing in each argument.

    Lukin: an alliance needs *both* antagonisms; a plain product would lower the threat when one
    of them is negative and the other grows.
    """
    return -(xp.logaddexp(-sharpness * one, -sharpness * other) - 0.6931471805599453) / sharpness


def soft_floor(xp: Any, value: Any, floor: float) -> Any:
    """Close to ``value`` where it is above ``floor``, never below ``floor``."""
    width = 0.25 * floor
    return floor + width * xp.logaddexp(0.0, (value - floor) / width)


def capped(xp: Any, log_rate: Any, cap: float) -> Any:
    """Yearly rate ``exp(log_rate)`` with a smooth cap: a heavy tail in an exponent has no mean."""
    return cap / (1.0 + cap * xp.exp(-log_rate))


def alliance_log_rate(b_A: Any, b_T: Any, b_al: Any, threat: Any, own_alignment: Any) -> Any:
    """Log yearly rate of an alliance out of retreat.

    ``own_alignment`` is what alignment keeps after the antagonisms, so that constraints act once.
    """
    return b_A + b_T * threat + b_al * own_alignment


def balancing_log_rate(
    b_B: Any, b_B_west: Any, b_B_asym: Any, ru_west: Any, gap: Any, usual_gap: Any
) -> Any:
    """Log yearly rate of balancing; ``b_B`` is the rate at the mean state of 2022-24.

    ``ru_west`` is 0 at July 2001 and 1 at the mean of 2022-24; ``usual_gap`` is the level of
    asymmetry then.
    """
    return b_B - b_B_west * (ru_west - 1.0) + b_B_asym * (gap - usual_gap)


def rupture_log_rate(b_U: Any, b_U_asym: Any, b_U_al: Any, gap: Any, alignment: Any) -> Any:
    """Log yearly rate of rupture: rises with asymmetry, falls with alignment."""
    return b_U + b_U_asym * (gap - 1.0) - b_U_al * alignment
