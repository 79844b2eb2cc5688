"""A provisional forecast, from files to the command: real designs, draws that no fit made."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from forecaster import (
    documents,
    instant,
    kept_paths,
    knowing,
    opened,
    recording,
    standing,
    weighing,
)
from forecaster.belief import Forecast
from forecaster.instant import Outcome
from forecaster.model.moment import Moment
from forecaster.posterior import reweighed, series
from forecaster.store import forecasts, resolutions
from forecaster.wiring import Desk
from tests.commands.conftest import NOW
from tests.commands.provisional.conftest import URL, Fit, Later, Record


def made(outcome: Outcome) -> Forecast:
    assert outcome.result == "provisional", outcome
    assert outcome.document is not None
    return outcome.document


def stands(desk: Desk) -> Forecast:
    found = forecasts.standing(desk.engine)
    assert found is not None
    return found


def test_a_reading_gives_a_provisional_forecast_that_stands(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "joint_exercises", "2026-10", 3)
    found = made(instant.run(later(1)))

    assert found == stands(desk)
    assert found["status"] == "provisional"
    assert found["weighed"]["base"] == base["forecast_id"]
    assert found["weighed"]["was"] == base["headline"]["mean"]
    assert found["weighed"]["k_hat"] < 0.7
    assert found["weighed"]["ess"] >= 400.0
    assert found["headline"]["mean"] != base["headline"]["mean"]
    assert found["headline"]["mcse"] > base["headline"]["mcse"]
    assert found["n_readings"] == base["n_readings"] + 1
    assert found["diagnostics"] == base["diagnostics"]
    for row in found["horizons"]:
        assert sum(one["mean"] for one in row["scenarios"].values()) == pytest.approx(1.0)
    told = standing.forecast(desk.settings, NOW + timedelta(hours=1))
    assert told["status"] == "provisional"
    told_why = found["explanation"]
    assert (told_why["from"], told_why["draws_of"]) == (base["forecast_id"], "from")
    assert {one["indicator"] for one in told_why["parts"]} == {"joint_exercises", None}


def test_weights_of_no_news_leave_every_number(publish: Fit, record: Record, later: Later) -> None:
    base = publish()
    # As likely under every draw: the indicator has no reading yet, so nothing ties its level down.
    record(1, "joint_exercises", "1992-01", 0)
    found = made(instant.run(later(1)))
    assert found["weighed"]["k_hat"] == 0.0
    for name in ("headline", "horizons", "hazards", "factors", "parameters", "constraints"):
        now, was = _flat(found[name]), _flat(base[name])
        assert now == pytest.approx(was, rel=1e-9)


def test_equal_weights_give_the_document_of_the_fit(publish: Fit, later: Later) -> None:
    base = publish()
    desk = later(1)
    end = opened.side(desk, base).moment
    found = weighing.weigh(desk, base, Moment(end.readings, end.situation))
    n = len(found.drawn.value)
    assert found.k_hat == 0.0
    assert np.exp(found.log_weights) == pytest.approx(np.full(n, 1.0 / n))
    world = weighing.world(desk, found, 1)
    again = reweighed.numbers(base, found.saved, world.now, found.weights)
    for name, numbers in again.items():
        assert _flat(numbers) == pytest.approx(_flat(base[name]), rel=1e-9)  # type: ignore[literal-required]


def _flat(value: Any) -> dict[str, Any]:
    """Every number of a part of a document by its path."""
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = ((str(k), one) for k, one in enumerate(value))  # type: ignore[assignment]
    else:
        return {"": value} if isinstance(value, float) else {}
    return {f"{name}/{path}": one for name, part in pairs for path, one in _flat(part).items()}


def test_a_supportive_reading_raises_it_and_an_opposing_one_lowers_it(
    publish: Fit, record: Record, later: Later
) -> None:
    """Made-up draws lie close together, so that their factors tell more than the headline."""
    base = publish()
    record(1, "us_opinion_of_china", "2026-10", 95)
    up = made(instant.run(later(1)))
    record(2, "us_opinion_of_china", "2026-10", 60)
    down = made(instant.run(later(2)))

    assert up["headline"]["mean"] > down["headline"]["mean"]
    between = base["factors"]["cn_us"]["mean"]
    assert up["factors"]["cn_us"]["mean"] > between > down["factors"]["cn_us"]["mean"]
    assert down["weighed"]["base"] == base["forecast_id"]  # and not the one in between


def test_what_is_known_already_makes_no_forecast(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    publish()
    assert instant.run(later(1)).result == "unchanged"
    record(1, "joint_exercises", "2026-10", 1)
    first = made(instant.run(later(1)))
    assert instant.run(later(1)).result == "unchanged"
    assert stands(desk) == first


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


def test_another_month_and_what_came_into_force_are_weighed_too(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(24 * 12, "joint_exercises", "2026-10", 1)
    found = made(instant.run(later(24 * 12)))
    assert found["headline"]["date"] == "2036-12-31"
    assert base["headline"]["date"] == "2036-11-30"
    assert "time" in {one["kind"] for one in found["explanation"]["parts"]}

    when = NOW + timedelta(days=13)
    resolutions.add(desk.engine, "balancing", when.date(), URL, when)
    outcome = instant.run(later(24 * 13))
    if outcome.result == "provisional":
        after = made(outcome)
        assert after["in_force"] == "balancing"
        assert after["headline"]["mean"] < found["headline"]["mean"]
        assert after["horizons"][0]["scenarios"]["balancing"]["mean"] > 0.5
        assert "explanation" not in after
    else:
        assert "k-hat" in outcome.why or "effective draws" in outcome.why


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


def test_its_file_has_the_curves_of_the_page(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "joint_exercises", "2026-10", 3)
    found = made(instant.run(later(1)))

    def curves(document: Forecast) -> Any:
        place = forecasts.posterior_of(desk.engine, document["forecast_id"])
        assert place is not None
        return series.load(desk.settings.home / place[0], place[1])

    was, now = curves(base), curves(found)
    assert now["months"] == was["months"]
    assert now["fitted"] == was["fitted"]
    assert now["factors"]["alignment"]["mean"][-1] == pytest.approx(
        found["factors"]["alignment"]["mean"], abs=1e-6
    )
    at = now["scenarios"]["months"].index("2036-11")
    assert now["alliance_by"]["mean"][at] == pytest.approx(found["headline"]["mean"], abs=1e-9)
    assert now["alliance_by"]["q95"][at] == pytest.approx(found["headline"]["upper"], abs=1e-9)
    assert sum(now["scenarios"]["mean"][name][at] for name in now["scenarios"]["mean"]) == (
        pytest.approx(1.0)
    )


def test_draws_that_are_kept_open_give_the_same_forecast(
    publish: Fit, record: Record, later: Later, desk: Desk
) -> None:
    base = publish()
    record(1, "joint_exercises", "2026-10", 1)
    weighing.make_ready(desk, base)
    (folder,) = (desk.settings.home / kept_paths.FOLDER).iterdir()
    kept = kept_paths.load(desk, base)
    assert kept is not None
    one = opened.side(desk, base)
    anew = opened.paths(desk, one, opened.saved(desk, one))
    np.testing.assert_array_equal(kept.value, anew.value)
    np.testing.assert_array_equal(kept.reopened.paths.factors, anew.reopened.paths.factors)
    assert kept.reopened.constants == anew.reopened.constants
    first = made(instant.run(later(1)))

    for name in ("named.kappa.npy", kept_paths.ABOUT):
        kept_paths.keep(desk, base, kept)
        (folder / name).write_bytes(b"damaged")
        assert kept_paths.load(desk, base) is None
        found = weighing.weigh(later(1), base, _moment(later(1)))
        assert float(found.weights.mean(found.drawn.value)) == pytest.approx(
            first["headline"]["mean"], rel=1e-12
        )
        shutil.rmtree(folder)
    weighing.make_ready(desk, publish(3))
    (other,) = (desk.settings.home / kept_paths.FOLDER).iterdir()
    assert other.name != folder.name


def _moment(desk: Desk) -> Moment:
    seen = knowing.known(desk, desk.clock())
    return Moment(tuple(seen.readings), seen.situation)
