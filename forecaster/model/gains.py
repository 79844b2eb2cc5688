"""What readings of one indicator add to each draw's log-likelihood, over what was known of it.

Given a draw, each reading of a count speaks for itself, so that what was known before and after
cancels. Readings of a measured indicator speak together, for its level and its slow deviation are
integrated out; there the path that they see is averaged once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from forecaster.model import likelihood, marginal
from forecaster.model.basis import Array
from forecaster.model.likelihood import Paths
from forecaster.model.observed import Observation
from indicators.spec import Indicator
from priors import Priors


class Gains:
    """Log-likelihoods of one indicator's observations, each combination worked out once.

    ``every`` are all observations that will be asked about.
    """

    def __init__(
        self, one: Indicator, every: Iterable[Observation], paths: Paths, priors: Priors
    ) -> None:
        self._given = one, paths, priors
        self._apart = one.observation.likelihood != "normal"
        self._place = {row: at for at, row in enumerate(dict.fromkeys(every))}
        self._seen = None if self._apart else likelihood.seen_by(one, list(self._place), paths)
        self._known: dict[tuple[Observation, ...], Array] = {}

    def between(self, before: Sequence[Observation], after: Sequence[Observation]) -> Array:
        """The log-likelihood of ``after`` less that of ``before``, shape (sample,).

        Raises
        ------
        KeyError
            If the draws know nothing of the indicator.
        """
        if self._apart:
            both = {*before} & {*after}
            before = [row for row in before if row not in both]
            after = [row for row in after if row not in both]
        return self._of(tuple(after)) - self._of(tuple(before))

    def _of(self, found: tuple[Observation, ...]) -> Array:
        if found not in self._known:
            one, paths, priors = self._given
            places = [self._place[row] for row in found]
            seen = None if self._seen is None else self._seen[:, places]
            self._known[found] = marginal.of_indicator(one, list(found), paths, priors, seen)
        return self._known[found]
