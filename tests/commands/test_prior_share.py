"""How much is prior, from files to the command: real designs, draws that no fit made."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecaster import analysing, opened, prior_fits, prior_share, settings, update, worked_out
from forecaster.belief import Forecast
from forecaster.errors import FitRejected, NothingKnown, UnknownName
from forecaster.model import scaling
from forecaster.posterior import gate, prior_words
from forecaster.wiring import Desk, open_desk
from jobs import work
from priors import Normal, Priors, load, set_names
from tests.commands.conftest import NOW, Run


@pytest.fixture
def desk(told: Desk) -> Desk:
    return told


@pytest.fixture
def bare(home: Path) -> Desk:
    """A desk without a forecast."""
    assert home.is_dir()
    return open_desk(settings.load(), clock=lambda: NOW)


@pytest.fixture
def forecast(desk: Desk) -> Forecast:
    return worked_out.standing(desk)


@pytest.fixture
def found(desk: Desk) -> dict[str, Any]:
    return worked_out.require(desk, prior_share.NAME)


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found["sets"]}


def test_every_set_is_told_or_says_why_not(found: dict[str, Any], forecast: Forecast) -> None:
    sets = by_name(found)
    assert set(set_names()) == set(sets)
    assert ("stands", 0.0) == (sets["reference"]["how"], sets["reference"]["points"])
    assert sets["slow_reversion"]["why"] == "half_life is set and not learned"
    assert sets["papers"]["why"] == "the base rate of papers is solved by simulation"
    assert {"b_A", "b_T"} == set(sets["all_history"]["changes"])
    for one in sets.values():
        assert (
            (one["headline"] is None) == (one["how"] == "needs a fit") == (one["why"] is not None)
        )
        if one["headline"] is not None:
            moved = 100.0 * (one["headline"]["mean"] - forecast["headline"]["mean"])
            assert one["points"] == pytest.approx(moved)


def test_a_set_is_reached_by_weighing_the_draws(desk: Desk, forecast: Forecast) -> None:
    """A slightly higher base rate, by the formula of self-normalised weights."""
    drawn = opened.drawn(desk, opened.side(desk, forecast))
    old = desk.priors
    rate = old.parameters["b_A"]
    assert isinstance(rate, Normal)
    new = old.replace({"b_A": rate.model_copy(update={"mean": rate.mean + 0.2})})
    told = prior_share.weighed(old, new, drawn)

    draws = drawn.reopened.paths.named["b_A"]
    ratio = np.exp(
        scaling.log_density(new.parameters["b_A"], draws) - scaling.log_density(rate, draws)
    )
    expected = float((ratio * drawn.value).sum() / ratio.sum())
    assert told["how"] == "weighed"
    assert told["headline"]["mean"] == pytest.approx(expected, rel=0.01)
    assert told["points"] > 0.0
    assert told["headline"]["lower"] < told["headline"]["mean"] < told["headline"]["upper"]
    far = old.replace({"b_A": rate.model_copy(update={"mean": rate.mean + 5.0, "sd": 0.3})})
    lost = prior_share.weighed(old, far, drawn)
    assert "how" not in lost
    assert "draw" in lost["why"]
    json.dumps(lost, allow_nan=False)


def widened(name: str) -> Priors:
    one = load().parameters[name]
    return load().replace({name: one.model_copy(update={"log_sd": 2.0})})


def test_what_lies_behind_many_parameters_needs_a_fit() -> None:
    why = prior_share.unreachable(load(), widened("deviation_sd"))
    assert why == "deviation_sd is behind many parameters"
    assert prior_share.unreachable(load(), widened("b_al")) is None
    assert "solved by simulation" in str(prior_share.unreachable(load("papers"), load()))
    # Other words are no other prior.
    one = load().parameters["b_A"].model_copy(update={"reason": "another"})
    assert set() == prior_share.changes(load(), load().replace({"b_A": one}))


def test_every_prior_is_asked_and_every_quantity(found: dict[str, Any], forecast: Forecast) -> None:
    assert {*scaling.SCALARS, "indicators"} == set(found["parameters"])
    for name, one in found["parameters"].items():
        contraction = forecast["parameters"].get(name, {"contraction": None})["contraction"]
        assert contraction == one["contraction"]
        assert one["headline_follows"]["value"] >= 0.0
    quantities = [one["quantity"] for one in found["sensitivity"]]
    assert quantities[0] == "headline"
    assert {"alliance_by_20", "balancing_in_force_10", "ru_west", "kappa_bar"} < set(quantities)


@pytest.mark.usefixtures("pretended")
def test_a_fit_of_another_set_is_kept_and_shown(
    desk: Desk, forecast: Forecast, found: dict[str, Any], run: Run
) -> None:
    assert by_name(found)["slow_reversion"]["headline"] is None
    done = run("prior-share", "--fit", "slow_reversion", "--json")
    row = by_name(json.loads(done.stdout))["slow_reversion"]
    kept = worked_out.get(desk, "prior-set-slow_reversion", forecast["forecast_id"])
    assert kept is not None
    assert ("fitted", kept["headline"]) == (row["how"], row["headline"])
    assert kept["headline"]["mean"] != forecast["headline"]["mean"]
    assert forecast["data_hash"] == kept["data_hash"]
    assert "fitted to the same readings" in run("prior-share").stdout
    # One that is about other numbers than the set has now is not shown.
    stale = {**kept, "priors_hash": "other"}
    worked_out.keep(desk, "prior-set-slow_reversion", forecast["forecast_id"], stale)
    again = prior_share.analysis(desk, forecast)
    assert by_name(again)["slow_reversion"]["how"] == "needs a fit"


@pytest.mark.usefixtures("pretended")
def test_a_later_forecast_has_the_last_fit_with_its_day(desk: Desk, forecast: Forecast) -> None:
    kept = prior_fits.fit_set(desk, forecast, "slow_reversion")
    moved = 100.0 * (kept["headline"]["mean"] - forecast["headline"]["mean"])
    assert kept["points"] == pytest.approx(moved)
    later = replace(desk, clock=lambda: NOW + timedelta(days=2))
    document = update.run(later, seed=2, force=True).document
    assert document is not None
    row = by_name(prior_share.analysis(later, document))["slow_reversion"]
    assert ("fitted before", forecast["as_of"]) == (row["how"], row["as_of"])
    assert (kept["headline"], kept["points"], None) == (row["headline"], row["points"], row["why"])
    assert prior_words.reached(row).startswith("fitted to what was known 2")
    # An earlier forecast knows nothing of it.
    earlier: Forecast = {**forecast, "as_of": "2020-01-01T00:00:00Z"}
    assert prior_fits.latest(desk, earlier, load("slow_reversion")) is None


def test_sets_whose_fit_is_old_take_turns_by_day(forecast: Forecast) -> None:
    fitted = {"how": "fitted before", "as_of": forecast["as_of"]}
    rows: list[dict[str, Any]] = [
        {"name": "weighed", "how": "weighed", "as_of": None},
        {"name": "young", **fitted},
        {"name": "never", "how": "needs a fit", "as_of": None},
    ]
    turns = set()
    for days in (0, 1, 29, 30):
        when = datetime.fromisoformat(forecast["as_of"]) + timedelta(days=days)
        at: Forecast = {**forecast, "as_of": when.isoformat()}
        turns.add((days > 28, prior_fits.due(rows, at)))
    assert turns == {(False, "never"), (True, "young"), (True, "never")}
    assert prior_fits.due(rows[:2], forecast) is None


@pytest.mark.usefixtures("pretended")
def test_the_job_fits_one_that_is_due_and_tells_it(
    desk: Desk, forecast: Forecast, found: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = {name for name, one in by_name(found).items() if one["how"] == "needs a fit"}
    diagnose, refused = gate.diagnose, []

    def once(tree: Any) -> Any:
        refused.append(tree)
        return {**diagnose(tree), "passed": len(refused) > 1}

    monkeypatch.setattr(gate, "diagnose", once)  # another is drawn with the next seed
    told = work.prior_sets(desk).message
    name = told.partition(" ")[0]
    assert name in waiting
    assert f"points from {forecast['forecast_id']}" in told
    again = by_name(worked_out.require(desk, prior_share.NAME))
    assert again[name]["how"] == "fitted"
    monkeypatch.setattr(gate, "diagnose", lambda tree: {**diagnose(tree), "passed": False})
    with pytest.raises(FitRejected, match="is not kept"):
        work.prior_sets(desk)
    monkeypatch.setattr(prior_fits, "due", lambda *_: None)
    assert work.prior_sets(desk).message.startswith("every prior set is known")


def test_without_a_forecast_the_job_has_nothing_to_fit(bare: Desk) -> None:
    assert analysing.renew_prior_set(bare).startswith("nothing to fit: there is no forecast yet")


@pytest.mark.usefixtures("pretended")
def test_a_fit_that_is_refused_is_not_kept(
    desk: Desk, forecast: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnose = gate.diagnose
    monkeypatch.setattr(gate, "diagnose", lambda tree: {**diagnose(tree), "passed": False})
    with pytest.raises(FitRejected, match="post_1945 is not kept"):
        prior_fits.fit_set(desk, forecast, "post_1945")
    assert worked_out.get(desk, "prior-set-post_1945", forecast["forecast_id"]) is None
    with pytest.raises(UnknownName, match="nearest: post_1945"):
        prior_fits.fit_set(desk, forecast, "post_1946")


def test_the_command_says_all_of_it(found: dict[str, Any], run: Run) -> None:
    assert found == json.loads(run("prior-share", "--json").stdout)
    text = run("prior-share").stdout
    for part in ("all_history", "needs a fit: half_life is set", "Noise and scales", "b_T"):
        assert part in text


def test_before_the_first_forecast_it_says_what_to_do(home: Path, run: Run) -> None:
    assert home.is_dir()
    done = run("prior-share")
    assert isinstance(done.exception, NothingKnown)
    assert "forecaster update" in str(done.exception)


def a_set(name: str, mean: float | None, points: float | None) -> dict[str, Any]:
    return {
        "title": name,
        "headline": None if mean is None else {"mean": mean},
        "points": points,
    }


def test_only_more_than_ten_points_warn() -> None:
    near = [a_set("One", 0.2, 0.0), a_set("Two", 0.3, 10.0), a_set("Three", None, None)]
    assert prior_words.warning(near) is None
    far = [*near, a_set("Four", 0.05, -15.0), a_set("Five", 0.31, 10.1)]
    assert prior_words.warning(far) == (
        "The choice of prior moves the headline by more than ten points: "
        "under “Four” it would be 5 %; under “Five” it would be 31 %."
    )
