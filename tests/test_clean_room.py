"""The clean room itself."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from tests.conftest import NetworkRefused


def test_settings_of_the_machine_do_not_reach_a_test(tmp_path: Path) -> None:
    named = {k: v for k, v in os.environ.items() if k.startswith("FORECASTER_")}
    assert {"FORECASTER_HOME": str(tmp_path)} == {
        k: v for k, v in named.items() if not k.startswith("FORECASTER_TEST_")
    }


def test_other_machines_cannot_be_reached() -> None:
    with socket.socket() as one:
        for dial in (one.connect, one.connect_ex):
            with pytest.raises(NetworkRefused, match=r"192\.0\.2\.1"):
                dial(("192.0.2.1", 80))
    with pytest.raises(NetworkRefused, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_linear_algebra_has_one_thread_as_in_the_command() -> None:
    np.linalg.eigh(np.eye(2))
    threads = {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}
    assert {1} == threads
