"""The probabilities whose quantiles are kept of a prediction: the tails most closely."""

from __future__ import annotations

_TAIL = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025)
_MIDDLE = tuple(round(0.05 * k, 2) for k in range(1, 20))
LEVELS: tuple[float, ...] = (*_TAIL, *_MIDDLE, *(1.0 - one for one in reversed(_TAIL)))
