"""The stances on eras, wars and reversion, as ``stances.toml`` names them."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from priors.distribution import Positive, Sources, Strict, Text

HERE = Path(__file__).parent
Wars = Literal["all", "without"]
Eras = Literal["now", "turning", "post_1945", "history"]
Reversion = Literal["stays", "reverts"]
WARS: tuple[Wars, ...] = get_args(Wars)
ERAS: tuple[Eras, ...] = get_args(Eras)
REVERSION: tuple[Reversion, ...] = get_args(Reversion)

Flag = Annotated[int, Field(ge=0, le=1)]


class Era(Strict):
    """A stretch of years in which rates are alike."""

    id: Text
    title: Text
    first: int
    last: int


class Default(Strict):
    """What holds unless something else is asked for."""

    wars: Wars
    eras: Eras
    reversion: Reversion


class Pair(Strict):
    """The forecast pair as a kind of pair: the columns of ``table.Cell``."""

    majors: Flag
    state: Flag
    own_rivalry: Flag
    earlier_pledge: Flag
    wartime: Flag
    border: Flag
    asymmetry_origin: int = Field(ge=0, le=2)
    asymmetry_now: int = Field(ge=0, le=2)


class Transfer(Strict):
    """What the step from other pairs to this one adds."""

    new_era_years: Positive
    base_rate_sd: Positive
    contrast_sd: Positive
    reason: Text
    source: Sources
    date: datetime.date


class Stances(Strict):
    """``stances.toml``."""

    era: Annotated[tuple[Era, ...], Field(min_length=2)]
    wars: dict[Wars, Text]
    eras: dict[Eras, Text]
    reversion: dict[Reversion, Text]
    default: Default
    pair: Pair
    transfer: Transfer

    def era_of(self, year: int) -> int:
        """The place of the era that a year belongs to.

        Raises
        ------
        ValueError
            If no era has that year.
        """
        for place, one in enumerate(self.era):
            if one.first <= year <= one.last:
                return place
        raise ValueError(
            f"no era of stances.toml has the year {year}; "
            f"they go from {self.era[0].first} to {self.era[-1].last}"
        )


@cache
def load(path: Path = HERE / "stances.toml") -> Stances:
    """The file, read once."""
    with path.open("rb") as file:
        return Stances.model_validate(tomllib.load(file))
