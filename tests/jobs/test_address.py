"""Where the pages are served: what can be bound, what is said, which names a request may use."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from forecaster.errors import ForecasterError
from jobs import address


def test_any_free_port_is_taken_and_said() -> None:
    with closing(address.bound("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert f"http://127.0.0.1:{port}/" == address.said(listener)
        with pytest.raises(ForecasterError, match=f"port {port} of 127.0.0.1 is in use"):
            address.bound("127.0.0.1", port)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    with closing(address.bound("[::1]", 0)) as listener:
        assert address.said(listener).startswith("http://[::1]:")


def test_no_address_is_not_every_address() -> None:
    with pytest.raises(ForecasterError, match="expected an address of this machine"):
        address.bound("", 0)


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("0.0.0.0", []),  # noqa: S104 - nothing is bound to it
        ("::", []),
        ("10.0.0.7", ["10.0.0.7"]),
        ("2001:DB8::1", ["[2001:db8::1]"]),
        ("Desk", ["desk"]),
    ],
)
def test_a_request_may_name_this_machine_what_is_bound_and_what_is_stated(
    host: str, more: list[str]
) -> None:
    own = ["127.0.0.1", "localhost", "[::1]"]
    assert [*own, *more, "desk.example.org"] == address.names(host, ["desk.example.org"])
