"""Read every file of this room and check them against each other; report all problems at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from priors import what_if
from priors.distribution import Fixed, Prior, Strict
from priors.files import (
    ClaimsFile,
    ConstraintsFile,
    DriversFile,
    NoiseFile,
    ScenariosFile,
    ShocksFile,
    WithParameters,
)
from priors.spec import Priors, PriorSet, cited_claims
from priors.what_if import WhatIfFile

HERE = Path(__file__).parent
DEFAULT_SET = "reference"


class PriorsError(ExceptionGroup[Exception]):
    """Problems of the priors; every member carries the file as a note."""


@dataclass
class _Reading:
    """The files read so far and what was wrong with them."""

    root: Path
    problems: list[Exception] = field(default_factory=list)
    documents: dict[str, Strict] = field(default_factory=dict)

    def read[T: Strict](
        self, name: str, shape: type[T], check: Callable[[T], Iterable[str]]
    ) -> T | None:
        """One file in its shape, or None; problems are noted either way."""
        try:
            with (self.root / name).open("rb") as file:
                document = shape.model_validate(tomllib.load(file))
        except (OSError, ValueError) as error:
            error.add_note(name)
            self.problems.append(error)
            return None
        self.documents[name] = document
        self.wrong(name, check(document))
        return document

    def wrong(self, name: str, messages: Iterable[str]) -> None:
        """Note problems of one file."""
        for message in messages:
            error = ValueError(message)
            error.add_note(name)
            self.problems.append(error)


def set_names(root: Path = HERE) -> tuple[str, ...]:
    """The prior sets there are, the default first."""
    names = sorted(path.stem for path in (root / "sets").glob("*.toml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_SET))


def load(set_name: str = DEFAULT_SET, root: Path = HERE) -> Priors:
    """All priors, with the entries of one set put in place of those of the same name.

    Every set is read and checked, whichever is chosen.

    Raises
    ------
    PriorsError
        With one member per problem: an unreadable file, an unknown or missing key, a number out of
        range, a name that appears twice or nowhere, a claim that does not exist.
    """
    reading = _Reading(root)
    scenarios = reading.read("scenarios.toml", ScenariosFile, _scenario_problems)
    drivers = reading.read("drivers.toml", DriversFile, _driver_problems)
    constraints = reading.read("constraints.toml", ConstraintsFile, _constraint_problems)
    shocks = reading.read("shocks.toml", ShocksFile, _shock_problems)
    noise = reading.read("noise.toml", NoiseFile, _noise_problems)
    ids = [one.id for one in shocks.shock] if shocks else []
    futures = reading.read("what_if.toml", WhatIfFile, lambda file: _what_if_problems(file, ids))
    claims = reading.read("claims.toml", ClaimsFile, lambda _: ())
    sets = {name: reading.read(_set_file(name), PriorSet, lambda _: ()) for name in set_names(root)}
    if set_name not in sets:
        known = ", ".join(sets) or "none"
        reading.wrong(_set_file(set_name), [f"no prior set {set_name!r}; there are: {known}"])
    parameters = _parameters(reading)
    if claims:
        _check_citations(reading, claims)
    if scenarios and drivers and constraints and shocks and noise:
        for name, one in sets.items():
            if one:
                reading.wrong(_set_file(name), _set_problems(one, parameters, scenarios))
    chosen = sets.get(set_name)
    if reading.problems or not (
        scenarios and drivers and constraints and shocks and noise and futures and claims and chosen
    ):
        raise PriorsError("the priors have problems", reading.problems)
    return Priors(
        set_name=set_name,
        chosen=chosen,
        question=scenarios.question,
        scenarios=scenarios.scenario,
        elicited=scenarios.elicited,
        drivers=drivers.driver,
        what_ifs=futures.what_if,
        families=constraints.family,
        shocks=shocks.shock,
        noise_classes=noise.classes,
        parameters=parameters | chosen.parameters,
        papers=claims.paper,
        claims=claims.claim,
    )


def _set_file(name: str) -> str:
    return f"sets/{name}.toml"


def _parameters(reading: _Reading) -> dict[str, Prior]:
    """All parameters by name; a name in two files is a problem of the second."""
    owner: dict[str, str] = {}
    merged: dict[str, Prior] = {}
    for name, document in reading.documents.items():
        if isinstance(document, WithParameters):
            for key, prior in document.parameters.items():
                if key in owner:
                    reading.wrong(name, [f"parameters.{key}: already stated in {owner[key]}"])
                owner.setdefault(key, name)
                merged.setdefault(key, prior)
    return merged


def _check_citations(reading: _Reading, claims: ClaimsFile) -> None:
    for name, document in reading.documents.items():
        unknown = sorted(cited_claims(document.model_dump()) - set(claims.claim))
        reading.wrong(name, (f"cites claim {key}, which claims.toml lacks" for key in unknown))


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name}: stated {count} times; once is expected"


def _scenario_problems(file: ScenariosFile) -> Iterator[str]:
    ids = [one.id for one in file.scenario]
    yield from _twice("scenario", ids)
    yield from _twice("scenario.precedence", [str(one.precedence) for one in file.scenario])
    quo = [one.id for one in file.scenario if one.at_risk_from is None]
    if len(quo) != 1:
        yield (
            f"scenario.at_risk_from: missing for {', '.join(quo) or 'none'}; "
            "exactly one scenario, the status quo, goes without"
        )
    for name, one in file.elicited.items():
        if set(one.probabilities) != set(ids):
            yield (
                f"elicited.{name}.probabilities: has {', '.join(sorted(one.probabilities))}; "
                f"expected one for each of {', '.join(ids)}"
            )


def _driver_problems(file: DriversFile) -> Iterator[str]:
    yield from _twice("driver", [one.id for one in file.driver])
    yield from _twice("sub_drivers", [part.id for one in file.driver for part in one.sub_drivers])


def _what_if_problems(file: WhatIfFile, shocks: list[str]) -> Iterator[str]:
    # Where the shocks cannot be read, that is told and no more.
    named = [name for one in file.what_if for name in one.like]
    yield from what_if.problems(file.what_if, shocks or named)


def _shock_problems(file: ShocksFile) -> Iterator[str]:
    yield from _twice("shock", [one.id for one in file.shock])
    yield from _twice("shock.month", [one.month for one in file.shock])


def _constraint_problems(file: ConstraintsFile) -> Iterator[str]:
    yield from _twice("family", [one.id for one in file.family])
    parts = [part.id for one in file.family for part in one.sub_constraints]
    yield from _twice("sub_constraints", parts)
    wanted = {f"kappa_offset_{one.id}" for one in file.family}
    stated = {key for key in file.parameters if key.startswith("kappa_offset_")}
    for key in sorted(wanted - stated):
        yield f"parameters.{key}: missing; every family needs one"
    for key in sorted(stated - wanted):
        yield f"parameters.{key}: there is no such family"


def _noise_problems(file: NoiseFile) -> Iterator[str]:
    for name, one in file.classes.items():
        if one.scale not in file.parameters:
            yield f"classes.{name}.scale: {one.scale} is not among the parameters of this file"


def _set_problems(
    one: PriorSet, parameters: dict[str, Prior], scenarios: ScenariosFile
) -> Iterator[str]:
    for key, prior in one.parameters.items():
        if key not in parameters:
            yield f"parameters.{key}: no file states a parameter of this name to replace"
        elif isinstance(prior, Fixed) != isinstance(parameters[key], Fixed):
            yield f"parameters.{key}: a set cannot turn a fixed number uncertain, or the reverse"
    if one.elicited and one.elicited.name not in scenarios.elicited:
        yield (
            f"elicited.name: {one.elicited.name!r} is not in scenarios.toml; "
            f"there are: {', '.join(scenarios.elicited)}"
        )
