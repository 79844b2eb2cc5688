"""A run's process: what it says, and how it is ended when it takes too much."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from forecaster.settings import Settings
from jobs import process
from jobs.process import Ended, Limits, Process
from tests.jobs.conftest import PLENTY, a_run, alive, stand_in, until

ROOT = Path(__file__).parents[2]
SHORT = Limits(timedelta(seconds=0.5), 4096)
SMALL = Limits(timedelta(minutes=5), 300)


@pytest.fixture
def begun() -> Iterator[list[Process]]:
    """What a test has started, ended with it."""
    found: list[Process] = []
    yield found
    for one in found:
        one.kill()


def begin(begun: list[Process], code: str, limits: Limits = PLENTY) -> Process:
    run = a_run()
    begun.append(Process(run, stand_in(code)(run), limits))
    return begun[-1]


def ended(one: Process) -> Ended:
    return until(one.poll, "the end")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("answer('all well')", Ended("done", "all well")),
        ("answer('3 added', news=True)", Ended("done", "3 added", news=True)),
        ("answer('no network'); sys.exit(1)", Ended("failed", "no network")),
        ("sys.exit(3)", Ended("failed", "its process ended with code 3 and said nothing")),
        ("print('hello')", Ended("failed", "its process ended with code 0 and said nothing")),
        ("os.kill(os.getpid(), 9)", Ended("killed", "its process was killed by SIGKILL")),
        ("os.kill(os.getpid(), 15)", Ended("killed", "its process was killed by SIGTERM")),
    ],
)
def test_how_it_ends_is_told(begun: list[Process], code: str, expected: Ended) -> None:
    one = begin(begun, code)
    assert expected == ended(one)
    assert expected == one.poll()


def test_what_hangs_is_ended_with_all_that_it_started(begun: list[Process], tmp_path: Path) -> None:
    file = tmp_path / "pid"
    one = begin(
        begun,
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen(['/bin/sleep', '600'])\n"
        f"open({str(file)!r}, 'w').write(str(inner.pid)); time.sleep(600)",
        SHORT,
    )
    assert ("limit", "ended: it took longer than 0:00:00.500000") == (
        ended(one).kind,
        ended(one).message,
    )
    if file.exists():  # it may have been ended before it got so far
        until(lambda: not alive(int(file.read_text())), "the end of what it started")


def test_what_it_left_behind_is_ended_with_it(begun: list[Process]) -> None:
    one = begin(begun, "answer(subprocess.Popen(['/bin/sleep', '600']).pid)")
    inner = int(ended(one).message)
    until(lambda: not alive(inner), "the end of what it left behind")


@pytest.mark.parametrize(
    "code",
    [
        "x = b'x' * 600_000_000; time.sleep(600)",
        "subprocess.run([sys.executable, '-c', \"x = b'x' * 600_000_000; input()\"])",
    ],
    ids=["itself", "what it started"],
)
def test_what_takes_too_much_memory_is_ended(begun: list[Process], code: str) -> None:
    one = begin(begun, code, SMALL)
    found = ended(one)
    assert "limit" == found.kind
    assert found.message.endswith("MB of memory; 300 are allowed")


def test_it_stops_when_interrupted(begun: list[Process], tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    one = begin(
        begun,
        f"try:\n    open({str(ready)!r}, 'w').close(); time.sleep(600)\n"
        "except KeyboardInterrupt: answer('interrupted'); sys.exit(130)",
    )
    until(ready.exists, "the start")
    one.interrupt()
    assert Ended("failed", "interrupted") == ended(one)


CHILD = """
import os
from jobs import child, work
work.WORK = {"tidy": lambda _desk: work.Done(str(os.nice(0)))}
child.main()
"""


def test_a_job_gives_way_to_whoever_reads_the_pages(home: Path, begun: list[Process]) -> None:
    assert home.is_dir()
    run = a_run()
    words = (sys.executable, "-c", CHILD, run.job, str(run.id), run.logical_time.isoformat())
    begun.append(Process(run, words, PLENTY))
    assert Ended("done", str(min(os.nice(0) + 10, 19))) == ended(begun[-1])


PARENT = """
import sys, time
from datetime import UTC, datetime, timedelta
from forecaster.store.ledger import Run
from jobs.process import Limits, Process
now = datetime.now(UTC)
run = Run(1, "tidy", now, "running", "", 1, "test", 1, now, now, now, None)
one = Process(run, [sys.executable, "-c", '''
import os, subprocess
from jobs import child
child._hold_the_leash()
inner = subprocess.Popen(["/bin/sleep", "600"])
os.write(2, f"{os.getpid()} {inner.pid}\\\\n".encode())
inner.wait()
'''], Limits(timedelta(minutes=5), 4096))
while one.poll() is None:
    time.sleep(0.05)
"""


def test_a_job_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stderr is not None
        pids = [int(word) for word in parent.stderr.readline().split()]
        assert 2 == len(pids)
        assert all(alive(pid) for pid in pids)
        parent.kill()
        until(lambda: not any(alive(pid) for pid in pids), "the end of the job")


def test_a_real_job_does_its_work_and_answers(chosen: Settings) -> None:
    one = process.start(a_run("tidy"), PLENTY)
    found = until(one.poll, "the end")
    assert "done" == found.kind
    assert found.message.startswith("removed no half files")
    assert chosen.home.exists()


def test_a_real_job_that_cannot_be_done_says_why(chosen: Settings) -> None:
    one = process.start(a_run("collect:gacc"), PLENTY)
    found = until(one.poll, "the end")
    assert ("failed", True) == (found.kind, "FORECASTER_CONTACT" in found.message)
    assert chosen.home.exists()


def test_a_job_looks_for_modules_where_its_parent_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "elsewhere", *sys.path])
    looked = json.loads(process.words(a_run())[4])
    assert [str(tmp_path), "elsewhere"] == looked[:2]
    assert "" not in looked


def test_nothing_is_left_to_inherit(begun: list[Process]) -> None:
    first = begin(begun, "time.sleep(600)")
    second = begin(begun, "answer(sorted(map(int, os.listdir('/proc/self/fd'))))")
    assert {0, 1, 2} >= set(json.loads(ended(second).message)) - {3}
    assert alive(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    assert "killed" == ended(first).kind
