"""What the files hold: scenarios, drivers, constraints, shocks, noise, sets, claims."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from priors.distribution import Fixed, Positive, Prior, Sources, Strict, Text
from priors.what_if import Shipped

DriverId = Literal["ru_west", "cn_us", "alignment"]
FamilyId = Literal["asymmetry", "western_reaction", "regional_reaction", "trade_dependence"]
Name = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_]{1,47}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
ClaimId = Annotated[str, Field(pattern=r"^[AB][1-9]\d?$")]
Probability = Annotated[float, Field(strict=True, gt=0, lt=1)]
CLAIM = re.compile(r"^[AB][1-9]\d?$")


class Question(Strict):
    """What is forecast, and the definition that must stand beside every number shown."""

    id: Name
    title: Text
    version: int = Field(ge=1)
    date: datetime.date
    definition: Text


class Scenario(Strict):
    """One of the states, exactly one of which is in force at any time.

    ``precedence``: 1 wins where two hold. ``at_risk_from``: the first month in which an exit into
    it could happen; the status quo has none.
    """

    id: Name
    title: Text
    criteria: Text
    ends_when: Text
    precedence: int = Field(ge=1)
    at_risk_from: Month | None = None
    claims: tuple[ClaimId, ...] = ()


class Elicited(Strict):
    """Probabilities that a text or a person states, ``horizon_years`` on from *its own* date.

    ``log_odds_sd``: how far the statement itself may be off, on the log-odds of an alliance.
    """

    title: Text
    date: datetime.date
    horizon_years: Positive
    probabilities: dict[Name, Probability]
    log_odds_sd: Positive
    reason: Text
    source: Sources

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = sum(self.probabilities.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the probabilities sum to {total:.6g}; they must sum to 1")
        return self


class Part(Strict):
    """A part of a driver or of a family: what indicators hang on. ``passage`` says where it is."""

    id: Name
    title: Text
    passage: Text
    claims: tuple[ClaimId, ...] = ()


class Driver(Strict):
    """A force that pushes towards or away from an alliance, and its parts."""

    id: DriverId
    title: Text
    passage: Text
    claims: tuple[ClaimId, ...]
    sub_drivers: tuple[Part, ...] = ()


class Family(Strict):
    """One section of the constraints paper, with its sub-constraints."""

    id: FamilyId
    title: Text
    passage: Text
    claims: tuple[ClaimId, ...]
    sub_constraints: tuple[Part, ...] = Field(min_length=1)


class Shock(Strict):
    """A documented month in which something broke, and the drivers it hit."""

    month: Month
    id: Name
    title: Text
    factors: tuple[DriverId, ...] = Field(min_length=1)
    reason: Text
    claims: tuple[ClaimId, ...] = ()
    source: Sources
    date: datetime.date


class NoiseClass(Strict):
    """How a kind of source errs.

    ``scale`` names a parameter of the same file: a standard deviation in the indicator's standard
    units, or the dispersion of a count.
    """

    title: Text
    likelihood: Literal["normal", "negative_binomial"]
    scale: Name
    reason: Text
    claims: tuple[ClaimId, ...] = ()


class Paper(Strict):
    """One of the two papers, as it is cited."""

    citation: Text
    data_through: datetime.date


class Claim(Strict):
    """What a paper says, in our words. ``direction`` is what must follow for value or sign."""

    section: Text
    paraphrase: Text
    rooms: tuple[Literal["priors", "indicators"], ...] = ()
    direction: Text | None = None
    status: Literal["now", "later"]
    into: Text | None = None

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if (self.status == "later") != (self.into is not None):
            raise ValueError("into says what a claim with status = 'later' becomes; only then")
        if (self.status == "now") != bool(self.rooms):
            raise ValueError("rooms lists who uses a claim with status = 'now'; only then")
        return self


class Choice(Strict):
    """The name of an elicited set, a key of ``[elicited]`` in ``scenarios.toml``."""

    name: Name


class PriorSet(Strict):
    """A stance: whole entries that replace those of the same name, or none."""

    title: Text
    reason: Text
    date: datetime.date
    elicited: Choice | None = None
    parameters: dict[Name, Prior] = Field(default_factory=dict)


class Priors(Strict):
    """Everything that was thought before, with one set chosen.

    ``parameters`` holds every number by its unique name, after the set's replacements. Where
    ``elicitation`` is not None, the prior of ``b_A`` is only the starting point for solving it.
    """

    set_name: str
    chosen: PriorSet
    question: Question
    scenarios: tuple[Scenario, ...]
    elicited: dict[str, Elicited]
    drivers: tuple[Driver, ...]
    what_ifs: tuple[Shipped, ...]
    families: tuple[Family, ...]
    shocks: tuple[Shock, ...]
    noise_classes: dict[str, NoiseClass]
    parameters: dict[str, Prior]
    papers: dict[str, Paper]
    claims: dict[str, Claim]

    @property
    def settings(self) -> dict[str, float]:
        """The fixed numbers by name."""
        return {name: one.value for name, one in self.parameters.items() if isinstance(one, Fixed)}

    @property
    def uncertain(self) -> dict[str, Prior]:
        """The parameters that are learned: all but the fixed ones."""
        return {name: one for name, one in self.parameters.items() if not isinstance(one, Fixed)}

    @property
    def titles(self) -> dict[str, str]:
        """What families are called, and sub-constraints, these as ``family/sub_constraint``."""
        found: dict[str, str] = {family.id: family.title for family in self.families}
        for family in self.families:
            found |= {f"{family.id}/{part.id}": part.title for part in family.sub_constraints}
        return found

    @property
    def elicitation(self) -> Elicited | None:
        """The elicited probabilities that the chosen set asks for, if any."""
        return None if self.chosen.elicited is None else self.elicited[self.chosen.elicited.name]

    @property
    def digest(self) -> str:
        """sha256 of everything a forecast is made from, and of the chosen set.

        Comments do not count, and no what-if: it asks a forecast that is there.
        """
        content = self.model_dump(exclude={"what_ifs"})
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def replace(self, changes: Mapping[str, Prior]) -> Priors:
        """The same priors with some parameters exchanged, for sensitivity runs and solving.

        Raises
        ------
        KeyError
            If a name is not among the parameters.
        """
        unknown = sorted(set(changes) - set(self.parameters))
        if unknown:
            raise KeyError(f"no such parameter: {', '.join(unknown)}")
        return self.model_copy(update={"parameters": self.parameters | dict(changes)})

    def claims_used(self) -> set[str]:
        """Ids of the claims that an entry of this room cites."""
        return cited_claims(self.model_dump(exclude={"claims", "papers"}))

    def unused_claims(self, used_elsewhere: set[str]) -> list[str]:
        """Claims to be used now that neither this room nor ``used_elsewhere`` cites, in order.

        Raises
        ------
        ValueError
            If ``used_elsewhere`` names claims that do not exist.
        """
        unknown = sorted(used_elsewhere - set(self.claims))
        if unknown:
            raise ValueError(f"no such claim in claims.toml: {', '.join(unknown)}")
        used = self.claims_used() | used_elsewhere
        return [key for key, one in self.claims.items() if one.status == "now" and key not in used]


def cited_claims(content: object) -> set[str]:
    """Claim ids among all strings of a nested structure."""
    return {text for text in _strings(content) if CLAIM.match(text)}


def _strings(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    if isinstance(content, Mapping):
        return [text for value in content.values() for text in _strings(value)]
    if isinstance(content, list | tuple):
        return [text for value in content for text in _strings(value)]
    return []
