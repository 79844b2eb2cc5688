"""The address of the pages: bound before anything else begins, so that a wrong one is told."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from forecaster.errors import ForecasterError

BACKLOG = 512
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - known, in order to be told apart


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to an address; port 0 takes any that is free.

    Raises
    ------
    ForecasterError
        If the address is in use, not ours, or not known.
    """
    plain = host.strip("[]")
    if not plain:
        raise ForecasterError("--host: expected an address of this machine, as 127.0.0.1")
    try:
        family, kind, proto, _, where = socket.getaddrinfo(
            plain, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ForecasterError(
            f"--host: {host!r} is no address that is known here ({error}); name one of this "
            "machine, as 127.0.0.1"
        ) from None
    found = socket.socket(family, kind, proto)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
        found.listen(BACKLOG)  # now, so that a second service is refused here and not later
    except OSError as error:
        found.close()
        raise ForecasterError(_why(host, port, error)) from None
    return found


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"port {port} of {host} is in use, maybe by another `forecaster serve`; "
                "end that, or choose another with --port"
            )
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine; --host takes one, as 127.0.0.1"
        case errno.EACCES:
            return f"port {port} is not for everybody; choose one above 1023 with --port"
        case _:
            return f"{host} port {port} cannot be served ({error.strerror}); see --host and --port"


def said(listener: socket.socket) -> str:
    """Where the pages are found, for people."""
    host, port = listener.getsockname()[:2]
    if host in EVERYWHERE:
        host = socket.gethostname()
    return f"http://{_written(host)}:{port}/"


def names(host: str, stated: Sequence[str]) -> list[str]:
    """The hosts that a request may name: this machine's own, the one bound, and those stated."""
    plain = host.strip("[]").lower()
    own = ["127.0.0.1", "localhost", "[::1]"]
    return [*own, *([] if plain in EVERYWHERE else [_written(plain)]), *stated]


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
