"""The whole service as a process of its own: pages, answers and jobs, from its start to its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from forecaster import settings
from forecaster.store import ledger_views
from forecaster.wiring import Desk, open_desk
from tests.jobs.conftest import until
from tests.web.serving import put

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from jobs.cli import main; main()")
HEAVY = (
    "xarray",
    "altair",
    "pymc",
    "pytensor",
    "numba",
    "pandas",
    "scipy",
    "vl_convert",
    "alembic",
)
EACH_SECOND = '[job.resolve]\nevery = "1s"\ncatch_up = "latest"\n'


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A state with a forecast, whose one job is due all the time."""
    assert home.is_dir()
    file = tmp_path / "plan.toml"
    file.write_text(EACH_SECOND)
    monkeypatch.setenv("FORECASTER_SCHEDULE", str(file))
    monkeypatch.setenv("FORECASTER_DISK_FLOOR_MB", "0")
    found = open_desk(settings.load())
    put(found.engine)
    return found


class Service:
    """A service that runs, and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def address(self) -> str:
        """Where it serves, once it says so."""

        def look() -> str | None:
            assert self.process.poll() is None, self.log.read_text()
            found = re.search(r'"address": "(http://[^"]+)/"', self.log.read_text())
            return found and found[1]

        return until(look, "the address")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


@contextmanager
def service(log: Path, *words: str) -> Iterator[Service]:
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *words], cwd=ROOT, stderr=out, env=dict(os.environ)
        ) as process,
    ):
        try:
            yield Service(process, log)
        finally:
            process.kill()


def refused(*words: str) -> str:
    """The one line that is told instead of a service."""
    done = subprocess.run(
        [*COMMAND, "serve", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (1, "") == (done.returncode, done.stdout), done.stderr
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.slow
def test_pages_and_jobs_go_together_and_end_together(desk: Desk, tmp_path: Path) -> None:
    with service(tmp_path / "log") as served:
        page = httpx.get(served.address, headers={"accept": "text/html"}, timeout=60)
        assert 200 == page.status_code
        assert "13\N{NO-BREAK SPACE}%" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "server" not in page.headers
        assert "date" in page.headers
        assert "ok\n" == httpx.get(f"{served.address}/healthz").text
        until(lambda: ledger_views.counts(desk.engine)["succeeded"] > 1, "two runs")
        ready = until(lambda: _ready(served.address), "readiness")
        assert ready["ready"]
        told = httpx.get(f"{served.address}/operations").text
        assert "resolve" in told
        assert "looks after them" in told
        assert 0 == served.end(signal.SIGTERM)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert "the jobs are left alone" == lines[-1]["event"]
    assert 0 == ledger_views.counts(desk.engine)["running"]


def _ready(address: str) -> dict[str, bool] | None:
    answer = httpx.get(f"{address}/readyz")
    found: dict[str, bool] = answer.json()
    return found if answer.status_code == 200 else None


def test_pages_alone_leave_the_jobs_to_others_and_other_hosts_get_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTER_HOSTS", "desk.example.org")
    with service(tmp_path / "log", "--no-jobs") as served:
        where = served.address

        def status(host: str) -> int:
            return httpx.get(f"{where}/healthz", headers={"host": host}).status_code

        asked = ("localhost", "Desk.Example.org:8000", "example.org", "desk.example.org.example")
        assert [200, 200, 400, 400] == [status(host) for host in asked]
        ready = httpx.get(f"{where}/readyz").json()
        assert "another process" in ready["checks"]["jobs"]["detail"]
        assert 0 == served.end(signal.SIGINT)
    assert {} == ledger_views.last(desk.engine)


def test_a_port_in_use_is_told_in_one_line(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refused("--port", port)
    assert f"port {port} of 127.0.0.1 is in use" in line
    assert "another with --port" in line
    assert {} == ledger_views.last(desk.engine)


def test_an_address_of_another_machine_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORECASTER_PROXY_HEADER", "X-Forwarded-User")
    monkeypatch.setenv("FORECASTER_PROXY_ADDRESSES", "192.0.2.7")
    assert "192.0.2.1 is no address of this machine" in refused("--host", "192.0.2.1")
    assert {} == ledger_views.last(desk.engine)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--host", "0.0.0.0"], "there is no token to come in with"),  # noqa: S104 - refused
        (["--no-pages", "--no-jobs"], "nothing left to serve"),
    ],
)
def test_what_would_be_open_to_everybody_or_nothing_is_refused(
    desk: Desk, words: list[str], why: str
) -> None:
    assert why in refused(*words)
    assert {} == ledger_views.last(desk.engine)


def test_without_a_state_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path / "nothing"))
    assert "run `forecaster init`" in refused()


def test_the_process_of_the_pages_stays_light(desk: Desk) -> None:
    code = (
        "import asyncio, sys\n"
        "import httpx\n"
        "from forecaster import settings\n"
        "from forecaster.web import app\n"
        "from forecaster.web.studio import Studio\n"
        "from forecaster.wiring import open_desk\n"
        "from jobs import server, service, timetable\n"
        "from jobs.operations import OfTheJobs\n"
        "desk = open_desk(settings.load())\n"
        "operations = OfTheJobs(desk, timetable.read(desk.settings.schedule), None)\n"
        "with Studio() as studio:\n"
        "    made = app.create_app(app.site(desk, studio, operations))\n"
        "    async def ask():\n"
        "        through = httpx.ASGITransport(app=made)\n"
        "        async with httpx.AsyncClient(\n"
        "            transport=through, base_url='http://127.0.0.1', timeout=60\n"
        "        ) as client:\n"
        "            for path in ('/', '/operations', '/metrics', '/readyz'):\n"
        "                print(path, (await client.get(path)).status_code)\n"
        "    asyncio.run(ask())\n"
        f"print(*sorted({HEAVY!r} & sys.modules.keys()))\n"
    ).replace(f"{HEAVY!r} &", f"set({HEAVY!r}) &")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert desk.settings.home.is_dir()
    assert not done.stderr, done.stderr
    assert ["/ 200", "/operations 200", "/metrics 200", "/readyz 200", ""] == (
        done.stdout.split("\n")[:5]
    )
