"""What a client needs to keep: every body as it came, and what is known of the last good one.

The room of indicators stores nothing itself; it is handed an ``Archive``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol


class Kept(NamedTuple):
    """The body that a question brought on the last good visit, and the marks to ask about it."""

    sha256: str
    content_type: str
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One question and what came of it.

    ``question`` tells equal questions by one hash, ``url`` is the address that was dialled, without
    secrets. ``status`` and ``body`` are None where no whole answer came; ``error`` says why the
    answer was not used, and is empty for a good one.
    """

    source: str
    question: str
    method: str
    url: str
    fetched_at: datetime
    attempts: int
    status: int | None = None
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    body: bytes | None = None
    unchanged: bool = False
    error: str = ""

    @property
    def sha256(self) -> str | None:
        """The hash of the body as it was unpacked, if there is one."""
        return None if self.body is None else sha256(self.body).hexdigest()


class Archive(Protocol):
    """Keeps bodies by their hash, and a line for every fetch."""

    def keep(self, fetch: Fetch) -> None:
        """Keep the body, if there is one, and then note the fetch; the body is on disk first."""
        ...

    def last(self, source: str, question: str) -> Kept | None:
        """The newest good body of a question that an earlier *successful* visit has read.

        What a failed visit fetched is not counted: nothing of it was recorded, so the next visit
        has to read it as new.
        """
        ...

    def body(self, sha256: str) -> bytes | None:
        """A kept body, its hash verified; None where it is no longer there."""
        ...
