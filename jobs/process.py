"""One run in a process of its own: started, watched, ended as a whole.

The process leads a group, so that whatever it starts ends with it. Its standard input is a leash:
when we die, however that happens, the pipe closes and the job ends itself (``child.py``). It
answers with one JSON object on standard output; its standard error is ours.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

import psutil

from forecaster.store.ledger import Run

# The job looks for modules where its parent does, whatever folder it starts in.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from jobs.child import main; main()"
)


@dataclass(frozen=True)
class Limits:
    """What one run may take before it is ended."""

    time: timedelta
    memory_mb: int


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    ``kind``: it did its work; it failed and said why; it took more than its limits; or it was
    killed by somebody else, who knows why. ``news``, ``forecast``: what it brought (``work.Done``).
    """

    kind: Literal["done", "failed", "limit", "killed"]
    message: str
    news: bool = False
    forecast: bool = False


class Started(Protocol):
    """A run that is under way, in whatever way it was started."""

    run: Run

    def poll(self) -> Ended | None:
        """How it ended; None while it is at work."""
        ...

    def interrupt(self) -> None:
        """Ask it to stop."""
        ...

    def kill(self) -> None:
        """End it now."""
        ...


Start = Callable[[Run, Limits], Started]


def start(run: Run, limits: Limits) -> Started:
    """Start the job of a run in a process of its own.

    Raises
    ------
    OSError
        If the system has no room for one more.
    """
    return Process(run, words(run), limits)


def words(run: Run) -> list[str]:
    """The command that does a job of ours."""
    path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
    moment = run.logical_time.isoformat()
    return [sys.executable, "-P", "-c", _BOOT, path, run.job, str(run.id), moment]


class Process:
    """A run that is under way."""

    def __init__(self, run: Run, command: Sequence[str], limits: Limits) -> None:
        self.run = run
        self._limits = limits
        self._ended: Ended | None = None
        self._began = time.monotonic()
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own command
                command, stdin=subprocess.PIPE, stdout=self._answer, start_new_session=True
            )
        except BaseException:
            self._answer.close()
            raise

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._child.pid

    def poll(self) -> Ended | None:
        """How it ended; None while it is at work. Ends it if it takes more than it may."""
        if self._ended is not None:
            return self._ended
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return self._end()
        over = self._over_limit()
        if over is None:
            return None
        self._end()
        self._ended = Ended("limit", over)
        return self._ended

    def interrupt(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        if self._ended is None:
            self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and whatever it started, now."""
        if self._ended is None:
            self._end()

    def _end(self) -> Ended:
        # While the leader is not waited for, its number is nobody else's.
        self._signal(signal.SIGKILL)
        code = self._child.wait()
        if self._child.stdin is not None:
            self._child.stdin.close()
        with self._answer:
            self._answer.seek(0)
            self._ended = _ended(code, self._answer.read())
        return self._ended

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _over_limit(self) -> str | None:
        spent = time.monotonic() - self._began
        if spent > self._limits.time.total_seconds():
            return f"ended: it took longer than {self._limits.time}"
        used = _memory(self.pid) / 1e6
        if used > self._limits.memory_mb:
            return (
                f"ended: it took {used:,.0f} MB of memory; {self._limits.memory_mb:,} are allowed"
            )
        return None


def _memory(pid: int) -> int:
    """Resident bytes of a process and its descendants together."""
    total = 0
    with suppress(psutil.Error):
        leader = psutil.Process(pid)
        for one in (leader, *leader.children(recursive=True)):
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total


def _ended(code: int, answer: bytes) -> Ended:
    if code < 0:
        return Ended("killed", f"its process was killed by {signal.Signals(-code).name}")
    said = _read(answer)
    message = str(said.get("message") or f"its process ended with code {code} and said nothing")
    if code == 0 and "message" in said:
        brought = {name: bool(said.get(name)) for name in ("news", "forecast")}
        return Ended("done", message, **brought)
    return Ended("failed", message)


def _read(answer: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
