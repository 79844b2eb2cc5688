"""``forecaster show``: the standing forecast."""

from __future__ import annotations

from forecaster.commands import options
from forecaster.commands.answer import answer


def show(as_of: str | None = options.AsOf, as_json: bool = options.Json) -> None:
    """Show the standing forecast, or the one that stood at a time."""
    answer(as_of=as_of, as_json=as_json)
