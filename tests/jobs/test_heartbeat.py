"""The heartbeat is heard, and nothing that happens to it matters to a job."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import pytest

from forecaster import settings
from forecaster.errors import InvalidFiles
from jobs import logs
from jobs.heartbeat import Heartbeat
from tests.jobs.conftest import HOURLY, Clock, Maker, due_now, ended, plan, starting, until

SECRET = "/ping/5f2c-secret"  # noqa: S105 - an address that gives itself away


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Mock:
    found = Mock()
    monkeypatch.setattr(logs, "get", lambda: found)
    return found


class Server(ThreadingHTTPServer):
    """Counts the calls, and answers each as it is told."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.heard: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            server: Server

            def do_GET(self) -> None:
                self.server.heard.append(self.path)
                answer(self)

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{SECRET}"


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Server]:
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def status(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.end_headers()

    return answer


def test_it_is_called_after_each_success_and_only_then(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    timetable = plan(tmp_path, HOURLY)
    with serving(status(200)) as server:
        good = make_sqlite(timetable, heartbeat_url=server.url)
        for _ in range(2):
            due_now(good, hand)
            assert "succeeded" == ended(good, "tidy").status
            good._heartbeat.wait(30)
        assert [SECRET] * 2 == server.heard
        bad = make_sqlite(timetable, starting("sys.exit(1)"), heartbeat_url=server.url)
        hand.pass_(minutes=5)  # the first lets go
        due_now(bad, hand)
        assert "failed" == ended(bad, "tidy").status
        bad._heartbeat.wait(30)
        assert 2 == len(server.heard)


@pytest.mark.parametrize("code", [404, 500, 302])
def test_an_answer_that_is_no_yes_is_told_without_the_address(log: Mock, code: int) -> None:
    with serving(status(code)) as server:
        beats = Heartbeat(server.url)
        beats.beat()
        beats.wait(30)
    log.warning.assert_called_once_with(
        "the heartbeat was not heard", host="127.0.0.1", why=f"it answered {code}"
    )
    assert [SECRET] == server.heard


def test_nobody_there_is_told(log: Mock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    beats = Heartbeat(f"http://127.0.0.1:{port}{SECRET}")
    beats.beat()
    beats.wait(30)
    ((_, told),) = log.warning.call_args_list
    assert {"host": "127.0.0.1", "why": "ConnectError"} == told


def test_one_that_hangs_holds_nobody_up_and_is_not_called_twice(log: Mock) -> None:
    let_go = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        let_go.wait(60)
        status(200)(handler)

    with serving(hang) as server:
        beats = Heartbeat(server.url)
        beats.beat()
        until(lambda: server.heard, "the call")
        beats.beat()
        let_go.set()
        beats.wait(60)
    assert [SECRET] == server.heard
    ((_, told),) = log.warning.call_args_list
    assert "has not been answered yet" in told["why"]


def test_without_an_address_nobody_is_called(log: Mock) -> None:
    beats = Heartbeat(None)
    beats.beat()
    beats.wait(1)
    log.warning.assert_not_called()


def test_the_address_is_a_secret() -> None:
    url = f"https://monitor.example{SECRET}"
    assert "***" == settings.load({"FORECASTER_HEARTBEAT_URL": url}).shown("heartbeat_url")
    with pytest.raises(InvalidFiles) as told:
        settings.load({"FORECASTER_HEARTBEAT_URL": f"ftp://monitor.example{SECRET}"})
    assert SECRET not in str(told.value)
    assert "" == settings.load({}).shown("heartbeat_url")
