"""What a promise is held as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Figures = Mapping[str, Any]


class Row(NamedTuple):
    """One promise; ``kept`` is None where the figure could not be had."""

    what: str
    promised: str
    measured: str
    kept: bool | None
