"""How much is prior, from files to the command: real designs, draws that no fit made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecaster import opened, prior_share, worked_out
from forecaster.belief import Forecast
from forecaster.errors import FitRejected, NothingKnown, UnknownName
from forecaster.model import scaling
from forecaster.posterior import gate, prior_words
from forecaster.wiring import Desk
from priors import Normal, Priors, load, set_names
from tests.commands.conftest import Run


@pytest.fixture
def desk(told: Desk) -> Desk:
    return told


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
def test_a_fit_that_is_refused_is_not_kept(
    desk: Desk, forecast: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnose = gate.diagnose
    monkeypatch.setattr(gate, "diagnose", lambda tree: {**diagnose(tree), "passed": False})
    with pytest.raises(FitRejected, match="post_1945 is not kept"):
        prior_share.fit_set(desk, forecast, "post_1945")
    assert worked_out.get(desk, "prior-set-post_1945", forecast["forecast_id"]) is None
    with pytest.raises(UnknownName, match="nearest: post_1945"):
        prior_share.fit_set(desk, forecast, "post_1946")


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
