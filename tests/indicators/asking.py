"""A way to ask that answers from what a test puts there; no sockets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from indicators.source import Answer, CallFailed, Harvest, Request, Source, Unexpected, Visit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """A body at an address; pairs of its query have to be in the question, more may be."""

    url: str
    body: bytes
    content_type: str


@dataclass
class Asking:
    """Answers as the client would: 404 where nothing is served, types are checked, all is noted."""

    base_url: str
    served: list[Served] = field(default_factory=list)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        absolute = "://" in request.path
        path = request.path if absolute else f"{self.base_url}/{request.path.lstrip('/')}"
        query = urlencode(list(request.params))
        url = path + (("&" if "?" in path else "?") + query if query else "")
        self.asked.append(url)
        found = next((one for one in self.served if _fits(one.url, url)), None)
        if found is None:
            raise CallFailed(f"status 404 for {url}", needs_attention=True)
        if found.content_type not in request.accept:
            raise Unexpected(f"the answer is {found.content_type}; expected {request.accept}")
        digest = sha256(found.body).hexdigest()
        unchanged = self.seen.get(url) == digest
        self.seen[url] = digest
        return Answer(
            request, url, 200, found.content_type, found.body, self.now, digest, unchanged
        )


def _fits(served: str, asked: str) -> bool:
    one, other = urlsplit(served), urlsplit(asked)
    wanted = parse_qsl(one.query, keep_blank_values=True)
    pairs = parse_qsl(other.query, keep_blank_values=True)
    return (one.netloc, one.path) == (other.netloc, other.path) and all(
        pair in pairs for pair in wanted
    )


def harvest(
    source: Source,
    served: list[Served],
    *,
    now: datetime = NOW,
    known: Mapping[str, Mapping[str, float]] | None = None,
    memory: dict[str, str] | None = None,
) -> Harvest:
    """One visit to a source that answers with what is served."""
    ask = Asking(source.base_url, served, now)
    return source.visit(ask, Visit(now, known or {}, {} if memory is None else memory))
