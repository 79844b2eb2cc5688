"""The backtest over a Dask scheduler and workers that are processes: whole, lost, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forecaster import backtesting, crew, knowing
from forecaster.errors import ForecasterError, StoreError
from forecaster.model.fit import Effort
from forecaster.store import forecasts, runs
from forecaster.wiring import Desk
from tests import distant, drawn
from tests.commands.conftest import Run
from tests.commands.test_backtest import Told
from tests.jobs.conftest import until

pytestmark = pytest.mark.slow

YEARS = [datetime(year, 1, 1, tzinfo=UTC) for year in (2003, 2004, 2005)]
LITTLE = Effort(draws=50, tune=60, chains=2, cores=1)


@pytest.fixture(autouse=True)
def unsampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the gate lets the draws through that the workers made up."""
    drawn.pretend(monkeypatch)


def test_the_command_fits_side_by_side_stores_and_then_has_nothing_to_do(
    desk: Desk, run: Run, tmp_path: Path
) -> None:
    (meeting := tmp_path / "meeting").mkdir()
    with distant.cluster(2) as local:
        address = local.scheduler_address
        distant.prepare(address, together=(meeting, 2))
        words = ("backtest", "--from", "2003", "--to", "2005", "--scheduler", address, "--json")
        first = json.loads(run(*words).stdout)["fits"]
        fitted = distant.done(address)
        second = json.loads(run(*words).stdout)["fits"]
        assert distant.done(address) == fitted

    assert [one["state"] for one in first] == ["fitted"] * 3
    assert [one["state"] for one in second] == ["stood"] * 3
    assert [one["forecast_id"] for one in second] == [one["forecast_id"] for one in first]
    assert sorted(year for years in fitted.values() for year in years) == [2003, 2004, 2005]
    assert all(fitted.values())  # both had their part, and the first of each at the same time
    rows = forecasts.history(desk.engine, kinds=("hindcast",))
    assert [one.as_of for one in rows] == YEARS
    assert [one.data_hash for one in rows] == [knowing.known(desk, one).said for one in YEARS]
    assert forecasts.standing(desk.engine) is None
    assert [one.message for one in runs.recent(desk.engine)] == ["3 of 3 hindcasts stand"] * 2


def test_a_scheduler_to_which_no_worker_comes(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, run: Run
) -> None:
    monkeypatch.setattr(crew, "FIRST", "500ms")
    with distant.cluster(0) as local:
        address = local.scheduler_address
        error = run("backtest", "--from", "2003", "--to", "2003", "--scheduler", address).exception
    assert isinstance(error, StoreError)
    assert str(error) == (
        f"the Dask scheduler at {address} answers, but no worker came to it within 500ms; nothing "
        f"was begun. Start one with `dask worker {address}`, or run on this machine with --workers"
    )
    assert runs.recent(desk.engine) == []


def _lost(desk: Desk, lose: Callable[[Any], None], why: str) -> None:
    """Lose something after the first of three moments, while the second is fitted."""
    with distant.cluster(1) as local:
        address = local.scheduler_address
        distant.prepare(address, held=2004)
        with crew.cluster(address) as executor:
            with pytest.raises(ForecasterError) as caught:
                backtesting.run(desk, YEARS, executor, effort=LITTLE, tell=lambda _: lose(local))
            if local.status.name == "closed":
                assert isinstance(executor, crew.Cluster)
                client = executor._client  # the connection is tried again, in vain
                until(lambda: client.status == "closed", "the end of the connection")
                assert executor.submit(len, ()).cancelled()
    told = (
        f"the Dask scheduler at {address} {why}; 1 of 3 hindcasts are stored, and nothing of them "
        "is lost. Go on from there with the same command when it is back, or with --workers on "
        "this machine"
    )
    assert str(caught.value) == told
    (one,) = runs.recent(desk.engine)
    assert (one.status, one.message) == ("failed", told)
    kept = forecasts.history(desk.engine, kinds=("hindcast", "rejected"))
    assert [one.as_of for one in kept] == YEARS[:1]


def _close(local: Any) -> None:
    local.close()


def _send_home(local: Any) -> None:
    local.scale(0)


def test_a_scheduler_that_is_lost_in_the_middle_and_gone_on_without(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "PATIENCE", "1s")
    _lost(desk, _close, "was lost")
    again = backtesting.run(desk, YEARS, Told(), effort=LITTLE)
    assert [one.state for one in again.ended] == ["stood", "fitted", "fitted"]


def test_workers_that_are_lost_in_the_middle(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "FIRST", "1s")
    monkeypatch.setattr(crew, "BEAT", 0.2)
    _lost(desk, _send_home, "has no worker any more")
