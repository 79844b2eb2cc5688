"""The one HTTP client of all sources: it asks politely, gives up in time, and keeps what came.

Each source gets an ``Ask`` of its own. A call takes as long as the source's ``deadline`` at most,
with all its attempts, waits and redirects; only keeping the source's ``pace`` comes on top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from types import TracebackType
from typing import Self

import stamina
from stamina.instrumentation import set_on_retry_hooks

from indicators.address import Site, redacted
from indicators.archive import Archive, Fetch, Kept
from indicators.exchange import Caller, Patience, Refused, mark, retry_after
from indicators.source import Answer, Ask, CallFailed, Request, Source, Unexpected
from indicators.wire import Raw, Wire

GOOD = (200, 203)
EMPTY = 204
PART = 206
SAME = 304
COMES_AND_GOES = (408, 425, 429)  # refusals that pass by themselves
SHOWN = 160


def utc_now() -> datetime:
    """The clock of a real client."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Access:
    """What one installation adds to the sources: who asks, from where, with which keys.

    ``addresses`` are base addresses that stand in for a publisher's own, by source name. ``keys``
    are sent to the source's own host, in the header it wants them in.
    """

    program: str
    contact: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def site(self, source: Source) -> Site:
        """The addresses of a source."""
        base = self.addresses.get(source.name) or source.base_url
        return Site(source.name, source.base_url, base, source.hosts)

    def agent(self, site: Site) -> str:
        """The User-Agent, which says whom to write to.

        Raises
        ------
        CallFailed
            If nobody is named and the source is not on this machine.
        """
        if self.contact is not None:
            return f"{self.program} (+{self.contact})"
        if site.on_this_machine:
            return self.program
        raise CallFailed(
            "publishers are told who asks, and nobody is named; set FORECASTER_CONTACT to an "
            "e-mail or web address"
        )


