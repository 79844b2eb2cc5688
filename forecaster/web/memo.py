"""Answers that are kept as long as nothing they show has changed.

A page is made once per generation of the store and hour of the clock (what is late depends on the
time), whoever asks for it and however many at once. When the store has changed, whoever asks gets
the page that was just replaced while the new one is made, for seconds at most: else every reader
would wait for pages that all have to be made at once. After a write of this process nobody is
shown what was before it. What can never change, as a forecast of old, is lasting.

There are lanes: whoever waits for a page does not wait for those that are only made anew, and a
document of a millisecond not for the charts of twenty pages. What is only made anew takes half of
the time: after each page it rests as long as that took. An answer carries an ETag, so that a
browser that has it already gets 304 and no body.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

TRUSTED_SECONDS = 0.5  # how long the mark of the store is believed
FORMER_SECONDS = 30.0  # how long a page that was true may stand in for the new one
REST_SECONDS = 0.2  # at most, after a page that is only made anew
Lane = Literal["page", "document", "renewal"]
MAKERS: Mapping[Lane, int] = {"page": 2, "document": 2, "renewal": 1}  # all share one interpreter
KEPT = 1200
KEPT_BYTES = 24_000_000  # of all answers together; one that is larger than half of it is not kept
GZIP_FROM = 600  # bytes; below, the header costs more than it saves
GZIP_LEVEL = 4  # half the time of 6, and a page 7 % longer


@dataclass(frozen=True)
class Kept:
    """One finished answer, packed if it is long; ``keep`` makes it.

    ``lasting`` says that nothing can change what it shows.
    """

    content: bytes
    packed: bool
    etag: str
    media_type: str
    status: int
    headers: Mapping[str, str]
    lasting: bool = False

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.content)

    @property
    def body(self) -> bytes:
        """The answer as it is read."""
        return gzip.decompress(self.content) if self.packed else self.content

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
        as_it_is = self.packed and "gzip" in request.headers.get("accept-encoding", "")
        if as_it_is:
            headers["content-encoding"] = "gzip"
        if self.media_type:
            headers["content-type"] = self.media_type
        return Response(self.content if as_it_is else self.body, self.status, headers)


def keep(
    body: bytes, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Kept:
    """An answer to be kept: packed once, named by the hash of what it says."""
    digest = hashlib.sha256(media_type.encode() + b"\n" + body).hexdigest()[:32]
    packed = len(body) >= GZIP_FROM
    content = gzip.compress(body, GZIP_LEVEL, mtime=0) if packed else body
    return Kept(content, packed, f'W/"{digest}"', media_type, status, headers or {})


def _has(said: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names an ETag; compared weakly, as RFC 9110 has it."""
    bare = etag.removeprefix("W/")
    return said.strip() == "*" or any(
        one.strip().removeprefix("W/") == bare for one in said.split(",")
    )


class Memo:
    """Keeps answers by key while ``mark`` stays the same."""

    def __init__(
        self, mark: Callable[[], str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._mark = mark
        self._monotonic = monotonic
        self._seen = ""
        self._seen_at = float("-inf")
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._former: dict[Hashable, tuple[Kept, float]] = {}  # until when each was true
        self._bytes = 0
        self._making: dict[Hashable, asyncio.Task[Kept]] = {}
        self._looking: asyncio.Task[str] | None = None
        self._makers = {lane: asyncio.Semaphore(amount) for lane, amount in MAKERS.items()}

    @property
    def seen(self) -> str:
        """The state of the store that was seen last; empty before the first look."""
        return self._seen

    async def get(self, key: Hashable, make: Callable[[], Kept], *, lane: Lane = "page") -> Kept:
        """The kept answer, or a new one, made in a thread; many askers wait for one maker."""
        await self.look()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        former, until = self._former.get(key, (None, 0.0))
        stands_in = former is not None and self._monotonic() - until < FORMER_SECONDS
        task = self._making.get(key)
        if stands_in:
            lane = "renewal"
        # Who waits does not wait for one of that lane; the name of a task is its lane.
        if task is None or (task.get_name() == "renewal" and not stands_in):
            task = asyncio.create_task(self._make(key, make, lane), name=lane)
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        if former is not None and stands_in:
            return former
        # One asker who goes away must not take the answer from the others.
        return await asyncio.shield(task)

    def look_again(self) -> None:
        """Do not trust the mark that was seen: the store is known to have changed."""
        self._seen_at = float("-inf")

    def forget(self) -> None:
        """Show nothing of before: something was just written."""
        self.look_again()
        self._renew(self._seen)
        self._former.clear()

    async def _make(self, key: Hashable, make: Callable[[], Kept], lane: Lane) -> Kept:
        seen = self._seen
        async with self._makers[lane]:
            began = self._monotonic()
            made = await run_in_threadpool(make)
            took = self._monotonic() - began
            if seen == self._seen and self._making.get(key) is asyncio.current_task():
                self._keep(key, made)
            if lane == "renewal":  # it takes what those need who wait for another page
                await asyncio.sleep(min(took, REST_SECONDS))
        return made

    def _keep(self, key: Hashable, made: Kept) -> None:
        self._former.pop(key, None)
        if made.size > KEPT_BYTES / 2:
            return
        self._drop(key)
        self._kept[key] = made
        self._bytes += made.size
        while len(self._kept) > KEPT or self._bytes > KEPT_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        self._bytes -= 0 if old is None else old.size

    def _made(self, key: Hashable, task: asyncio.Task[Kept]) -> None:
        if self._making.get(key) is task:
            del self._making[key]
        if not task.cancelled():
            task.exception()  # told to whoever waits; nobody may be left

    async def look(self) -> None:
        """See whether the store has changed; it is asked no more often than twice a second."""
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
        now = task.result()
        if now != self._seen:
            self._renew(now)

    def _renew(self, now: str) -> None:
        """What was kept becomes what was before, but for what lasts."""
        self._seen = now
        # What is being made may show the old state; whoever comes now needs the new one.
        self._making.clear()
        moment = self._monotonic()
        self._former = {
            key: (one, until)
            for key, (one, until) in self._former.items()
            if moment - until < FORMER_SECONDS
        }
        before, self._kept = self._kept, OrderedDict()
        for key, one in before.items():
            if one.lasting:
                self._kept[key] = one
            else:
                self._former[key] = one, moment
        self._bytes = sum(one.size for one in self._kept.values())
