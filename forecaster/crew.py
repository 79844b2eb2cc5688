"""Fits side by side: in processes of this machine, or where a Dask scheduler sends them.

A task carries all that a fit takes, so that a worker needs no database and writes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
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


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, as ``tcp://host:8786``; all must be trusted, as it must.

    Raises
    ------
    StoreError
        If nothing answers there, or Dask is not installed.
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
        raise StoreError(
            f"no Dask scheduler answers at {address}; nothing was begun. Start one, or run on this "
            "machine with --workers"
        ) from error
    with client, client.get_executor(pure=False) as executor:
        yield executor
