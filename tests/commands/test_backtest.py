"""Hindcasts side by side: which moments, what is stored, what goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecaster import backtesting, crew, knowing
from forecaster.backtesting import Step
from forecaster.crew import Task
from forecaster.errors import Busy, ForecasterError, Interrupted, StoreError, WrongValue
from forecaster.model.fit import Effort
from forecaster.posterior import gate
from forecaster.store import forecasts, runs
from forecaster.store.lock import BACKTEST, update_lock
from forecaster.wiring import Desk
from tests import distant, drawn
from tests.commands.conftest import NOW, Run

YEARS = [datetime(year, 1, 1, tzinfo=UTC) for year in (2003, 2004, 2005)]
LITTLE = Effort(draws=50, tune=60, chains=2, cores=1)


class Told(Executor):
    """Runs what it is given at once; ``broken`` says by its number what becomes of a task."""

    def __init__(self, broken: dict[int, BaseException] | None = None) -> None:
        self.broken = broken or {}
        self.tasks: list[Task] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.tasks.append(args[0])
        found: Future[Any] = Future()
        error = self.broken.get(len(self.tasks))
        if error is None:
            found.set_result(fn(*args, **kwargs))
        else:
            found.set_exception(error)
        return found


@pytest.fixture
def unsampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws that no sampler made, which the gate lets through."""
    drawn.pretend(monkeypatch)


@pytest.mark.parametrize(
    ("first", "last", "step", "ends", "number"),
    [
        (2005, 2026, "year", "2026-01-01", 22),
        (2005, 2005, "year", "2005-01-01", 1),
        (2024, 2026, "half", "2026-01-01", 5),
        (2024, 2025, "quarter", "2025-01-01", 5),
        (2025, 2026, "month", "2026-01-01", 13),
    ],
)
def test_the_moments_are_beginnings(
    first: int, last: int, step: Step, ends: str, number: int
) -> None:
    found = backtesting.moments(first, last, step, NOW)
    assert (len(found), found[-1].date().isoformat()) == (number, ends)
    assert found[0] == datetime(first, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (2006, 2005, "--from: 2006 is after --to 2005"),
        (1995, 2005, "--from: 1995 is too early; hindcasts begin on 1 Jul 2002"),
        (2005, 2027, "--to: 2027 has not come yet"),
    ],
)
def test_years_that_cannot_be_meant(first: int, last: int, told: str) -> None:
    with pytest.raises(WrongValue, match=told):
        backtesting.moments(first, last, "year", NOW)


@pytest.mark.usefixtures("unsampled")
def test_every_fit_knows_what_was_known_then_and_stands_nowhere(desk: Desk) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        found = backtesting.run(desk, YEARS, pool, effort=LITTLE, tell=said.append)

    assert [(one.at, one.state) for one in found.ended] == [(one, "fitted") for one in YEARS]
    assert len(said) == 3
    rows = forecasts.history(desk.engine, kinds=("hindcast",))
    assert [one.as_of for one in rows] == YEARS
    assert [one.data_hash for one in rows] == [knowing.known(desk, one).said for one in YEARS]
    assert forecasts.standing(desk.engine) is None
    assert runs.recent(desk.engine)[0].message == "3 of 3 hindcasts stand"


@pytest.mark.usefixtures("unsampled")
def test_what_is_stored_is_not_fitted_again(desk: Desk) -> None:
    backtesting.run(desk, YEARS[:2], Told(), effort=LITTLE)
    again = Told()
    found = backtesting.run(desk, YEARS, again, effort=LITTLE)

    assert [one.state for one in found.ended] == ["stood", "stood", "fitted"]
    assert [task.situation.as_of.year for task in again.tasks] == [2005]
    assert all(one.document is not None for one in found.ended)
    assert len(forecasts.history(desk.engine, kinds=("hindcast",))) == 3


@pytest.mark.usefixtures("unsampled")
def test_one_that_broke_does_not_end_the_others(desk: Desk) -> None:
    broken = Told({2: RuntimeError("no such coordinate")})
    found = backtesting.run(desk, YEARS, broken, effort=LITTLE)

    assert [one.state for one in found.ended] == ["fitted", "failed", "fitted"]
    assert found.ended[1].message == "RuntimeError: no such coordinate"
    assert found.failed == [found.ended[1]]
    assert runs.recent(desk.engine)[0].status == "failed"


def test_a_refused_fit_is_drawn_once_more_with_another_seed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnose = gate.diagnose
    verdicts = iter([False, True])
    drawn.pretend(monkeypatch)
    monkeypatch.setattr(gate, "diagnose", lambda tree: {**diagnose(tree), "passed": next(verdicts)})
    told = Told()
    found = backtesting.run(desk, YEARS[:1], told, effort=LITTLE)

    assert [one.state for one in found.ended] == ["fitted"]
    assert [task.seed for task in told.tasks] == [1, 2]
    assert [task.effort for task in told.tasks] == [LITTLE, LITTLE.careful]
    assert (2 * LITTLE.draws, 2 * LITTLE.tune) == (LITTLE.careful.draws, LITTLE.careful.tune)
    assert LITTLE.accept < LITTLE.careful.accept < 1.0
    assert len(forecasts.history(desk.engine, kinds=("rejected",))) == 1


