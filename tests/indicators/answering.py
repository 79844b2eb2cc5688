"""A way to ask that a test answers itself, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from indicators.source import Answer, CallFailed, Harvest, Request, Source, Visit

ROOT = Path(__file__).parents[2] / "indicators"
NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)

Give = Callable[[Request], bytes]


def sample(indicator: str, name: str = "sample.json") -> bytes:
    """A sample body kept beside an indicator."""
    return (ROOT / indicator / name).read_bytes()


@dataclass
class Answering:
    """Asks ``give``, which returns a body or raises; what was read before is unchanged.

    ``partial``: a question for a range is answered with a part.
    """

    give: Give
    partial: bool = False
    asked: list[Request] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        body = self.give(request)
        question = repr(request)
        digest = sha256(body).hexdigest()
        before, self.read[question] = self.read.get(question), digest
        return Answer(
            request=request,
            url=request.path,
            status=206 if self.partial and request.headers else 200 if body else 204,
            content_type=request.accept[0],
            body=body,
            fetched_at=NOW,
            sha256=digest,
            unchanged=before == digest,
        )


def harvest(source: Source, ask: Any, memory: dict[str, str] | None = None, **more: Any) -> Harvest:
    """One visit; ``known`` and ``now`` may be named."""
    known: Mapping[str, Mapping[str, float]] = more.pop("known", {})
    now: datetime = more.pop("now", NOW)
    return source.visit(ask, Visit(now, known, {} if memory is None else memory))


def missing(request: Request) -> bytes:
    """What the client raises where the publisher says 404."""
    raise CallFailed(f"status 404 for {request.path}", needs_attention=True)
