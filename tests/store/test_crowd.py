"""Many writers at once wait for each other; none fails, none overwrites another."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine

from forecaster.store import chain, readings
from forecaster.store.engine import reading
from tests.store import crowd

WRITERS = 8
ADDS = 12


def check(engine: Engine) -> None:
    for writer in range(WRITERS):
        assert ADDS == len(readings.vintages(engine, f"w{writer}"))
    shared = readings.vintages(engine, "shared")
    assert WRITERS * ADDS == len(shared)
    assert list(range(1, WRITERS * ADDS + 1)) == [one.vintage for one in shared]
    with reading(engine) as connection:
        assert [] == chain.problems(connection)


def test_eight_processes(url: str, engine: Engine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.crowd", url, str(WRITERS), str(ADDS)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (0, "") == (done.returncode, done.stderr)
    check(engine)


def test_eight_threads(url: str, engine: Engine) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(crowd.write, url, writer, ADDS) for writer in range(WRITERS)]:
            done.result()
    check(engine)
