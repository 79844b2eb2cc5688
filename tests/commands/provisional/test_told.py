"""A provisional forecast as command and job tell of it, and what they import for it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any, cast

import pytest

from forecaster import weighing
from forecaster.belief import Forecast
from forecaster.store import forecasts
from forecaster.wiring import Desk
from jobs import work
from jobs.work import Done
from tests.commands.conftest import NOW, ROOT, Put, Run
from tests.commands.provisional.conftest import URL, Fit, Later, Record


def stands(desk: Desk) -> Forecast:
    found = forecasts.standing(desk.engine)
    assert found is not None
    return found


def test_the_command_says_what_became_of_it(
    publish: Fit, later: Later, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    clock = later(1).clock
    monkeypatch.setattr("forecaster.wiring.open_desk", lambda _: later(1))
    assert clock() > NOW
    words = ("record", "joint_exercises", "--source", URL, "--reason", "made up")
    text = run(*words, "--period", "2026-10", "--value", "1").stdout
    assert "provisional forecast" in text
    assert "a refit will replace it" in text

    found = json.loads(run(*words, "--period", "2026-09", "--value", "0", "--json").stdout)
    assert found["result"] == "added"
    assert found["forecast"]["result"] == "provisional"
    assert found["forecast"]["headline"]["quantity"] == "alliance_by"
    monkeypatch.setattr(weighing, "ESS_LEAST", 1e9)
    text = run(*words, "--period", "2026-08", "--value", "2").stdout
    assert "refit queued: the headline keeps" in text
    assert "`forecaster update`" in text


def test_a_made_up_forecast_without_draws_costs_no_reading(put: Put, desk: Desk, run: Run) -> None:
    put("made-up", as_of=NOW - timedelta(hours=1))
    done = run(
        *("record", "joint_exercises", "--period", "2026-10", "--value", "3"),
        *("--source", URL, "--reason", "made up"),
    )

    assert done.exit_code == 0, cast("Any", done).output
    assert "refit queued: the draws of made-up are of the model synthetic" in done.stdout
    assert stands(desk)["forecast_id"] == "made-up"


def test_nothing_that_takes_long_is_imported() -> None:
    heavy = "xarray pandas arviz arviz_stats pymc pytensor nutpie numba scipy.stats altair"
    code = (
        "import sys; import forecaster.instant, h5netcdf; "
        f"print(*sorted(set({heavy.split()!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_the_job_looks_again_until_nothing_is_left(
    publish: Fit, record: Record, later: Later
) -> None:
    assert work.instant(later(0)) == Done("no forecast was published yet; run `forecaster update`")
    publish()
    assert not work.instant(later(1)).news
    record(1, "joint_exercises", "2026-10", 1)
    done = work.instant(later(1))

    assert done.news
    assert not done.forecast
    assert done.message.startswith("provisional forecast")
    assert not work.instant(later(1)).news
