"""A provisional forecast, from files to the document: what it says."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from forecaster import (
    instant,
    kept_paths,
    knowing,
    opened,
    standing,
    weighing,
)
from forecaster.belief import Forecast
from forecaster.model.moment import Moment
from forecaster.posterior import reweighed, series
from forecaster.store import forecasts, resolutions
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, ROOT
from tests.commands.instant.conftest import URL, Fit, Later, Record, made, stands


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
    with threadpool_limits(1, "blas"):  # as they were kept
        anew = opened.paths(desk, one, opened.saved(desk, one))
    np.testing.assert_array_equal(kept.value, anew.value)
    np.testing.assert_array_equal(kept.reopened.paths.factors, anew.reopened.paths.factors)
    assert kept.reopened.constants == anew.reopened.constants
    first = made(instant.run(later(1)))

    for name in ("named.kappa.npy", kept_paths.ABOUT):
        kept_paths.keep(desk, base, anew)
        (folder / name).write_bytes(b"damaged")
        assert kept_paths.load(desk, base) is None
        found = weighing.weigh(later(1), base, _moment(later(1)))
        assert float(found.weights.mean(found.drawn.value)) == pytest.approx(
            first["headline"]["mean"], rel=1e-12
        )
    weighing.make_ready(desk, publish(3))
    (other,) = (desk.settings.home / kept_paths.FOLDER).iterdir()
    assert other.name != folder.name


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


def _flat(value: Any) -> dict[str, Any]:
    """Every number of a part of a document by its path."""
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = ((str(k), one) for k, one in enumerate(value))  # type: ignore[assignment]
    else:
        return {"": value} if isinstance(value, float) else {}
    return {f"{name}/{path}": one for name, part in pairs for path, one in _flat(part).items()}


def _moment(desk: Desk) -> Moment:
    seen = knowing.known(desk, desk.clock())
    return Moment(tuple(seen.readings), seen.situation)
