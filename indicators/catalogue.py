"""Find every folder that holds an ``indicator.toml``; report all problems at once."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from indicators.spec import Indicator

HERE = Path(__file__).parent


class CatalogueError(ExceptionGroup[Exception]):
    """Problems of the catalogue; every member carries the file as a note."""


def catalogue(root: Path = HERE) -> dict[str, Indicator]:
    """All indicators by id, in alphabetical order.

    Folders whose name begins with an underscore are templates and are passed over.

    Raises
    ------
    CatalogueError
        With one member per unreadable or inconsistent file.
    """
    found: dict[str, Indicator] = {}
    problems: list[Exception] = []
    for path in sorted(root.glob("*/indicator.toml")):
        if path.parent.name.startswith("_"):
            continue
        try:
            found[path.parent.name] = load(path)
        except (OSError, ValidationError, ValueError) as error:
            error.add_note(f"{path.parent.name}/{path.name}")
            problems.append(error)
    problems += _nameless(root)
    anchors = Counter(one.informs.factor for one in found.values() if one.informs.anchor)
    for factor in sorted({one.informs.factor for one in found.values()}):
        if anchors[factor] != 1:
            names = [i for i, one in found.items() if one.informs.factor == factor]
            problems.append(
                ValueError(
                    f"factor {factor} has {anchors[factor]} anchors among {', '.join(names)}; "
                    "set informs.anchor = true in exactly one"
                )
            )
    if problems:
        raise CatalogueError("the indicators have problems", problems)
    return found


def load(path: Path) -> Indicator:
    """Read one ``indicator.toml``; the folder's name is the id."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    if given := {"id", "folder"} & content.keys():
        raise ValueError(
            f"{', '.join(sorted(given))}: not to be stated; the folder's name is the id"
        )
    return Indicator(id=path.parent.name, folder=path.parent, **content)


def _nameless(root: Path) -> list[Exception]:
    """Folders with readings that nobody would read, because the indicator is not stated."""
    problems: list[Exception] = []
    for path in sorted(root.glob("[!_]*/history.csv")):
        if not (path.parent / "indicator.toml").exists():
            problem = ValueError("missing; beside it lies a history.csv that nobody reads")
            problem.add_note(f"{path.parent.name}/indicator.toml")
            problems.append(problem)
    return problems


def digest(indicators: Mapping[str, Indicator]) -> str:
    """SHA-256 over what the files say to a fit: a sign, a scale or a window changes it.

    Titles, sources, reasons and rhythms do not; readings have a hash of their own.
    """
    said = {
        name: {
            "informs": one.informs.model_dump(mode="json", exclude={"claims"}),
            "observation": one.observation.model_dump(mode="json"),
            "coverage": [w.model_dump(mode="json", exclude={"reason"}) for w in one.coverage],
        }
        for name, one in indicators.items()
        if one.role == "evidence"
    }
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
