"""What stands in for a fit in the workers of a cluster, which are processes of their own.

They import this module by its name, so nothing here is patched from the test's process. A fit's
draws are those of ``tests.drawn``; which fits a worker did is told to who asks it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from forecaster import crew
from forecaster.model.infer import infer as real
from tests import drawn

DEADLINE = 60.0  # seconds for the others to begin, before a test says that they do not

_done: list[int] = []  # years, in this worker


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """A scheduler on loopback, and so many processes of one thread each."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",  # None means a fixed port, which two tests cannot share
        host="127.0.0.1",
    ) as local:
        yield local


def prepare(
    address: str, *, held: int | None = None, together: tuple[Path, int] | None = None
) -> None:
    """Let no worker sample; see :func:`_pretend`."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.run(_pretend, held, together)


def done(address: str) -> dict[str, list[int]]:
    """The years that each worker fitted."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        found: dict[str, list[int]] = client.run(_years)
    return found


def _years() -> list[int]:
    return _done


def _pretend(held: int | None, together: tuple[Path, int] | None) -> None:
    """From now on, in this process.

    The fit of the year ``held`` never ends. Each worker's first waits, in the folder and the
    number that ``together`` names, until so many have begun theirs.
    """
    drawn.pretend(pytest.MonkeyPatch())

    def infer(*args: Any, **more: Any) -> xr.DataTree:
        year = args[3].as_of.year
        if year == held:
            threading.Event().wait()
        if together is not None and not _done:
            _meet(*together)
        _done.append(year)
        return real(*args, **more)

    pytest.MonkeyPatch().setattr(crew, "infer", infer)


def _meet(folder: Path, number: int) -> None:
    (folder / str(os.getpid())).touch()
    until = time.monotonic() + DEADLINE
    while len(list(folder.iterdir())) < number:
        if time.monotonic() > until:
            raise TimeoutError(f"fewer than {number} workers fit at the same time")
        time.sleep(0.05)
