"""The one place that speaks HTTP: one exchange, cut at a moment and at a size.

httpx's own time limits hold for each read, so that a server sending a byte now and then is never
cut; and it unpacks whatever comes in one piece. So each read here gets only the time that is left,
and bodies are unpacked piece by piece.
"""

from __future__ import annotations

import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

CONNECT_SECONDS = 10.0
ENCODINGS = "gzip"
PIECE = 1 << 16


class Broken(Exception):
    """The connection failed or the answer was cut short; another attempt may do better."""


class Late(Exception):
    """The moment to be done by has passed."""


class TooLarge(Exception):
    """The body, unpacked, is larger than allowed."""


class Unsendable(Exception):
    """The question itself cannot be sent."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent: these headers and no others, but for the host and the length."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """One whole answer; ``foreign`` names an encoding that we did not ask for and do not read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    foreign: str = ""


def usual_trust() -> ssl.SSLContext:
    """The certificates that are believed; nothing of the environment changes them."""
    return httpx.create_ssl_context(trust_env=False)


class Wire:
    """Sends single requests. No cookies, no proxies from the environment, no connection reused."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        # httpx's client on top would keep cookies, read .netrc and resolve redirects by itself.
        self._transport = _Transport(trust or usual_trust())

    def exchange(self, question: Question, *, cap: int, ends_at: float) -> Raw:
        """Ask once and read the whole answer.

        Parameters
        ----------
        cap : int
            The most bytes that the body may have, unpacked.
        ends_at : float
            On the monotonic clock: when the answer has to be here.

        Raises
        ------
        Broken, Late, TooLarge, Unsendable
        """
        return self._answered(question, "", ends_at, lambda answer: _read(answer, cap))

    def send(self, question: Question, *, address: str, cap: int, ends_at: float) -> Raw:
        """Ask once, at an address that the caller has chosen, and read how the answer begins.

        Parameters
        ----------
        address : str
            The IP address that is dialled. The host of the question is named to the server and has
            to be in its certificate, but is not looked up again.
        cap : int
            The bytes after which no more of the body is read; it is given as it came, packed or
            not.

        Raises
        ------
        Broken, Late, Unsendable
        """
        return self._answered(question, address, ends_at, lambda answer: _begin(answer, cap))

    def _answered(
        self,
        question: Question,
        address: str,
        ends_at: float,
        read: Callable[[httpx.Response], Raw],
    ) -> Raw:
        left = ends_at - monotonic()
        if left <= 0:
            raise Late
        timeout = httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))
        try:
            request = httpx.Request(
                question.method,
                question.url,
                headers=dict(question.headers),
                content=question.content,
                extensions={
                    "timeout": timeout.as_dict(),
                    "ends_at": ends_at,
                    "address": address,
                },
            )
            answer = self._transport.handle_request(request)
            try:
                return read(answer)
            finally:
                answer.close()
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise Unsendable(str(error)) from error
        except UnicodeEncodeError as error:
            raise Unsendable(f"a header cannot be sent: {error}") from error
        except httpx.TransportError as error:
            if monotonic() >= ends_at:
                raise Late from error
            raise Broken(str(error) or type(error).__name__) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transport.close()


def _read(answer: httpx.Response, cap: int) -> Raw:
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    packed = encoding in ("gzip", "x-gzip")
    body = bytearray()
    unpacker = _Gzip()
    received = 0
    for piece in answer.iter_raw(PIECE):
        received += len(piece)
        room = cap + 1 - len(body)
        body += unpacker.feed(piece, room) if packed else piece
        if max(len(body), received) > cap:
            raise TooLarge
    if packed and received:
        unpacker.finish()
    foreign = "" if packed or encoding in ("", "identity") else encoding
    return Raw(answer.status_code, answer.headers, bytes(body), foreign)


def _begin(answer: httpx.Response, cap: int) -> Raw:
    body = bytearray()
    for piece in answer.iter_raw(min(cap, PIECE)):
        body += piece
        if len(body) >= cap:
            break
    return Raw(answer.status_code, answer.headers, bytes(body[:cap]))


class _Gzip:
    """Unpacks gzip piece by piece, never more than asked for at once."""

    def __init__(self) -> None:
        self._member: Any = None
        self._whole = False

    def feed(self, piece: bytes, room: int) -> bytes:
        """What a piece unpacks to, at most ``room`` bytes; a body that full is given up anyway."""
        found = bytearray()
        try:
            while piece and len(found) < room:
                if self._member is None:
                    self._member = zlib.decompressobj(wbits=31)
                found += self._member.decompress(piece, room - len(found))
                piece = self._member.unconsumed_tail
                self._whole = self._member.eof
                if self._whole:
                    piece, self._member = self._member.unused_data, None
        except zlib.error as error:
            raise Broken(f"the body is no sound gzip: {error}") from error
        return bytes(found)

    def finish(self) -> None:
        """Refuse a body that ends in the middle."""
        if not self._whole:
            raise Broken("the packed body ends before its end")


class _Transport(httpx.HTTPTransport):
    """httpx's own, over connections that know when their exchange has to be done."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust, trust_env=False)
        self._backend = _Backend()
        # httpx takes no network backend; httpcore, which it stands on, does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            max_keepalive_connections=0,
            network_backend=self._backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request on a connection of its own."""
        self._backend.local.ends_at = request.extensions["ends_at"]
        self._backend.local.address = request.extensions["address"]
        return super().handle_request(request)


class _Backend(httpcore.NetworkBackend):
    """Opens connections; ``local`` holds what goes for the one opened next, per thread."""

    def __init__(self) -> None:
        self.local = threading.local()
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection, to the address that was chosen where one was."""
        chosen = self.local.address or host
        stream = self._plain.connect_tcp(chosen, port, timeout, local_address, socket_options)
        return _Stream(stream, self.local.ends_at)


class _Stream(httpcore.NetworkStream):
    """A connection on which nothing takes longer than the time that is left."""

    def __init__(self, plain: httpcore.NetworkStream, ends_at: float) -> None:
        self._plain = plain
        self._ends_at = ends_at

    def _left(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        left = self._ends_at - monotonic()
        if left <= 0:
            raise late("the time is up")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._plain.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._plain.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt it from here on."""
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, left), self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._plain.get_extra_info(info)
