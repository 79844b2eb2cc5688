"""The shape of each file in this room."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from priors.distribution import Prior, Strict
from priors.spec import (
    Claim,
    ClaimId,
    Driver,
    Elicited,
    Family,
    Name,
    NoiseClass,
    Paper,
    Question,
    Scenario,
    Shock,
)


class WithParameters(Strict):
    """A file that states parameters; no two files may state the same one."""

    parameters: dict[Name, Prior]


class ScenariosFile(WithParameters):
    """``scenarios.toml``."""

    question: Question
    scenario: Annotated[tuple[Scenario, ...], Field(min_length=2)]
    elicited: dict[Name, Elicited]


class DriversFile(WithParameters):
    """``drivers.toml``."""

    driver: tuple[Driver, ...]


class ConstraintsFile(WithParameters):
    """``constraints.toml``."""

    family: tuple[Family, ...]


class ShocksFile(WithParameters):
    """``shocks.toml``."""

    shock: tuple[Shock, ...]


class NoiseFile(WithParameters):
    """``noise.toml``."""

    classes: dict[Name, NoiseClass]


class ClaimsFile(Strict):
    """``claims.toml``."""

    paper: dict[str, Paper]
    claim: dict[ClaimId, Claim]
