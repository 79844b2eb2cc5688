"""One update at a time; whoever has to wait is told for whom."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecaster.errors import Busy, StoreError
from forecaster.store.lock import update_lock

HOLD = """
import os, sys, time
from pathlib import Path
from forecaster.store.lock import update_lock
with update_lock(Path(sys.argv[1]), "forecaster update"):
    if sys.argv[2] == "fork" and os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
    elif sys.argv[2] != "fork":
        print(os.getpid(), flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["alone", "fork"])
def holder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock, alone or with a worker forked from it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path, request.param],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        speaker = int(process.stdout.readline())
        yield process
        process.kill()
        if speaker != process.pid:
            os.kill(speaker, signal.SIGKILL)


def test_the_second_is_told_who_holds_it_and_a_killed_holder_lets_go(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    told = rf"`forecaster update` \(process {holder.pid}, since 20\S+\) is at work"
    with pytest.raises(Busy, match=told), update_lock(tmp_path, "second"):
        pass
    holder.kill()
    holder.wait()
    with update_lock(tmp_path, "second"):
        assert re.search(r'"what": "second"', (tmp_path / "update.lock").read_text())


def test_waiting_ends_when_the_holder_does(tmp_path: Path) -> None:
    entered = threading.Event()

    def hold() -> None:
        with update_lock(tmp_path, "first"):
            entered.set()
            time.sleep(0.3)

    other = threading.Thread(target=hold)
    other.start()
    entered.wait()
    with pytest.raises(Busy, match="`first`"), update_lock(tmp_path, "second", wait=0.05):
        pass
    with update_lock(tmp_path, "second", wait=10):
        other.join()


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), update_lock(tmp_path, "first"):
        raise ZeroDivisionError
    with update_lock(tmp_path, "second"):
        pass


def test_a_holder_that_has_not_signed_yet_is_another_process(tmp_path: Path) -> None:
    with update_lock(tmp_path, "first"):
        (tmp_path / "update.lock").write_text("")
        with pytest.raises(Busy, match="another process is at work"), update_lock(tmp_path, "x"):
            pass


def test_a_missing_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"cannot be opened .* run `forecaster init`"),
        update_lock(tmp_path / "absent", "first"),
    ):
        pass


FORKED = """
import os, sys
from pathlib import Path
from forecaster.store.lock import update_lock
home = Path(sys.argv[1])
with update_lock(home, "parent"):
    child = os.fork()
    if child == 0:
        other = (home / "other").open("w")  # takes the number that the lock had
        other.write("kept")
        other.flush()
    else:
        os.waitpid(child, 0)
        print((home / "update.lock").read_text())
"""


def test_a_forked_child_that_leaves_the_block_touches_nothing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", FORKED, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert '"what": "parent"' in told.stdout
    assert (tmp_path / "other").read_text() == "kept"
