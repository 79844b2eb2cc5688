"""What is worked out after a forecast was published: kept, found again, each failing alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from forecaster import analysing, kept_files, worked_out
from forecaster.belief import Forecast
from forecaster.errors import ForecasterError, NothingKnown
from forecaster.opened import Untold
from forecaster.store import runs
from forecaster.wiring import Desk
from jobs import work
from tests import provisional
from tests.commands.conftest import NOW, Put, Run


def counted(calls: list[str]) -> analysing.Analysis:
    """An analysis that notes of what it was asked."""

    def analysis(_desk: Desk, forecast: Forecast) -> dict[str, Any]:
        calls.append(forecast["forecast_id"])
        return {"mean": forecast["headline"]["mean"]}

    return "counted", analysis


def broken(_desk: Desk, _forecast: Forecast) -> dict[str, Any]:
    raise ValueError("no such factor")


def untold(_desk: Desk, _forecast: Forecast) -> dict[str, Any]:
    raise Untold("its draws are gone")


def test_what_is_kept_is_found_again_and_only_for_its_forecast(desk: Desk, put: Put) -> None:
    put("a/b", NOW - timedelta(days=1))
    worked_out.keep(desk, "counted", "a/b", {"mean": 0.2})
    assert {"mean": 0.2, "forecast_id": "a/b"} == worked_out.require(desk, "counted")
    # Both ids give one name of a file.
    assert worked_out.get(desk, "counted", "a_b") is None
    assert worked_out.get(desk, "other", "a/b") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"forecast_id": "b"}', b"\xff"])
def test_a_damaged_file_counts_as_missing(desk: Desk, put: Put, damage: bytes) -> None:
    put("a", NOW - timedelta(days=1))
    worked_out.keep(desk, "counted", "a", {"mean": 0.2})
    (file,) = (desk.settings.home / kept_files.ANALYSES).iterdir()
    file.write_bytes(damage)
    with pytest.raises(NothingKnown, match="`counted` has not been worked out for a yet; the job"):
        worked_out.require(desk, "counted")


def test_nothing_is_required_of_a_desk_without_a_forecast(desk: Desk) -> None:
    with pytest.raises(NothingKnown, match="forecaster update"):
        worked_out.require(desk, "counted")
    assert analysing.run(desk).startswith("nothing to work out: there is no forecast yet")


def test_each_is_worked_out_once_and_pages_learn_of_it(desk: Desk, put: Put) -> None:
    calls: list[str] = []
    one = counted(calls)
    put("a", NOW - timedelta(days=2))
    assert "worked out counted for a" == analysing.run(desk, (one,))
    assert "nothing was missing that can be worked out for a" == analysing.run(desk, (one,))
    put("b", NOW - timedelta(days=1))
    assert "worked out counted for b" == analysing.run(desk, (one,))
    assert ["a", "b"] == calls
    assert worked_out.get(desk, "counted", "a") is not None
    newest = runs.recent(desk.engine)[0]
    assert ("counted", {"forecast": "b"}, "succeeded") == (
        newest.kind,
        newest.details,
        newest.status,
    )


def test_a_provisional_forecast_has_what_the_one_that_it_weighs_has(told: Desk, run: Run) -> None:
    base = worked_out.standing(told)
    kept = {name: worked_out.require(told, name) for name, _ in analysing.ANALYSES}
    provisional.over(told, base)

    assert worked_out.standing(told)["forecast_id"] == provisional.ID
    assert "nothing was missing" in analysing.run(told)
    for name, document in kept.items():
        assert worked_out.require(told, name) == document
        shown = json.loads(run(name, "--json").stdout)
        assert shown["forecast_id"] == base["forecast_id"]
        assert {**shown, **document} == shown
    found = json.loads(run("reference", "--json").stdout)["standing"]
    assert (found["forecast_id"], found["why"]) == (base["forecast_id"], None)
    assert ["fast_reversion", "slow_reversion"] == [one["name"] for one in found["reversion"]]
    assert "half_life is set and not learned" in run("reference").stdout


def test_questions_that_changed_are_asked_anew(told: Desk) -> None:
    kept = worked_out.require(told, "what-if")
    forecast_id = kept["forecast_id"]
    worked_out.keep(told, "what-if", forecast_id, {**kept, "what_ifs_hash": "of others"})
    assert f"worked out what-if for {forecast_id}" == analysing.run(told)
    assert worked_out.require(told, "what-if") == kept


def test_what_breaks_costs_none_of_the_others(desk: Desk, put: Put) -> None:
    put("a", NOW - timedelta(days=1))
    calls: list[str] = []
    with pytest.raises(ForecasterError) as told:
        analysing.run(desk, (("broken", broken), ("untold", untold), counted(calls)))
    assert str(told.value) == (
        "worked out counted for a; untold cannot be worked out: its draws are gone; "
        "broken broke off: ValueError: no such factor"
    )
    assert ["a"] == calls
    # That draws cannot be opened is nobody's fault: the job has done what can be done.
    assert "its draws are gone" in analysing.run(desk, (("untold", untold),))
    with pytest.raises(NothingKnown, match="its draws are gone"):
        analysing.work_out(desk, ("untold", untold), worked_out.published(desk))
    statuses = {one.kind: one.status for one in runs.recent(desk.engine)}
    assert {"broken": "failed", "untold": "failed", "counted": "succeeded"} == statuses


def test_names_are_those_of_commands_and_the_job_does_them_all(desk: Desk) -> None:
    assert "nothing to work out" in work.analyse(desk).message
    from jobs.mount import app

    commands = {
        one.name or getattr(one.callback, "__name__", "").replace("_", "-")
        for one in app.registered_commands
    }
    assert {name for name, _ in analysing.ANALYSES} <= commands
