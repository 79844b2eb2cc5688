"""One update at a time in one state folder.

The kernel holds the lock and lets it go when its holder ends, however that happens; nothing has to
be cleaned up. The file only says who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from forecaster.errors import Busy, StoreError

UPDATE = "update.lock"
BACKTEST = "backtest.lock"
_held: set[int] = set()


@contextmanager
def update_lock(
    home: Path, what: str, wait: float | None = None, name: str = UPDATE
) -> Iterator[None]:
    """Hold the lock of a state folder.

    Parameters
    ----------
    home : Path
        The state folder.
    what : str
        What is being done, for whoever has to wait: ``forecaster update``.
    wait : float, optional
        Seconds to wait for another holder; None does not wait.
    name : str
        Of the file; work that leaves the standing forecast alone has a lock of its own.

    Raises
    ------
    Busy
        Naming who holds it, and since when.
    StoreError
        If the folder cannot be written, or its disk is full.
    """
    path = home / name
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened ({error.strerror}); run `forecaster init`, or give yourself "
            f"write permission on {home}"
        ) from error
    _held.add(file)
    try:
        _take(file, wait)
        _sign(file, path, what)
        yield
    finally:
        if file in _held:  # else this is a forked child, where the number may be another file's
            _held.discard(file)
            os.close(file)


def _sign(file: int, path: Path, what: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = json.dumps({"pid": os.getpid(), "since": since, "what": what})
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, holder.encode(), 0)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written ({error.strerror}); nothing was done. Free some space and "
            "run it again"
        ) from error


def _take(file: int, wait: float | None) -> None:
    deadline = time.monotonic() + (wait or 0.0)
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy(_busy(os.pread(file, 4096, 0))) from None
        time.sleep(0.1)


def _busy(content: bytes) -> str:
    try:
        holder = json.loads(content)
        who = f"`{holder['what']}` (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        who = "another process"  # it has just taken the lock and not signed yet
    return f"{who} is at work in this state folder; wait for it to end or stop it, then try again"


def _let_go_in_child() -> None:
    # A forked worker must not keep the lock alive when its parent is killed.
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go_in_child)
