"""What every fit of a desk has in common: how much it samples, and a base rate that is solved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from forecaster import knowing
from forecaster.model import elicit
from forecaster.model.fit import Effort
from forecaster.wiring import Desk
from priors import Priors


def effort(desk: Desk) -> Effort:
    """How much a fit samples, as the settings say."""
    chosen = desk.settings
    return Effort(chosen.draws, chosen.tune, chosen.chains, chosen.cores)


def solved(desk: Desk, priors: Priors, seed: int, progress: Callable[[str], None] | None) -> Priors:
    """A prior set; where it states probabilities, its base rate is solved from their date."""
    stated = priors.elicitation
    if stated is None:
        return priors
    if progress is not None:
        progress(f"solving the base rate for: {stated.title}")
    then = datetime(stated.date.year, stated.date.month, stated.date.day, tzinfo=UTC)
    return elicit.solve(knowing.evidence(desk, then), desk.catalogue, priors, seed=seed)
