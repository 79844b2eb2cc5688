"""Moments in which nobody asks for anything: what can wait is done in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 0.5  # without a request
STEP = 0.05


class Lull:
    """Knows of the requests that are under way, and when the last one ended; of one event loop."""

    def __init__(self) -> None:
        self._under_way = 0
        self._ended = -SECONDS

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request, from its beginning to the end of its answer."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._ended = time.monotonic()

    async def come(self, patience: float) -> float:
        """Wait for a lull, no longer than so many seconds; says how long it took."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < patience and self._busy():  # noqa: ASYNC110 - the time that passes is the event
            await asyncio.sleep(STEP)
        return waited

    def _busy(self) -> bool:
        return self._under_way > 0 or time.monotonic() < self._ended + SECONDS
