"""The saved posterior: draws of the few numbers that say what pairs of powers do.

One CSV for each stance on wars, a column for each number, and ``fit.json`` with what they were made
from, how the sampler did and the hashes. No pickle, nothing compressed: a refit is a diff.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from priors.distribution import Draws as Numbers
from priors.reference.covariates import COVARIATES, EFFECTS, SHIFTING
from priors.reference.stances import Stances, Wars
from priors.reference.table import CAUSES, Cause

HERE = Path(__file__).parent
SCHEMA_VERSION = 1
SUMMARY = "fit.json"
DECIMALS = 3


class DamagedReference(ValueError):
    """The saved posterior is missing, changed, or of another shape."""


@dataclass(frozen=True)
class Draws:
    """Draws by name, all of one length.

    - ``log_rate.<cause>.<era>``: log yearly rate of a pair whose covariates are all 0, further
      members of an event included
    - ``effect.<cause>.<covariate>``
    - ``shift.<covariate>.<era>``: what that era adds to its effect on pledges
    - ``shift_sd.<covariate>``, ``era_sd.<cause>``, ``frailty.<cause>`` (shape)
    """

    numbers: Mapping[str, Numbers]

    def __len__(self) -> int:
        """Draws there are."""
        return len(self.numbers["shift_sd.rival"])

    def effects(self, cause: Cause, values: tuple[float, ...]) -> Numbers:
        """What the covariates of a kind of pair add to its log rate, but for the era's shifts."""
        total = np.zeros(len(self))
        for name, value in zip(COVARIATES[cause], values, strict=True):
            total += value * self.numbers[f"effect.{cause}.{name}"]
        return total


def columns(stances: Stances) -> tuple[str, ...]:
    """The names of all numbers, in the order of the file."""
    eras = [one.id for one in stances.era]
    return (
        *(f"log_rate.{cause}.{era}" for cause in CAUSES for era in eras),
        *(f"effect.{name}" for name in EFFECTS),
        *(f"shift.{name}.{era}" for name in SHIFTING for era in eras),
        *(f"shift_sd.{name}" for name in SHIFTING),
        *(f"era_sd.{cause}" for cause in CAUSES),
        *(f"frailty.{cause}" for cause in CAUSES),
    )


def rounded(draws: Draws) -> Draws:
    """As they are written down, so that what is computed before saving equals what is read."""
    return Draws({name: values.round(DECIMALS) for name, values in draws.numbers.items()})


def file_of(wars: Wars) -> str:
    """The name of the file of a stance on wars."""
    return f"draws_{wars}.csv"


def write(draws: Draws, wars: Wars, stances: Stances, folder: Path = HERE) -> str:
    """Save draws; the hash of the file."""
    names = columns(stances)
    path = folder / file_of(wars)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        rows = np.stack([draws.numbers[name] for name in names], axis=1)
        writer.writerows([f"{value:.{DECIMALS}f}" for value in row] for row in rows)
    return digest_of(path)


def read(wars: Wars, stances: Stances, folder: Path = HERE) -> Draws:
    """The draws of a stance, after comparing their hash.

    Raises
    ------
    DamagedReference
        If the file is missing or not what ``fit.json`` says was saved.
    """
    name = file_of(wars)
    wanted = summary(folder)["draws_sha256"].get(wars)
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise DamagedReference(f"{name} cannot be read ({error.strerror}); {MEND}") from error
    if hashlib.sha256(content).hexdigest() != wanted:
        raise DamagedReference(f"{name} is not the file that {SUMMARY} describes; {MEND}")
    header, *rows = csv.reader(content.decode().splitlines())
    if tuple(header) != columns(stances):
        raise DamagedReference(f"{name} holds other numbers than stances.toml asks for; {MEND}")
    numbers = np.array(rows, dtype=np.float64)
    return Draws({name: numbers[:, place] for place, name in enumerate(header)})


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


MEND = "get it again from the repository, or run `make reference`"


def summary(folder: Path = HERE) -> dict[str, Any]:
    """What the last fit said of itself.

    Raises
    ------
    DamagedReference
        If the file is missing, no JSON, or of another schema.
    """
    try:
        found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedReference(f"{SUMMARY} cannot be read ({error}); {MEND}") from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version != SCHEMA_VERSION:
        raise DamagedReference(
            f"{SUMMARY} has schema version {version}; this program reads {SCHEMA_VERSION}; {MEND}"
        )
    return dict(found)


@cache
def saved(wars: Wars) -> Draws:
    """The draws that ship with the program, read once."""
    from priors.reference import stances

    return read(wars, stances.load())
