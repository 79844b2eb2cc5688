"""Answers that are kept as long as nothing they show has changed.

A page is made once per generation of the store and minute of the clock (what is late depends on
the time), whoever asks for it and however many at once. It carries an ETag, so that a browser that
has it already gets 304 and no body.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

TRUSTED_SECONDS = 0.5  # how long the mark of the store is believed
KEPT = 600
KEPT_BYTES = 48_000_000  # of all answers together; one that is larger than half of it is not kept
GZIP_FROM = 600  # bytes; below, the header costs more than it saves


@dataclass(frozen=True)
class Kept:
    """One finished answer, plain and packed; ``keep`` makes it."""

    body: bytes
    packed: bytes
    etag: str
    media_type: str
    status: int
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.body) + len(self.packed)

    def answer(self, request: Request) -> Response:
        """The response to one request: unchanged, packed or plain."""
        headers = {
            **self.headers,
            "etag": self.etag,
            "cache-control": "private, no-cache",
            "vary": "accept, accept-encoding, authorization, cookie",
        }
        if self.status == 200 and _has(request.headers.get("if-none-match", ""), self.etag):
            return Response(status_code=304, headers=headers)
        body = self.body
        if self.packed and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["content-encoding"] = self.packed, "gzip"
        if self.media_type:
            headers["content-type"] = self.media_type
        return Response(body, self.status, headers)


def keep(
    body: bytes, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Kept:
    """An answer to be kept: packed once, named by the hash of what it says."""
    digest = hashlib.sha256(media_type.encode() + b"\n" + body).hexdigest()[:32]
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM else b""
    return Kept(body, packed, f'W/"{digest}"', media_type, status, headers or {})


def _has(said: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names an ETag; compared weakly, as RFC 9110 has it."""
    bare = etag.removeprefix("W/")
    return said.strip() == "*" or any(
        one.strip().removeprefix("W/") == bare for one in said.split(",")
    )


class Memo:
    """Keeps answers by key while ``mark`` gives the same text."""

    def __init__(
        self, mark: Callable[[], str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._mark = mark
        self._monotonic = monotonic
        self._seen: str = ""
        self._seen_at = float("-inf")
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0
        self._making: dict[Hashable, asyncio.Task[Kept]] = {}
        self._looking: asyncio.Task[str] | None = None

    async def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """The kept answer, or a new one, made in a thread; many askers wait for one maker."""
        await self._look()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make, self._seen))
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        # One asker who goes away must not take the answer from the others.
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Look at the store again before the next answer: something was just written."""
        self._seen_at = float("-inf")

    async def _make(self, key: Hashable, make: Callable[[], Kept], seen: str) -> Kept:
        made = await run_in_threadpool(make)
        if seen == self._seen and made.size <= KEPT_BYTES / 2:
            self._drop(key)
            self._kept[key] = made
            self._bytes += made.size
            while len(self._kept) > KEPT or self._bytes > KEPT_BYTES:
                self._drop(next(iter(self._kept)))
        return made

    def _drop(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        self._bytes -= 0 if old is None else old.size

    def _made(self, key: Hashable, task: asyncio.Task[Kept]) -> None:
        if self._making.get(key) is task:
            del self._making[key]
        if not task.cancelled():
            task.exception()  # told to whoever waits; nobody may be left

    async def _look(self) -> None:
        if self._monotonic() - self._seen_at < TRUSTED_SECONDS:
            return
        if self._looking is None:
            self._looking = asyncio.create_task(run_in_threadpool(self._mark))
            self._looking.add_done_callback(self._looked)
        await asyncio.shield(self._looking)

    def _looked(self, task: asyncio.Task[str]) -> None:
        self._looking = None
        if task.cancelled() or task.exception() is not None:
            return
        self._seen_at = self._monotonic()
        if task.result() != self._seen:
            self._seen = task.result()
            self._kept.clear()
            self._bytes = 0
            # What is being made may show the old state; whoever comes now needs the new one.
            self._making.clear()
