"""What is being done, on one line of a terminal; nothing when nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forecaster.commands import speak


@contextmanager
def shown(first: str) -> Iterator[Callable[[str], None] | None]:
    """A function that takes what is being done, or None where standard error is no terminal."""
    if not speak.on_terminal():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(first) as status:
        yield status.update
