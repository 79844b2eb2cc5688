"""Futures to ask about: those of ``what_if.toml``, and a file of one's own in the same shape."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from priors.distribution import Positive, Sources, Strict, Text

Id = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_]{1,47}$")]
# Since 1992 no antagonism has moved by more than 4.6 sd from its lowest to its highest.
Sd = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-5, le=5)]
# No level has stood above 3 since 1992.
Kept = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=3)]
Months = Annotated[int, Field(strict=True, ge=0, le=240)]
MOST = 40  # futures in one file


class Shift(Strict):
    """What is added to the future of a factor, in sd of a driver."""

    ru_west: Sd = 0.0
    cn_us: Sd = 0.0
    alignment: Sd = 0.0


class Levels(Strict):
    """What each constraint keeps of its level."""

    asymmetry: Kept = 1.0
    western_reaction: Kept = 1.0
    regional_reaction: Kept = 1.0
    trade_dependence: Kept = 1.0


class WhatIf(Strict):
    """One future: what is done to it, and how that comes and goes.

    ``like`` names shocks of ``shocks.toml``. ``ramp_months``, ``hold_months`` (None: for good) and
    ``half_life`` in years (None: the model's own) are of ``shift`` and ``like``.
    """

    id: Id
    title: Text
    group: Literal["choice", "constraint", "shock", "own"] = "own"
    shift: Shift = Shift()
    like: tuple[Text, ...] = ()
    level: Levels = Levels()
    ramp_months: Months = 0
    hold_months: Months | None = None
    half_life: Positive | None = None
    reason: Text | None = None
    source: tuple[Text, ...] = ()
    claims: tuple[Annotated[str, Field(pattern=r"^[AB][1-9]\d?$")], ...] = ()
    date: datetime.date | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.shift.model_fields_set or self.like or self.level.model_fields_set):
            raise ValueError("expected at least one of shift, like, level")
        if self.half_life is not None and self.hold_months is None:
            raise ValueError("half_life says how it fades after hold_months, which is missing")
        return self


class Shipped(WhatIf):
    """One of ours: with its reason, source, claims and date."""

    reason: Text
    source: Sources
    claims: tuple[Annotated[str, Field(pattern=r"^[AB][1-9]\d?$")], ...] = Field(min_length=1)
    date: datetime.date


class WhatIfFile(Strict):
    """``what_if.toml``."""

    what_if: Annotated[tuple[Shipped, ...], Field(min_length=1, max_length=MOST)]


class OwnWhatIfs(Strict):
    """Futures of one's own, up to forty: what is done in each; reasons may be left out."""

    what_if: Annotated[tuple[WhatIf, ...], Field(min_length=1, max_length=MOST)]


def own(text: str, shocks: Iterable[str]) -> tuple[WhatIf, ...]:
    """The futures of a TOML of one's own; ``shocks`` are the ids that ``like`` may name.

    Raises
    ------
    ValueError
        If it cannot be read, or something in it cannot be meant; all problems at once.
    """
    try:
        found = tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists within lists, too deep to be read") from None
    return checked(OwnWhatIfs.model_validate(found).what_if, shocks)


def checked(found: tuple[WhatIf, ...], shocks: Iterable[str]) -> tuple[WhatIf, ...]:
    """The same futures, where they can be meant beside each other.

    Raises
    ------
    ValueError
        With a line for each that cannot.
    """
    wrong = list(problems(found, shocks))
    if wrong:
        raise ValueError("\n".join(wrong))
    return found


def problems(what_ifs: Sequence[WhatIf], shocks: Iterable[str]) -> Iterator[str]:
    """What a single entry cannot know to be wrong."""
    known = list(shocks)
    for name, count in Counter(one.id for one in what_ifs).items():
        if count > 1:
            yield f"what_if {name}: stated {count} times; once is expected"
    # Lines of charts and tables are told apart by their titles.
    for title, count in Counter(" ".join(one.title.split()) for one in what_ifs).items():
        if count > 1:
            yield f"title {title!r}: stated {count} times; expected another for each what_if"
    for k, one in enumerate(what_ifs):
        for name in one.like:
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.5)
                hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(known)}"
                yield f"what_if.{k}.like: no shock of shocks.toml is called {name!r}; {hint}"


def digest(what_ifs: Iterable[WhatIf]) -> str:
    """sha256 of what these futures say."""
    content = [one.model_dump(mode="json") for one in what_ifs]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
