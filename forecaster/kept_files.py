"""Documents about forecasts that are kept as files below the state, each whole or not at all.

Nothing is imported but the standard library, so that ``forecaster show`` starts at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ANALYSES = "analyses"
Document = Mapping[str, Any]


def name(forecast_id: str) -> str:
    """What a file about a forecast may be called: its id, without what a header cannot hold."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", forecast_id)


def write(path: Path, document: Document) -> None:
    """Write a document whole or not at all; that it could not be written is no error."""
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        part.replace(path)


def read(path: Path, same: Mapping[str, str]) -> dict[str, Any] | None:
    """What a file holds, if it is about what it should: names of files can meet where ids do not.

    None if it is not there, or is damaged.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or any(found.get(key) != one for key, one in same.items()):
        return None
    return found


def analysis(home: Path, kind: str, forecast_id: str) -> Path:
    """The file of an analysis of a forecast in a state; ``kind`` is its command: ``what-if``."""
    return home / ANALYSES / f"{kind}--{name(forecast_id)}.json"


def analyses(home: Path, kind: str) -> Iterator[dict[str, Any]]:
    """What is kept of one analysis, of whichever forecasts."""
    for file in sorted((home / ANALYSES).glob(f"{kind}--*.json")):
        if (found := read(file, {})) is not None:
            yield found


def base(forecast: Document) -> str:
    """The id of the forecast whose draws are meant: a provisional one has those that it weighs."""
    weighed = forecast.get("weighed")
    return str(forecast["forecast_id"] if weighed is None else weighed["base"])


def prior_warning(home: Path, forecast: Document) -> str | None:
    """What the analysis of the priors warns of; None where it does not, or was not worked out."""
    forecast_id = base(forecast)
    found = read(analysis(home, "prior-share", forecast_id), {"forecast_id": forecast_id})
    return None if found is None else found["warning"]
