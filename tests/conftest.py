"""A clean room for every test: no settings from outside, its own state folder, no network."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from jobs.cli import ONE_THREAD
from tests.replay import Replay

# A shared machine may stall for seconds; the time of one example says nothing.
settings.register_profile(
    "forecaster",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("forecaster")

# As in the command; here something may have imported NumPy already.
os.environ[ONE_THREAD] = "1"
threadpool_limits(1, "blas")

# A shell starts what runs in the background deaf to Ctrl-C, and so would be what the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class NetworkRefused(AssertionError):
    """A test tried to leave this machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journey first: its fits take minutes, in which the other process does all the rest."""
    items.sort(key=lambda item: "journey" not in item.path.parts)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings come from the test alone; ``FORECASTER_TEST_*`` speak to the tests themselves."""
    for name in os.environ:
        if name.startswith("FORECASTER_") and not name.startswith("FORECASTER_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be dialled, and only its own names looked up."""
    monkeypatch.setattr(socket.socket, "connect", _guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", _guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_getaddrinfo)


@pytest.fixture
def replay() -> Iterator[Replay]:
    """Every source, answering from its recorded corpus on this machine."""
    with Replay() as running:
        yield running


def _refuse_unless_local(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        local = ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NetworkRefused(f"a test tried to reach {name}; tests use this machine only")


def _guarded_connect(self: socket.socket, address: tuple[object, ...] | str | bytes) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        _refuse_unless_local(address[0])
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: tuple[object, ...] | str | bytes) -> int:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        _refuse_unless_local(address[0])
    return _connect_ex(self, address)


def _guarded_getaddrinfo(
    host: str | bytes | None, port: str | int | None, *args: int, **named: int
) -> object:
    _refuse_unless_local(host)
    return _getaddrinfo(host, port, *args, **named)