def test_what_was_refused_before_is_drawn_with_care_from_the_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnose = gate.diagnose
    drawn.pretend(monkeypatch)
    monkeypatch.setattr(gate, "diagnose", lambda tree: {**diagnose(tree), "passed": False})
    told = Told()
    found = backtesting.run(desk, YEARS[:1], told, effort=LITTLE)
    assert [one.state for one in found.failed] == ["rejected"]
    assert [task.effort for task in told.tasks] == [LITTLE, LITTLE.careful, LITTLE.careful.careful]
    again = Told()
    backtesting.run(desk, YEARS[:1], again, effort=LITTLE)
    assert [(task.seed, task.effort) for task in again.tasks] == [
        (4, LITTLE.careful),
        (5, LITTLE.careful.careful),
    ]


@pytest.mark.usefixtures("unsampled")
def test_stopped_it_keeps_what_had_ended(desk: Desk) -> None:
    stopped = Told({3: KeyboardInterrupt()})
    with pytest.raises(Interrupted, match="hindcasts are stored, and the same command goes on"):
        backtesting.run(desk, YEARS, stopped, effort=LITTLE)
    kept = len(forecasts.history(desk.engine, kinds=("hindcast",)))
    assert runs.recent(desk.engine)[0].message.startswith(f"stopped by the user; {kept} of 3")
    found = backtesting.run(desk, YEARS, Told(), effort=LITTLE)
    assert sum(one.state == "stood" for one in found.ended) == kept
    assert found.failed == []


@pytest.mark.usefixtures("unsampled")
def test_a_worker_that_was_killed_is_told(desk: Desk) -> None:
    killed = Told({1: BrokenProcessPool("gone")})
    with pytest.raises(ForecasterError, match="with fewer --workers"):
        backtesting.run(desk, YEARS[:1], killed, effort=LITTLE)


def test_only_one_at_a_time_and_beside_an_update(desk: Desk) -> None:
    with update_lock(desk.settings.home, "forecaster backtest", name=BACKTEST):
        with update_lock(desk.settings.home, "forecaster update"):
            pass
        with pytest.raises(Busy, match="forecaster backtest"):
            backtesting.run(desk, YEARS, Told())


def _task(desk: Desk) -> Task:
    seen = knowing.known(desk, YEARS[0])
    return Task(tuple(seen.readings), desk.catalogue, desk.priors, seen.situation, 3, LITTLE)


def test_a_worker_of_another_version_refuses(desk: Desk) -> None:
    with pytest.raises(ForecasterError, match=r"was sent a task of 0\.0; install the same version"):
        crew.fit(replace(_task(desk), version="0.0"))


@pytest.mark.slow
def test_a_cluster_of_processes_gives_the_draws_that_a_process_gives(desk: Desk) -> None:
    task = _task(desk)
    with crew.processes(1) as pool:
        here = pool.submit(crew.fit, task).result()
    with (
        distant.cluster(2) as local,
        crew.cluster(local.scheduler_address) as executor,
    ):
        there = executor.submit(crew.fit, task).result()
    one, other = (tree["posterior"].to_dataset()["x"].values for tree in (here, there))
    assert np.array_equal(one, other)
    assert float(there["sample_stats"].attrs["seconds"]) > 0.0


@pytest.mark.slow
def test_an_address_where_nothing_answers(
    monkeypatch: pytest.MonkeyPatch, home: Path, run: Run
) -> None:
    assert home.is_dir()
    monkeypatch.setattr(crew, "PATIENCE", "1s")
    done = run("backtest", "--from", "2010", "--to", "2010", "--scheduler", "tcp://127.0.0.1:9")
    assert isinstance(done.exception, StoreError)
    assert "no Dask scheduler answers at tcp://127.0.0.1:9; nothing was begun" in str(
        done.exception
    )


@pytest.mark.usefixtures("home")
def test_words_that_contradict_each_other(run: Run) -> None:
    both = run("backtest", "--workers", "2", "--scheduler", "tcp://127.0.0.1:9")
    assert "give one" in str(both.exception)
    assert "none of year, half, quarter, month" in str(run("backtest", "--step", "day").exception)


@pytest.mark.slow
def test_the_command_says_what_became_of_each_moment(
    monkeypatch: pytest.MonkeyPatch, home: Path, run: Run
) -> None:
    assert home.is_dir()
    monkeypatch.setattr(backtesting, "TRIES", 1)
    for name, value in (("DRAWS", "50"), ("TUNE", "50"), ("CHAINS", "2")):
        monkeypatch.setenv(f"FORECASTER_{name}", value)
    done = run("backtest", "--from", "2003", "--to", "2003", "--workers", "1", "--json")
    assert "1 moment without a hindcast" in str(done.exception)  # so few draws pass no gate
    (one,) = json.loads(done.stdout)["fits"]
    assert (one["as_of"], one["state"]) == ("2003-01-01T00:00:00Z", "rejected")
    assert "bulk ESS" in one["message"]
