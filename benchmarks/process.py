"""Start a program, wait for it, and say what it took."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from time import perf_counter

ROOT = Path(__file__).parents[1]
_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


@dataclass(frozen=True)
class Ended:
    """What a process took and said; ``peak_bytes`` is the resident memory at its highest."""

    code: int
    seconds: float
    peak_bytes: int
    stdout: str
    stderr: str


def command() -> list[str]:
    """The words that start ``forecaster`` in this environment."""
    installed = Path(sys.executable).with_name("forecaster")
    if installed.exists():
        return [str(installed)]
    return [sys.executable, "-c", "from jobs.cli import main; main()"]


def run(
    words: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT, limit: float = 3600
) -> Ended:
    """Run to the end; after ``limit`` seconds it is killed and the code is negative."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = perf_counter()
        child = subprocess.Popen(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        late = Timer(limit, child.kill)
        late.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:  # Ctrl-C: leave nothing running
            child.kill()
            child.wait()
            raise
        finally:
            late.cancel()
        seconds = perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Ended(
            child.returncode,
            seconds,
            used.ru_maxrss * _BYTES_PER_UNIT,
            out.read(),
            err.read(),
        )


def machine() -> dict[str, str | int]:
    """What the figures hold for; nothing that names this machine or a folder on it."""
    return {
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
