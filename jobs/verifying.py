"""Prove that the state is whole: database, chain of readings, posteriors, archive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from forecaster.store import archive, copies, forecasts
from forecaster.store.engine import reading
from forecaster.wiring import Desk


@dataclass(frozen=True)
class Verdict:
    """Rows by table, how many posteriors and bodies were read, and what is wrong, a line each."""

    counts: dict[str, int]
    posteriors: int
    bodies: int
    problems: list[str]


def verify(desk: Desk) -> Verdict:
    """Read everything once.

    Raises
    ------
    StoreError
        If the database cannot be read at all.
    """
    found = copies.problems(desk.engine)
    posteriors = forecasts.posteriors(desk.engine)
    for name, sha256 in posteriors.items():
        found += _file_problem(desk.settings.home, name, sha256)
    kept = archive.RawArchive(desk.engine, desk.settings.home)
    bodies = sorted(archive.referenced(desk.engine))
    found += [
        f"the archived body {name} is missing or not what was fetched"
        for name in bodies
        if kept.body(name) is None
    ]
    with reading(desk.engine) as connection:
        counts = copies.facts(connection).counts
    return Verdict(counts, len(posteriors), len(bodies), found)


def _file_problem(home: Path, name: str, sha256: str) -> list[str]:
    try:
        with (home / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return [f"{name} is missing"]
    except OSError as error:
        return [f"{name} cannot be read ({error.strerror})"]
    return [] if digest == sha256 else [f"{name} is not what was written"]
