"""A publisher on a loopback port: real sockets, recorded bodies, and faults on demand."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from tests.replay.route import Route

LOOPBACK = "127.0.0.1"
TEAR_DOWN = struct.pack("ii", 1, 0)  # close with a reset instead of a farewell


class Asked(NamedTuple):
    """One question as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Message[str, str]
    body: bytes
    at: float


class Publisher:
    """Answers by its routes, the first that fits; 404 where none does.

    ``asked`` keeps every question, in order. ``{address}`` in a header of a route becomes the
    address of this publisher, for redirects.
    """

    def __init__(self, routes: Iterable[Route] = (), host: str = LOOPBACK) -> None:
        self.routes = list(routes)
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()
        self._server = _Server((host, 0), self)
        self.host, self.port = host, self._server.server_address[1]
        self.authority = f"{host}:{self.port}"
        self.address = f"http://{self.authority}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def add(self, *routes: Route) -> None:
        """Put routes before those there are."""
        with self._lock:
            self.routes[:0] = routes

    def answer(self, asked: Asked) -> Route:
        """The route for one question; a route that answers ``times`` times is used up."""
        with self._lock:
            self.asked.append(asked)
            for route in self.routes:
                if not route.fits(asked.method, asked.path, asked.query, asked.headers, asked.body):
                    continue
                if route.times is not None:
                    left = self._left.setdefault(id(route), route.times)
                    if not left:
                        continue
                    self._left[id(route)] = left - 1
                return route
        missing = f"no route for {asked.method} {asked.path}\n".encode()
        return Route(asked.path, status=404, content_type="text/plain", body=missing)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], publisher: Publisher) -> None:
        self.publisher = publisher
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what many tests are about: nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "replay"
    sys_version = ""
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a question with a body."""
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(
            method=self.command,
            path=target.path,
            query=parse_qs(target.query, keep_blank_values=True),
            headers=self.headers,
            body=body,
            at=monotonic(),
        )
        route = self.server.publisher.answer(asked)
        fault = route.fault
        if fault.silent:
            self.server.publisher.closing.wait(self.timeout)
            self.close_connection = True
            return
        if route.raw is not None:
            self._send(route.raw, route)
            self.close_connection = True
            return
        if _knows(self.headers, route.headers):
            self._head(304, route.headers, length=None)
            return
        content, headers = route.on_the_wire()
        length = len(content) if fault.claimed_length is None else fault.claimed_length
        self._head(route.status, headers, length=None if fault.endless else length)
        self._send(content, route)

    def _head(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("{address}", self.server.publisher.address))
        if length is not None:
            self.send_header("Content-Length", str(length))
        elif status != 304:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def _send(self, content: bytes, route: Route) -> None:
        fault, closing = route.fault, self.server.publisher.closing
        if fault.reset_after is not None:
            self.wfile.write(content[: fault.reset_after])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, TEAR_DOWN)
            self.connection.shutdown(socket.SHUT_RD)
            self.close_connection = True
            return
        if fault.drip:
            for at in range(len(content)):
                self.wfile.write(content[at : at + 1])
                if closing.wait(fault.drip):
                    break
            return
        self.wfile.write(content)
        while fault.endless and not closing.is_set():
            self.wfile.write(content)
        if fault.claimed_length is not None:
            self.close_connection = True


def _knows(asked: Message[str, str], headers: Mapping[str, str]) -> bool:
    etag, date = headers.get("ETag"), headers.get("Last-Modified")
    if etag is not None and asked.get("If-None-Match") == etag:
        return True
    return etag is None and date is not None and asked.get("If-Modified-Since") == date
