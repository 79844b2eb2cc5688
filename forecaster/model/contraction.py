"""How far readings have narrowed each parameter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecaster.belief import FAMILIES
from priors import LogNormal, Priors

if TYPE_CHECKING:
    import xarray as xr


def of(
    named: xr.Dataset, priors: Priors, names: Sequence[str], assumed: Collection[str]
) -> xr.Dataset:
    """1 - var(posterior) / var(prior), on the log scale for what is positive by definition.

    About 0: the data said nothing and the number is an assumption. Negative: the data pulled
    against the prior. What is drawn from its prior (``assumed``) has 0 by definition.
    """
    import xarray as xr

    rng = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for name in names:
        prior = priors.parameters[name]
        positive = isinstance(prior, LogNormal)
        before, after = prior.sample(rng, 20_000), named[name].values
        if positive:
            before, after = np.log(before), np.log(after)
        found[name] = 0.0 if name in assumed else 1.0 - after.var() / before.var()
    bar, tau = (priors.parameters[n].sample(rng, 20_000) for n in ("kappa_bar", "kappa_tau"))
    spread = (bar + tau * rng.standard_normal(20_000)).var()
    found["kappa"] = ("family", 1.0 - named["kappa"].values.var(axis=(0, 1)) / spread)
    return xr.Dataset(found, coords={"family": list(FAMILIES)})
