"""Ask a server at a fixed rate, whether it keeps up or not: ``python -m benchmarks.load``.

Takes one JSON document on stdin (``base``, ``rate``, ``seconds``, ``seed``, ``cases``: each with
``kind``, ``path``, ``weight``) and prints one with what was seen. Requests leave when they are due,
over kept connections, as many as it takes; a time counts from when its request was due, so that a
server which stands still is not spared. Half of those who know an ETag send it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

LIMIT = 20.0  # seconds until an answer is given up
Connection = tuple[StreamReader, StreamWriter]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies; no value in between is made up."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Load:
    """One run against one server."""

    host: str
    port: int
    idle: list[Connection] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)
    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    received: int = 0

    async def ask(self, due: float, kind: str, path: str, etag: str | None) -> None:
        """One request and its answer, whatever it is."""
        self.late.append(perf_counter() - due)
        try:
            status = await asyncio.wait_for(self._ask(path, etag), LIMIT)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.errors[f"{kind} {path}: {type(error).__name__}"] += 1
            return
        self.times[kind].append(perf_counter() - due)
        self.statuses[status] += 1
        if status not in (200, 304):
            self.errors[f"{kind} {path}: {status}"] += 1

    async def _ask(self, path: str, etag: str | None) -> int:
        while self.idle and self.idle[-1][0].at_eof():  # the server closes what is long unused
            self.idle.pop()[1].close()
        reader, writer = self.idle.pop() if self.idle else await self._open()
        kept = False
        try:
            said = f"if-none-match: {etag}\r\n" if etag else ""
            writer.write(
                f"GET {path} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\n"
                f"accept: text/html,*/*;q=0.8\r\naccept-encoding: gzip\r\n{said}\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            lines = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in lines}
            length = int(headers.get("content-length", "0"))
            status = int(head[0].split()[1])
            if status != 304:
                await reader.readexactly(length)
                self.received += length
            if "etag" in headers:
                self.etags[path] = headers["etag"]
            kept = headers.get("connection") != "close"
            return status
        finally:
            if kept:
                self.idle.append((reader, writer))
            else:
                writer.close()

    async def _open(self) -> Connection:
        self.opened += 1
        return await asyncio.open_connection(self.host, self.port, limit=1 << 20)

    async def run(self, rate: float, seconds: float, cases: Sequence[Any], seed: int) -> None:
        """All requests at their times, and all their answers."""
        chance, weights = Random(seed), [one["weight"] for one in cases]  # noqa: S311 - no secret
        began, running = perf_counter(), set()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            (one,) = chance.choices(cases, weights)
            known = self.etags.get(one["path"]) if chance.random() < 0.5 else None
            task = asyncio.create_task(self.ask(due, one["kind"], one["path"], known))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        for _, writer in self.idle:
            writer.close()

    def seen(self, seconds: float) -> Mapping[str, Any]:
        """Times in seconds, whole and by kind."""
        every = [one for times in self.times.values() for one in times]
        return {
            "requests": len(self.late),
            "per_second": len(every) / seconds,
            "p50": quantile(every, 0.5),
            "p99": quantile(every, 0.99),
            "slowest": max(every),
            "errors": self.errors.total(),
            "told": [f"{count} times {what}" for what, count in self.errors.most_common(5)],
            "unchanged": self.statuses[304],
            "bytes": self.received,
            "connections": self.opened,
            "client_late_p99": quantile(self.late, 0.99),
            "kinds": {
                kind: {
                    "requests": len(times),
                    "p50": quantile(times, 0.5),
                    "p99": quantile(times, 0.99),
                }
                for kind, times in sorted(self.times.items())
            },
        }


def main() -> None:
    asked = json.loads(sys.stdin.read())
    place = urlsplit(asked["base"])
    load = Load(place.hostname or "127.0.0.1", place.port or 80)
    began = perf_counter()
    asyncio.run(load.run(asked["rate"], asked["seconds"], asked["cases"], asked["seed"]))
    print(json.dumps(load.seen(perf_counter() - began)))


if __name__ == "__main__":
    main()
