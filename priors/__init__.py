"""What we thought before: every number with its reason, source and date.

This room imports nothing of ours and knows no sampler. ``load()`` gives the priors with one set
chosen, ``set_names()`` the sets there are.
"""

from priors.distribution import Beta, Fixed, Gamma, LogNormal, Normal, Prior, StudentT
from priors.load import DEFAULT_SET, PriorsError, load, set_names
from priors.spec import Elicited, Priors

__all__ = [
    "DEFAULT_SET",
    "Beta",
    "Elicited",
    "Fixed",
    "Gamma",
    "LogNormal",
    "Normal",
    "Prior",
    "Priors",
    "PriorsError",
    "StudentT",
    "load",
    "set_names",
]
