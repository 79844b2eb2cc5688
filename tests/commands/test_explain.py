"""Why it moved, from files to the command: real designs and futures, draws that no fit made."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from forecaster import explained, explaining, recording
from forecaster.belief import Explanation, Forecast
from forecaster.errors import NothingKnown
from forecaster.posterior import news_words
from forecaster.store import forecasts, resolutions, runs
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, Fit, Run

URL = "https://example.org/page"


def record(desk: Desk, hours: float, indicator: str, period: str, value: float) -> None:
    at = replace(desk, clock=lambda: NOW + timedelta(hours=hours))
    stated = recording.Stated(indicator, period, str(value), URL, reason="made up")
    assert recording.store(at, stated).result == "added"


def adds_up(found: Explanation) -> None:
    parts, change = found["parts"], found["change"]
    log_odds, points = (
        sum(part["log_odds"] for part in parts),
        sum(part["points"] for part in parts),
    )
    assert log_odds == pytest.approx(change["log_odds"], abs=1e-9)
    assert points == pytest.approx(change["points"], abs=1e-9)
    before, after = found["values"]
    assert found["change"]["points"] == pytest.approx(100.0 * (after - before))
    assert all(part["lower"] <= part["points"] <= part["upper"] for part in found["parts"])


def kinds(found: Explanation) -> set[tuple[str, str | None]]:
    return {(part["kind"], part["indicator"]) for part in found["parts"]}


def part(found: Explanation, kind: str) -> float:
    return sum(one["log_odds"] for one in found["parts"] if one["kind"] == kind)


def alike(one: Explanation, other: Explanation) -> bool:
    """Whether the parts of readings agree within their intervals."""
    names = {name for _, name in kinds(one) | kinds(other) if name is not None}
    assert names
    pairs = [
        [part for given in (one, other) for part in given["parts"] if part["indicator"] == name]
        for name in names
    ]
    return all(a["lower"] < b["upper"] and b["lower"] < a["upper"] for a, b in pairs)


def test_readings_and_revisions_are_told_with_the_forecast(publish: Fit, desk: Desk) -> None:
    first = publish()
    assert "explanation" not in first
    record(desk, 1, "joint_exercises", "2026-10", 2)
    record(desk, 1, "gdp_ratio", "2025", 11.9)
    record(desk, 1, "gdp_ratio", "2024", 11.0)
    second = publish(2, seed=2)

    found = second["explanation"]
    assert (found["from"], found["to"]) == (first["forecast_id"], second["forecast_id"])
    adds_up(found)
    assert kinds(found) == {
        ("reading", "joint_exercises"),
        ("reading", "gdp_ratio"),
        ("revision", "gdp_ratio"),
        ("time", None),
        ("noise", None),
    }
    assert part(found, "time") == 0.0
    assert found["draws_of"] == "from"
    assert found["missing"] == []
    assert forecasts.get(desk.engine, second["forecast_id"]) == second


def test_the_same_draws_and_readings_leave_nothing_to_tell(publish: Fit) -> None:
    publish()
    found = publish(2)["explanation"]

    assert found["change"]["log_odds"] == 0.0
    assert {one["log_odds"] for one in found["parts"]} == {0.0}
    assert found["reliable"]
    assert news_words.moved(found).startswith("Unchanged")


def test_another_month_has_its_own_part(publish: Fit) -> None:
    """Draws are the same, so what is left beside time is the futures drawn anew."""
    publish()
    found = publish(24 * 20)["explanation"]

    adds_up(found)
    assert part(found, "time") != 0.0
    assert found["k_hat"] is not None


def test_what_came_into_force_is_a_reading_of_no_indicator(publish: Fit, desk: Desk) -> None:
    publish()
    now = NOW + timedelta(hours=1)
    resolutions.add(desk.engine, "balancing", NOW.date(), URL, now)
    found = publish(2)["explanation"]

    adds_up(found)
    assert ("reading", None) in kinds(found)
    assert part(found, "reading") < 0.0  # one has to come back from there first
    assert "What is in force" in {news_words.label(one, {}) for one in found["parts"]}


def test_a_posterior_that_is_gone_is_named_and_the_other_one_serves(
    publish: Fit, desk: Desk
) -> None:
    first = publish()
    record(desk, 1, "joint_exercises", "2026-10", 2)
    place = forecasts.posterior_of(desk.engine, first["forecast_id"])
    assert place is not None
    (desk.settings.home / place[0]).rename(desk.settings.home / "kept")
    backwards = publish(2, seed=2)["explanation"]

    adds_up(backwards)
    assert backwards["draws_of"] == "to"
    (said,) = backwards["missing"]
    assert said == f"the posterior file of {first['forecast_id']} is gone"

    (desk.settings.home / "kept").rename(desk.settings.home / place[0])
    forwards = explaining.between(desk, first, _standing(desk))
    assert forwards["draws_of"] == "from"
    assert alike(forwards, backwards)


def test_without_any_draws_the_change_is_left_whole(publish: Fit, desk: Desk) -> None:
    first = publish()
    record(desk, 1, "joint_exercises", "2026-10", 2)
    publish(2, seed=2)
    for file in desk.settings.home.glob("posteriors/*.nc"):
        file.write_bytes(b"damaged")
    found = explaining.between(desk, first, _standing(desk))

    adds_up(found)
    assert kinds(found) == {("noise", None)}
    assert not found["reliable"]
    assert len(found["missing"]) == 2
    assert all(text.endswith("is not what was written") for text in found["missing"])
    assert "could not be split" in found["summary"]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"model_version": "0.0.1+live.0"}, "model"),
        ({"catalogue_hash": "another"}, "model"),
        ({"priors_hash": "another"}, "priors"),
        ({"priors_hash": "another", "model_version": "0.0.1+live.0"}, "model"),
    ],
)
def test_other_models_and_priors_have_a_part_of_their_own(
    publish: Fit, desk: Desk, changed: dict[str, str], kind: str
) -> None:
    first = publish()
    record(desk, 1, "joint_exercises", "2026-10", 2)
    publish(2, seed=2)
    old = cast("Forecast", {**first, **changed})
    found = explaining.between(desk, old, _standing(desk))

    adds_up(found)
    assert (kind, None) in kinds(found)
    assert ("reading", "joint_exercises") in kinds(found)
    assert found["draws_of"] == "to"
    assert part(found, "noise") == 0.0
    assert any(f"{kind}" in text and "Monte Carlo noise" in text for text in found["missing"])
    both = len(changed) == 2
    assert any("the priors changed as well" in text for text in found["missing"]) == both


def test_readings_that_changed_under_a_forecast_are_missed(publish: Fit, desk: Desk) -> None:
    first = publish()
    publish(2, seed=2)
    found = explaining.between(desk, cast("Forecast", {**first, "data_hash": "x"}), _standing(desk))

    adds_up(found)
    assert found["draws_of"] == "to"
    assert any("hash differs" in text for text in found["missing"])


def test_steps_add_up_over_several_forecasts(publish: Fit, desk: Desk) -> None:
    first = publish()
    record(desk, 1, "joint_exercises", "2026-10", 2)
    publish(2, seed=2)
    record(desk, 3, "leader_meetings", "2026-10", 1)
    third = publish(4, seed=3)
    found = explaining.explain(desk, first["forecast_id"])

    adds_up(found)
    assert (found["from"], found["to"]) == (first["forecast_id"], third["forecast_id"])
    assert found["steps"] == 2
    assert {"joint_exercises", "leader_meetings"} <= {name for _, name in kinds(found)}
    assert found == explained.require(desk, first["forecast_id"])
    assert alike(found, explaining.between(desk, first, third))


def test_the_command_works_out_what_nobody_has_and_keeps_it(
    publish: Fit, desk: Desk, run: Run
) -> None:
    first = publish(as_of=NOW - timedelta(days=1))
    second = publish(2, seed=2)
    with pytest.raises(NothingKnown, match=r"run `forecaster explain --since") as raised:
        explained.require(desk, first["forecast_id"])
    assert f"--since {first['forecast_id']} --to {second['forecast_id']}`" in str(raised.value)
    done = run("explain", "--since", first["forecast_id"], "--json")

    found = json.loads(done.stdout)
    adds_up(found)
    assert (found["from"], found["to"]) == (first["forecast_id"], second["forecast_id"])
    assert explained.require(desk, first["forecast_id"]) == found
    assert (runs.recent(desk.engine, 1)[0].kind, runs.recent(desk.engine, 1)[0].status) == (
        "explain",
        "succeeded",
    )
    again = run("explain", "--since", first["forecast_id"], "--json")
    assert json.loads(again.stdout) == found
    assert len([one for one in runs.recent(desk.engine, 20) if one.kind == "explain"]) == 1


def test_the_command_that_is_advised_works_out_the_pair_that_was_asked_for(
    publish: Fit, desk: Desk, run: Run
) -> None:
    """The pair ends before the forecast that stands, so it cannot be meant by ``--since`` alone."""
    first = publish(as_of=NOW - timedelta(days=1))
    second = publish(2, seed=2)
    third = publish(4, seed=3)
    ids = [one["forecast_id"] for one in (first, second, third)]
    with pytest.raises(NothingKnown) as raised:
        explained.require(desk, ids[0], to=ids[1])
    told = re.search(r"`forecaster (.*?)`", str(raised.value))
    assert told is not None
    found = json.loads(run(*told[1].split(), "--json").stdout)

    adds_up(found)
    assert (found["from"], found["to"]) == (ids[0], ids[1])
    assert explained.require(desk, ids[0], to=ids[1]) == found
    with pytest.raises(NothingKnown, match=f"--since {ids[0]} --to {ids[2]}`"):
        explained.require(desk, ids[0])
    assert explained.require(desk, to=ids[2])["from"] == ids[1]


def test_the_command_tells_it_in_words(publish: Fit, desk: Desk, run: Run) -> None:
    publish()
    record(desk, 1, "joint_exercises", "2026-10", 2)
    publish(2, seed=2)
    text = run("explain").stdout

    assert "New readings: Joint military exercises of Russia and China" in text
    assert "Noise of the draws" in text
    assert "The parts add up to the change" in text


def test_a_kept_explanation_that_was_damaged_is_worked_out_again(publish: Fit, desk: Desk) -> None:
    first = publish(as_of=NOW - timedelta(days=1))
    publish(2, seed=2)
    found = explaining.explain(desk, first["forecast_id"])
    (file,) = (desk.settings.home / explained.FOLDER).iterdir()
    for content in ("{", "[]", '{"from": "another"}'):
        file.write_text(content)
        assert explaining.explain(desk, first["forecast_id"]) == found


def _standing(desk: Desk) -> Forecast:
    found = forecasts.standing(desk.engine)
    assert found is not None
    return found
