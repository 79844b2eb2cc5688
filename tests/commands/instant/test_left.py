"""What becomes of a provisional forecast, and where only a fit can tell."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from typing import Any, cast

import pytest

from forecaster import (
    documents,
    instant,
    recording,
    settings,
    weighing,
)
from forecaster.store import forecasts
from forecaster.wiring import Desk
from jobs import work
from jobs.work import Done
from tests.commands.conftest import NOW, Put, Run
from tests.commands.instant.conftest import URL, Fit, Later, Record, made, stands


def test_without_a_forecast_there_is_nothing_to_weigh(desk: Desk, later: Later) -> None:
    assert instant.run(later(1)).result == "none"
    assert forecasts.standing(desk.engine) is None


def test_an_extreme_reading_leaves_it_to_a_fit(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "gdp_ratio", "2025", 900.0)
    found = instant.run(later(1))

    assert found.result == "queued"
    assert "k-hat" in found.why or "effective draws" in found.why
    assert instant.message(found).startswith("refit queued: ")
    assert stands(desk) == base


@pytest.mark.parametrize(
    ("name", "bound", "said"),
    [("K_HAT_LIMIT", -10.0, "k-hat of the weights is"), ("ESS_LEAST", 1e9, "are needed")],
)
def test_weights_that_do_not_carry_leave_it_to_a_fit(
    publish: Fit,
    record: Record,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    bound: float,
    said: str,
) -> None:
    publish()
    record(1, "joint_exercises", "2026-10", 3)
    monkeypatch.setattr(weighing, name, bound)
    found = instant.run(later(1))

    assert found.result == "queued"
    assert said in found.why
    assert found.k_hat is not None
    assert found.ess is not None


def test_draws_that_cannot_be_opened_leave_it_to_a_fit(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "joint_exercises", "2026-10", 3)
    place = forecasts.posterior_of(desk.engine, base["forecast_id"])
    assert place is not None
    file = desk.settings.home / place[0]
    content = file.read_bytes()
    file.write_bytes(b"damaged")
    assert "is not what was written" in instant.run(later(1)).why
    file.unlink()
    assert "is gone" in instant.run(later(1)).why
    file.write_bytes(content)
    made(instant.run(later(1)))


def test_one_whose_row_is_refused_leaves_no_file(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "joint_exercises", "2026-10", 3)
    before = set((desk.settings.home / "posteriors").iterdir())
    with sqlite3.connect(desk.settings.home / settings.DATABASE_NAME) as database:
        refusal = "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        database.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON forecasts {refusal}")
    found = instant.run(later(1))
    database.close()

    assert ("queued", None) == (found.result, found.document)
    assert "no room" in found.why
    assert before == set((desk.settings.home / "posteriors").iterdir())
    assert base["forecast_id"] == stands(desk)["forecast_id"]


def test_an_indicator_that_the_fit_does_not_know_leaves_it_to_a_fit(
    publish: Fit, later: Later
) -> None:
    publish()
    desk = later(1)
    one = desk.catalogue["joint_exercises"].model_copy(update={"id": "made_up", "history": ()})
    desk.__dict__["catalogue"] = {**desk.catalogue, "made_up": one}
    stated = recording.Stated("made_up", "2026-10", "3", URL, reason="made up")
    assert recording.store(desk, stated).result == "added"
    found = instant.run(desk)

    assert found.result == "queued"
    assert "another catalogue of indicators" in found.why


def test_the_fit_replaces_it_and_keeps_how_far_it_was_off(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    publish()
    record(1, "joint_exercises", "2026-10", 3)
    before = made(instant.run(later(1)))
    after = publish(2)  # though nothing is new: a provisional forecast has to be replaced

    assert stands(desk)["forecast_id"] == after["forecast_id"]
    off = after["instant"]
    assert off["provisional"] == before["forecast_id"]
    assert off["mean"] == before["headline"]["mean"]
    difference = before["headline"]["mean"] - after["headline"]["mean"]
    assert off["points"] == pytest.approx(100.0 * difference)
    assert off["mcse"] > 0.0
    assert (off["k_hat"], off["ess"]) == (before["weighed"]["k_hat"], before["weighed"]["ess"])
    assert after["explanation"]["from"] == before["weighed"]["base"]
    assert documents.before(desk, after["forecast_id"]) is not None


def test_a_fit_that_knows_more_is_no_measure_of_it(
    publish: Fit, record: Record, later: Later
) -> None:
    publish()
    record(1, "joint_exercises", "2026-10", 3)
    made(instant.run(later(1)))
    record(2, "joint_exercises", "2026-10", 1)

    assert "instant" not in publish(3)


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