class Client:
    """Asks publishers. Use it as a context, in one thread for each source."""

    def __init__(
        self,
        archive: Archive,
        access: Access,
        *,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        # stamina would print every retry; ours are counted in the archive's line of the fetch.
        set_on_retry_hooks(())
        self._archive = archive
        self._access = access
        self._patience = patience or Patience()
        self._clock = clock
        self._wire = Wire()

    def ask_for(self, source: Source) -> Ask:
        """The way one source asks.

        Raises
        ------
        CallFailed
            If nobody is named as a contact and the source is not on this machine.
        """
        site = self._access.site(source)
        polite = self._patience.always_paced or not site.on_this_machine
        caller = Caller(
            wire=self._wire,
            site=site,
            agent=self._access.agent(site),
            key=self._access.keys.get(source.name),
            cap=source.cap,
            pace=source.pace if polite else 0.0,
            clock=self._clock,
        )
        return _Asking(source, caller, self._archive, self._patience).ask

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.__exit__(kind, error, trace)


@dataclass
class _Asking:
    """The calls of one source: retried, archived, judged."""

    source: Source
    caller: Caller
    archive: Archive
    patience: Patience

    def ask(self, request: Request) -> Answer:
        """Fetch, archive, check; the body is given out last."""
        call = _Call(request, self.caller.site.url(request.path, request.params))
        if request.method == "GET" and not request.fresh:
            call.known = self._known(call)
        self.caller.keep_pace()
        try:
            call.raw = self._answered(call)
            failure = self._failure(call, call.raw)
        except CallFailed as error:
            failure = error
        fetched_at = self.caller.clock()
        fetch = call.fetch(self.source.name, fetched_at, failure)
        self.archive.keep(fetch)
        if failure is not None:
            raise failure
        return self._answer(call, fetch)

    def _known(self, call: _Call) -> Kept | None:
        known = self.archive.last(self.source.name, call.question)
        # Without the body a "not modified" would leave us with nothing.
        gone = known is not None and self.archive.body(known.sha256) is None
        return None if gone else known

    def _answered(self, call: _Call) -> Raw:
        """The answer that came; one that says to come again only after the last attempt."""
        ends_at = monotonic() + self.source.deadline
        longest = min(self.patience.longest, self.source.deadline / 4)

        def again(error: Exception) -> bool | float:
            if not isinstance(error, Refused) or error.final:
                return False
            left = ends_at - monotonic()
            if error.wait is not None:
                return error.wait if error.wait < left else False
            return left > longest

        try:
            for attempt in stamina.retry_context(
                again,
                attempts=self.patience.attempts,
                timeout=None,  # `again` knows the moment
                wait_initial=min(self.patience.first, longest),
                wait_max=longest,
                wait_jitter=min(self.patience.jitter, longest),
            ):
                call.attempts = attempt.num
                with attempt:
                    return self.caller.attempt(call.request, call.url, call.known, ends_at)
        except Refused as error:
            if error.answer is not None:
                return error.answer
            where = redacted(self.caller.site.public(call.url))
            raise CallFailed(
                f"{self.source.name}: {where}: {self._clean(str(error))}",
                needs_attention=error.needs_attention,
            ) from None
        raise AssertionError("the last attempt returns or raises")

    def _failure(self, call: _Call, raw: Raw) -> CallFailed | Unexpected | None:
        """Why an answer cannot be used; a status alone never makes one good."""
        name, accept = self.source.name, call.request.accept
        if raw.status == EMPTY or (raw.status == SAME and call.known is not None):
            return None
        if raw.status not in GOOD and not (raw.status == PART and call.asks_for_a_part):
            wait = retry_after(raw.headers.get("Retry-After"), self.caller.clock())
            asked = "" if wait is None else f"; it asks to wait {wait:.0f} s"
            return CallFailed(
                f"{name}: status {raw.status}{asked}{self._excerpt(raw)}",
                needs_attention=400 <= raw.status < 500 and raw.status not in COMES_AND_GOES,
                wait=wait,
            )
        if raw.foreign:
            packing = self._clean(raw.foreign)[:40]
            return Unexpected(f"{name}: the answer is packed as {packing}; expected gzip or plain")
        kind = content_type(raw)
        if kind not in accept:
            return Unexpected(
                f"{name}: the answer is {kind or 'of no type'}; expected "
                f"{' or '.join(accept)}{self._excerpt(raw)}"
            )
        return None

    def _answer(self, call: _Call, fetch: Fetch) -> Answer:
        kind, body, sha = fetch.content_type, fetch.body, fetch.sha256
        if body is None and call.known is not None:
            kind, sha = call.known.content_type, call.known.sha256
            body = self.archive.body(sha)
        if body is None or sha is None:
            raise CallFailed(f"{self.source.name}: the archived answer has gone missing; ask again")
        return Answer(
            request=call.request,
            url=redacted(self.caller.site.public(call.url)),
            status=fetch.status or 0,
            content_type=kind,
            body=body,
            fetched_at=fetch.fetched_at,
            sha256=sha,
            unchanged=fetch.unchanged,
        )

    def _excerpt(self, raw: Raw) -> str:
        """How a body begins, where it is text: the words of a refusal help whoever looks."""
        kind = content_type(raw)
        if raw.foreign or (not kind.startswith("text/") and not kind.endswith(("json", "xml"))):
            return ""
        begin = self._clean(raw.body[: 4 * SHOWN].decode("utf-8", "replace"))[:SHOWN]
        return f"; it begins: {begin}" if begin else ""

    def _clean(self, text: str) -> str:
        """Words of a server as they may be told: one line, printable, without our key."""
        shown = "".join(letter if letter.isprintable() else " " for letter in text)
        shown = " ".join(shown.split())
        return shown.replace(self.caller.key, "***") if self.caller.key else shown


@dataclass
class _Call:
    """One question on its way."""

    request: Request
    url: str
    known: Kept | None = None
    raw: Raw | None = None
    attempts: int = 0

    @property
    def question(self) -> str:
        """Equal questions have equal hashes."""
        one = self.request
        parts = [one.method, redacted(self.url), one.json, sorted(one.headers.items()), one.accept]
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def asks_for_a_part(self) -> bool:
        """Whether a range of bytes is asked for."""
        return any(name.lower() == "range" for name in self.request.headers)

    def fetch(self, source: str, fetched_at: datetime, failure: Exception | None) -> Fetch:
        """The archive's line about it."""
        raw, known = self.raw, self.known
        same = raw is not None and raw.status == SAME
        found = Fetch(
            source=source,
            question=self.question,
            method=self.request.method,
            url=redacted(self.url),
            fetched_at=fetched_at,
            attempts=self.attempts,
            status=None if raw is None else raw.status,
            content_type="" if raw is None else content_type(raw),
            etag="" if raw is None else mark(raw.headers.get("ETag")),
            last_modified="" if raw is None else mark(raw.headers.get("Last-Modified")),
            body=None if raw is None or same else raw.body,
            error="" if failure is None else str(failure),
        )
        equal = known is not None and (same or found.sha256 == known.sha256)
        return replace(found, unchanged=equal and failure is None)


def content_type(raw: Raw) -> str:
    """The type that an answer states, without parameters."""
    stated = raw.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return stated if re.fullmatch(r"[\x21-\x7e]{1,100}", stated) else ""
