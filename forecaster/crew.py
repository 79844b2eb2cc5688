"""Fits side by side: in processes of this machine, or where a Dask scheduler sends them.

A task carries all that a fit takes, so that a worker needs no database and writes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import xarray as xr

from forecaster.errors import ForecasterError, StoreError
from forecaster.knowing import MODEL_VERSION
from forecaster.model.fit import Effort
from forecaster.model.infer import compile_density, infer
from forecaster.model.observed import Known
from forecaster.model.situation import Situation
from indicators.spec import Indicator
from priors import Priors

PATIENCE = "10s"  # for a scheduler to answer
FIRST = "30s"  # for a worker to come where there is none
BEAT = 5.0  # seconds after which it is looked whether anybody still works


class Lost(Exception):
    """Nothing will come of what was asked, for nobody is left who would do it; says who."""


@dataclass(frozen=True)
class Task:
    """One fit: what was known, how things stood, and how it is drawn."""

    readings: tuple[Known, ...]
    catalogue: Mapping[str, Indicator]
    priors: Priors
    situation: Situation
    seed: int
    effort: Effort
    version: str = MODEL_VERSION


def fit(task: Task) -> xr.DataTree:
    """The posterior of one task.

    Raises
    ------
    ForecasterError
        If this worker runs another version of the program than who sent the task.
    """
    if task.version != MODEL_VERSION:
        raise ForecasterError(
            f"this worker fits the model {MODEL_VERSION} and was sent a task of {task.version}; "
            "install the same version there"
        )
    return infer(
        task.readings,
        task.catalogue,
        task.priors,
        task.situation,
        seed=task.seed,
        effort=task.effort,
    )


def warm(task: Task) -> None:
    """Compile the density and leave it on the disk, so that no worker has to."""
    compile_density(task.readings, task.catalogue, task.priors, task.situation)


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """So many processes of this machine, which begin with nothing of this one's memory."""
    pool = ProcessPoolExecutor(workers, get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Cluster(Executor):
    """The workers of a Dask scheduler.

    What can no longer be sent comes back cancelled, as does all that was under way when the
    scheduler was lost: nothing else cancels a task before its answer is waited for.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.address = address
        self._client = client
        self._inner: Executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send one task."""
        from distributed.client import ClosedClientError

        try:
            return self._inner.submit(fn, *args, **kwargs)
        except ClosedClientError:
            never: Future[Any] = Future()
            never.cancel()
            never.set_running_or_notify_cancel()
            return never

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as the base has it
        """Forget what was asked; the workers go on with other people's tasks."""
        self._inner.shutdown(wait=wait and not cancel_futures)

    def attend(self) -> None:
        """Look whether somebody still works; where nobody does, wait for one.

        Raises
        ------
        Lost
            If the scheduler is lost, or no worker came.
        """
        if self._client.status == "closed":
            raise lost(self)
        workers = self._client.scheduler_info(n_workers=-1).get("workers")
        if workers or self._client.status != "running":
            return  # one that rests for want of memory is counted; a lost connection cancels
        try:
            arrived = self.arrived()
        except OSError:
            return  # the connection broke just now: what was asked is being cancelled
        if not arrived:
            raise Lost(f"the Dask scheduler at {self.address} has no worker any more")

    def arrived(self) -> bool:
        """Wait for a first worker, but not for ever; whether one came."""
        from distributed.exceptions import WorkerStartTimeoutError

        try:
            self._client.wait_for_workers(1, timeout=FIRST)
        except WorkerStartTimeoutError:
            return False
        return True


def attend(executor: Executor) -> None:
    """Look whether somebody still works, where that could be otherwise.

    Raises
    ------
    Lost
        If nobody does.
    """
    if isinstance(executor, Cluster):
        executor.attend()


def lost(executor: Executor) -> Lost:
    """What a task says that was cancelled before its answer came."""
    who = f"the Dask scheduler at {executor.address}" if isinstance(executor, Cluster) else "a crew"
    return Lost(f"{who} was lost")


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, as ``tcp://host:8786``; all must be trusted, as it must.

    Raises
    ------
    StoreError
        If nothing answers there, no worker comes, or Dask is not installed.
    """
    try:
        import distributed
    except ImportError:
        raise StoreError(
            "a scheduler needs Dask, which is not installed: install forecaster[cluster], or run "
            "on this machine with --workers"
        ) from None
    try:
        client: Any = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unanswered(address) from error
    with client, Cluster(client, address) as executor:
        try:
            arrived = executor.arrived()
        except OSError as error:
            raise _unanswered(address) from error
        if not arrived:
            raise StoreError(
                f"the Dask scheduler at {address} answers, but no worker came to it within "
                f"{FIRST}; nothing was begun. Start one with `dask worker {address}`, or run on "
                "this machine with --workers"
            )
        yield executor


def _unanswered(address: str) -> StoreError:
    return StoreError(
        f"no Dask scheduler answers at {address}; nothing was begun. Start one, or run on this "
        "machine with --workers"
    )
