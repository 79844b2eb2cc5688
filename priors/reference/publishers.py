"""Where the data sets lie, and whether what came is what was counted from."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from priors.distribution import Strict, Text
from priors.reference.table import HERE

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https://[\w.-]+/\S+$")]
FileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")]


class File(Strict):
    """One file of a publisher."""

    title: Text
    url: Address
    citation: Text
    sha256: Sha256 | None = None


class Publishers(Strict):
    """``publishers.toml``."""

    file: dict[FileName, File]


class WrongFile(ValueError):
    """What came is not what was expected, or nobody said what to expect."""


def load(path: Path = HERE / "publishers.toml") -> dict[str, File]:
    """The files by name."""
    with path.open("rb") as file:
        return Publishers.model_validate(tomllib.load(file)).file


def check(name: str, wanted: File, content: bytes, *, pin: bool) -> str:
    """The hash of what came, which must be the stated one.

    Raises
    ------
    WrongFile
        If the hash is another, or none is stated and ``pin`` does not say to take what comes.
    """
    found = hashlib.sha256(content).hexdigest()
    if wanted.sha256 is None and not pin:
        raise WrongFile(
            f"{name}: no hash is stated for it, so what came cannot be checked; look at it, then "
            f'take it with --pin and write sha256 = "{found}" into publishers.toml'
        )
    if wanted.sha256 not in (None, found):
        raise WrongFile(
            f"{name}: came with the hash {found}, but {wanted.sha256} is expected; the publisher "
            "changed it, or somebody on the way; nothing was kept"
        )
    return found
