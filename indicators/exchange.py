"""One attempt at a question: pace, redirects, and what to think of the status that came."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, sleep

from indicators.address import Site, origin
from indicators.archive import Kept
from indicators.source import CallFailed, Request
from indicators.wire import ENCODINGS, Broken, Late, Question, Raw, TooLarge, Unsendable, Wire

REDIRECTS = 3
LONGEST_WAIT = 3600.0
TOO_MANY = 429
#: The header that carries a source's key; never the address, which ends up in logs.
KEY_HEADERS = {
    "comtrade": "Ocp-Apim-Subscription-Key",
    "imf": "Ocp-Apim-Subscription-Key",
}
_MOVED = (301, 302, 303, 307, 308)
_MOVED_AS_IT_IS = (307, 308)
_MARK = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try again, and the seconds between: ``first``, doubled, plus some chance.

    ``always_paced`` keeps a source's pace on this machine too, where nobody has to be spared.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 8.0
    jitter: float = 1.0
    always_paced: bool = False


class Refused(Exception):
    """An attempt brought no usable answer; ``answer`` is the one that came, if one did.

    ``final``: another attempt will not do better. ``wait``: the seconds the server asked for.
    """

    def __init__(
        self,
        message: str,
        *,
        final: bool = False,
        needs_attention: bool = False,
        wait: float | None = None,
        answer: Raw | None = None,
    ) -> None:
        super().__init__(message)
        self.final = final
        self.needs_attention = needs_attention
        self.wait = wait
        self.answer = answer


@dataclass
class Caller:
    """Asks one source, at its pace."""

    wire: Wire
    site: Site
    agent: str
    key: str | None
    cap: int
    pace: float
    clock: Callable[[], datetime]
    _free_at: float = field(default=0.0, init=False)

    def attempt(self, request: Request, url: str, known: Kept | None, ends_at: float) -> Raw:
        """Ask once, following redirects.

        Raises
        ------
        Refused
            If no answer came, or one that says to come again later.
        CallFailed
            If a redirect leads where we do not go.
        """
        method, content = request.method, _content(request)
        headers = {**request.headers, **_marks(known)}
        here = url
        for _ in range(REDIRECTS + 1):
            self.keep_pace()
            asked = Question(method, here, self._headers(request, headers, here), content)
            raw = self._exchange(asked, ends_at)
            target = raw.headers.get("Location")
            if raw.status not in _MOVED or not target:
                return self._unless_later(raw)
            if method != "GET" and raw.status not in _MOVED_AS_IT_IS:
                raise CallFailed(
                    f"{self.site.name}: a {method} was redirected ({raw.status})",
                    needs_attention=True,
                )
            there = self.site.follow(here, target)
            if origin(there) != origin(here):
                headers = {}  # what was meant for one host is not told another
            here = there
        raise CallFailed(f"{self.site.name}: more than {REDIRECTS} redirects", needs_attention=True)

    def keep_pace(self) -> None:
        """Wait until the source may be asked again."""
        sleep(max(0.0, self._free_at - monotonic()))

    def _headers(self, request: Request, headers: Mapping[str, str], url: str) -> dict[str, str]:
        found = {
            "User-Agent": self.agent,
            "Accept": ", ".join(request.accept),
            "Accept-Encoding": ENCODINGS,
            "Connection": "close",
            **headers,
        }
        if request.json is not None:
            found["Content-Type"] = "application/json"
        name = KEY_HEADERS.get(self.site.name)
        if self.key is not None and name is not None and origin(url) == origin(self.site.base):
            found[name] = self.key
        return found

    def _exchange(self, question: Question, ends_at: float) -> Raw:
        self._free_at = monotonic() + self.pace
        try:
            return self.wire.exchange(question, cap=self.cap, ends_at=ends_at)
        except Late:
            raise Refused("no whole answer within the time allowed", final=True) from None
        except TooLarge:
            raise Refused(
                f"the answer is larger than {self.cap:,} bytes", final=True, needs_attention=True
            ) from None
        except Unsendable as error:
            raise Refused(f"cannot be asked: {error}", final=True, needs_attention=True) from None
        except Broken as error:
            raise Refused(f"the connection failed: {error}") from None

    def _unless_later(self, raw: Raw) -> Raw:
        if raw.status == TOO_MANY or raw.status >= 500:
            wait = retry_after(raw.headers.get("Retry-After"), self.clock())
            raise Refused(f"status {raw.status}", wait=wait, answer=raw)
        return raw


def retry_after(text: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, an hour at most; None if it says nothing."""
    if text is None:
        return None
    text = text.strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return min(float(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT)


def mark(text: str | None) -> str:
    """An ETag or a date as it may be kept and sent back; nothing if it is not plain text."""
    return text if text is not None and _MARK.fullmatch(text) else ""


def _marks(known: Kept | None) -> dict[str, str]:
    if known is None:
        return {}
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in found.items() if value}


def _content(request: Request) -> bytes | None:
    if request.json is None:
        return None
    return json.dumps(request.json, allow_nan=False).encode()
