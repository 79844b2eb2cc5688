"""Problems of the files that people edit, as lines: file, key, what is wrong, nearest valid name.

The rooms raise exception groups: pydantic's errors, broken TOML, their own ``ValueError``. Each
member carries its file as a note. Everything is told at once, so that a file is mended in one go.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from forecaster.errors import nearest
from indicators import Indicator, Reading

if TYPE_CHECKING:
    from priors import Priors

Place = tuple[int | str, ...]
SHOWN = 20  # problems that one line tells of
ECHOED = 80  # characters of a wrong value that are said again


def lines(group: BaseException, room: str, shapes: Iterable[type[BaseModel]] = ()) -> list[str]:
    """Every problem in an exception group as one line each, in the order found.

    Parameters
    ----------
    group
        An exception, or a group of them, nested or not.
    room
        The folder that the files named in the notes lie in, put before them.
    shapes
        The models that the files are read into; with them an unknown key is told its nearest
        valid name.
    """
    models = {one.__name__: one for one in shapes}
    found: list[str] = []
    for error in _leaves(group):
        notes: list[str] = getattr(error, "__notes__", [])
        file = f"{room}/{notes[0]}" if notes else room
        match error:
            case ValidationError():
                found += [f"{file}: {text}" for text in _fields(error, models)]
            case tomllib.TOMLDecodeError():
                found.append(f"{file}: not valid TOML: {error}")
            case OSError():
                found.append(f"{file}: cannot be read: {error.strerror or error}")
            case _:
                found += [f"{file}: {text}" for text in str(error).splitlines()]
    return found


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _fields(error: ValidationError, models: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    model = models.get(error.title)
    for one in real(error.errors(include_url=False, include_context=False)):
        place = one["loc"]
        message = one["msg"].removeprefix("Value error, ")
        match one["type"]:
            case "extra_forbidden":
                message = f"unknown key{hint(model, place)}"
            case "missing":
                message = "missing"
            case "value_error":
                pass
            case _:
                message = f"{message}, not {_echo(one['input'])}"
        yield f"{_dotted(place)}: {message}" if place else message


def _echo(value: object) -> str:
    """What was given, as far as a line holds it."""
    try:
        said = repr(value)
    except ValueError:  # a number of thousands of digits
        return f"that {type(value).__name__}"
    return said if len(said) <= ECHOED else f"{said[:ECHOED]}…"


def real[E: Mapping[str, Any]](errors: Sequence[E]) -> list[E]:
    """The errors of pydantic without those that follow from others.

    Of a list whose items cannot be read it says, too, that it is too short without them.
    """
    places = [tuple(one["loc"]) for one in errors]
    return [
        one
        for one, place in zip(errors, places, strict=True)
        if one["type"] != "too_short"
        or not any(other != place and other[: len(place)] == place for other in places)
    ]


def some(lines: Sequence[str], amount: int) -> str:
    """The first of so many problems in one line, and how many there are beside."""
    more = f"; and {amount - SHOWN} more" if amount > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def hint(model: type[BaseModel] | None, place: Place) -> str:
    """What to say of an unknown key at a place of a model: the nearest that it knows, or all."""
    if model is None or not place:
        return ""
    known = sorted({name for one in _models_at(model, place[:-1]) for name in one.model_fields})
    near = nearest(str(place[-1]), known)
    if near:
        return f"; nearest: {', '.join(near)}"
    return f"; known: {', '.join(known)}" if known else ""


def _models_at(model: type[BaseModel], place: Place) -> list[type[BaseModel]]:
    """The models that may stand at a place: one, or several where a key may take several shapes."""
    at: list[Any] = [model]
    for part in place:
        inside = [step for one in at for step in _inside(one, part)]
        # The tag of a union is part of the place but opens no level.
        at = inside or at
    return [one for one in at if isinstance(one, type) and issubclass(one, BaseModel)]


def _inside(shape: Any, part: int | str) -> list[Any]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        field = shape.model_fields.get(str(part))
        return [] if field is None else _plain(field.annotation)
    inner = get_args(shape)
    if get_origin(shape) is dict:
        return _plain(inner[1])
    if isinstance(part, int) and get_origin(shape) in (list, tuple):
        return _plain(inner[0])
    return []


def _plain(annotation: Any) -> list[Any]:
    """The shapes an annotation allows, without aliases, marks and unions."""
    if isinstance(annotation, TypeAliasType):
        return _plain(annotation.__value__)
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [shape for one in get_args(annotation) for shape in _plain(one)]
    return [annotation]


def of_history(indicator: str, error: Exception) -> list[str]:
    """What is wrong in one ``history.csv``, a line each, with the file named from the room on."""
    file = f"indicators/{indicator}/history.csv"
    if isinstance(error, OSError):
        return [f"{file}: cannot be read: {error.strerror or error}"]
    return [
        # The room names the whole path; the reader knows where the project lies.
        f"{file}{line.partition('history.csv')[2]}" if "history.csv" in line else f"{file}: {line}"
        for line in str(error).splitlines()
    ]


def of_records(catalogue: Mapping[str, Indicator]) -> list[str]:
    """What is wrong in the histories: rows that cannot be read, or that the model could not use."""
    found: list[str] = []
    for name, indicator in catalogue.items():
        try:
            rows = indicator.history
        except (OSError, ValueError) as error:
            found += of_history(name, error)
            continue
        file = f"indicators/{name}/history.csv"
        found += [f"{file}: {row.period}: {text}" for row in rows for text in _row(indicator, row)]
        twice = Counter((row.period.text, row.published_at) for row in rows)
        found += [
            f"{file}: {period}: stated {n} times for one date of publication; once is expected"
            for (period, _), n in twice.items()
            if n > 1
        ]
    return found


def _row(indicator: Indicator, row: Reading) -> Iterator[str]:
    why = indicator.implausible(row.value)
    if why is not None:
        yield why
        return
    if not indicator.covers(row.period):
        yield "no [[coverage]] window of indicator.toml holds this period"
    try:
        usable = isfinite(indicator.observation.apply(row.value, row.period.n_months))
    except (ValueError, OverflowError):
        usable = False
    if not usable:
        yield f"{row.value:g} has no {indicator.observation.transform}"


def between_rooms(catalogue: Mapping[str, Indicator], priors: Priors) -> list[str]:
    """Where an ``indicator.toml`` names what the priors do not have."""
    parts: dict[str, list[str]] = {}
    for family in priors.families:
        parts[family.id] = [part.id for part in family.sub_constraints]
    for driver in priors.drivers:
        parts[driver.id] = [part.id for part in driver.sub_drivers]
    found: list[str] = []
    for name, indicator in catalogue.items():
        informs, file = indicator.informs, f"indicators/{name}/indicator.toml"
        noise = priors.noise_classes.get(informs.noise)
        if noise is None:
            known = _known(informs.noise, priors.noise_classes)
            found.append(f"{file}: informs.noise: no class {informs.noise!r}; {known}")
        elif noise.likelihood != indicator.observation.likelihood:
            found.append(
                f"{file}: informs.noise: {informs.noise} is of {noise.likelihood}, "
                f"but observation.likelihood is {indicator.observation.likelihood}"
            )
        part = informs.sub_constraint
        if part is not None and part not in parts[informs.factor]:
            known = _known(part, parts[informs.factor])
            found.append(
                f"{file}: informs.sub_constraint: {informs.factor} has no part {part!r}; {known}"
            )
        found += [
            f"{file}: informs.claims: no claim {key!r}; {_known(key, priors.claims)}"
            for key in informs.claims
            if key not in priors.claims
        ]
    return found


def _known(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(names) or 'none'}"
