"""The steps of an update around the fit, which a made-up posterior stands in for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import xarray as xr

from forecaster import recording, update
from forecaster.errors import Busy, Interrupted, NothingKnown
from forecaster.posterior import files, schema
from forecaster.posterior import words as in_words
from forecaster.store import forecasts, resolutions, runs
from forecaster.store.lock import update_lock
from forecaster.wiring import Desk
from indicators import catalogue
from tests import posteriors
from tests.commands.conftest import NOW

URL = "https://example.org/page"


class Fit:
    """Stands in for the fit; remembers what it was given."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.make: Callable[[], xr.DataTree] = posteriors.posterior

    def infer(
        self, known: list[Any], indicators: Any, priors: Any, situation: Any, **more: Any
    ) -> xr.DataTree:
        self.asked.append(
            {"known": known, "indicators": indicators, "priors": priors, "situation": situation}
            | more
        )
        return self.make()


@pytest.fixture
def fit(monkeypatch: pytest.MonkeyPatch) -> Fit:
    stand_in = Fit()
    monkeypatch.setattr(update, "infer", stand_in.infer)
    return stand_in


def stuck() -> xr.DataTree:
    """Chains that disagree."""
    tree = posteriors.posterior()
    shown = tree["shown"].to_dataset()
    apart = np.arange(posteriors.CHAINS)[:, None] + shown["kappa_bar"].values
    tree["shown"] = xr.DataTree(shown.assign(kappa_bar=(("chain", "draw"), apart)))
    return tree


def last_run(desk: Desk) -> runs.Run:
    return runs.recent(desk.engine, 1)[0]


def test_a_fit_that_passes_is_published_with_its_posterior(fit: Fit, desk: Desk) -> None:
    done = update.run(desk, seed=7)

    assert done.kind == "published"
    assert forecasts.standing(desk.engine) == done.document
    assert done.document is not None
    place = forecasts.posterior_of(desk.engine, done.document["forecast_id"])
    assert place is not None
    tree = files.load(desk.settings.home / place[0], place[1])
    assert schema.violations(tree) == []
    assert tree.attrs["random_seed"] == fit.asked[0]["seed"] == 7
    assert (last_run(desk).status, last_run(desk).kind) == ("succeeded", "update")
    assert {one.indicator for one in fit.asked[0]["known"]} <= {
        name for name, one in catalogue().items() if one.role == "evidence"
    }


def test_nothing_new_means_no_fit(fit: Fit, desk: Desk) -> None:
    first = update.run(desk).document
    again = update.run(replace(desk, clock=lambda: NOW + timedelta(hours=3)))

    assert (again.kind, again.document) == ("unchanged", first)
    assert "nothing is new since 22 Nov 2026 06:15 UTC" in again.message
    assert len(fit.asked) == 1
    assert last_run(desk).status == "succeeded"


@pytest.mark.parametrize("what", ["reading", "resolution", "month", "posterior", "force"])
def test_whatever_is_new_means_a_fit(fit: Fit, desk: Desk, what: str) -> None:
    first = update.run(desk).document
    assert first is not None
    later = replace(desk, clock=lambda: NOW + timedelta(hours=1))
    match what:
        case "reading":
            recording.store(later, recording.Stated("leader_meetings", "2026-10", "1", URL))
        case "resolution":
            resolutions.add(desk.engine, "balancing", NOW.date(), URL, NOW)
        case "month":
            later = replace(desk, clock=lambda: NOW + timedelta(days=10))
        case "posterior":
            (desk.settings.home / f"posteriors/{first['forecast_id']}.nc").unlink()
    done = update.run(later, force=what == "force")

    assert done.kind == "published"
    assert len(fit.asked) == 2


def test_an_indicator_that_reads_otherwise_means_a_fit(fit: Fit, desk: Desk) -> None:
    """A sign, a scale or a window changed in a file changes the forecast without any reading."""
    update.run(desk)
    turned = desk.catalogue["leader_meetings"]
    turned = turned.model_copy(update={"informs": turned.informs.model_copy(update={"sign": -1})})
    other = replace(desk, clock=lambda: NOW + timedelta(hours=1))
    other.__dict__["catalogue"] = desk.catalogue | {"leader_meetings": turned}

    assert update.run(other).kind == "published"
    retitled = turned.model_copy(update={"title": "Another title"})
    third = replace(desk, clock=lambda: NOW + timedelta(hours=2))
    third.__dict__["catalogue"] = desk.catalogue | {"leader_meetings": retitled}
    assert update.run(third).kind == "unchanged"
    assert len(fit.asked) == 2


def test_a_reading_of_context_is_nothing_new(fit: Fit, desk: Desk) -> None:
    update.run(desk)
    recording.store(desk, recording.Stated("gdp_ratio_seed", "2016", "8", URL))

    assert update.run(desk).kind == "unchanged"
    assert len(fit.asked) == 1


def test_a_fit_that_fails_the_gate_is_kept_and_not_shown(fit: Fit, desk: Desk) -> None:
    first = update.run(desk).document
    fit.make = stuck
    done = update.run(replace(desk, clock=lambda: NOW + timedelta(hours=1)), force=True)

    assert done.kind == "rejected"
    assert "R-hat" in done.message
    assert "kappa_bar" in done.message
    assert forecasts.standing(desk.engine) == first
    (kept,) = forecasts.history(desk.engine, kinds=("rejected",))
    assert forecasts.posterior_of(desk.engine, kept.forecast_id) is not None
    assert last_run(desk).status == "rejected"


def test_a_fit_that_was_refused_is_not_drawn_the_same_way_again(fit: Fit, desk: Desk) -> None:
    """The same seed gives the same draws, and so the same refusal for ever."""
    fit.make = stuck
    assert ["rejected", "rejected"] == [update.run(desk).kind for _ in range(2)]
    later = replace(desk, clock=lambda: NOW + timedelta(minutes=1))
    assert "rejected" == update.run(later, seed=1).kind  # stated, so it is kept to
    fit.make = posteriors.posterior
    done = update.run(later)
    assert [1, 2, 1, 3] == [one["seed"] for one in fit.asked]
    assert done.document is not None
    assert ("published", 3) == (done.kind, done.document["random_seed"])
    recording.store(desk, recording.Stated("leader_meetings", "2026-10", "1", URL))
    update.run(replace(desk, clock=lambda: NOW + timedelta(hours=1)))
    assert 1 == fit.asked[-1]["seed"], "other data begin anew"


def test_a_hindcast_knows_what_was_known_and_never_stands(fit: Fit, desk: Desk) -> None:
    first = update.run(desk).document
    at = datetime(2018, 12, 31, 23, 59, 59, tzinfo=UTC)
    done = update.run(desk, as_of=at)

    assert done.kind == "hindcast"
    assert forecasts.standing(desk.engine) == first
    assert forecasts.standing(desk.engine, at) is None
    given = fit.asked[-1]
    assert max(one.known_at for one in given["known"]) <= at
    assert given["situation"].as_of == at.date()
    # It says nothing about how fresh the standing forecast is.
    assert (last_run(desk).kind, last_run(desk).status) == ("hindcast", "succeeded")


def test_a_hindcast_before_the_record_is_refused(fit: Fit, desk: Desk) -> None:
    with pytest.raises(NothingKnown, match="too little to fit"):
        update.run(desk, as_of=datetime(1999, 1, 1, tzinfo=UTC))
    assert fit.asked == []


def test_a_resolution_counts_from_its_own_day(fit: Fit, desk: Desk) -> None:
    resolutions.add(desk.engine, "balancing", datetime(2024, 5, 1, tzinfo=UTC).date(), URL, NOW)
    update.run(desk, as_of=datetime(2024, 4, 30, 23, 0, tzinfo=UTC))
    update.run(desk, as_of=datetime(2024, 5, 1, 1, 0, tzinfo=UTC))
    before, after = (one["situation"] for one in fit.asked)

    assert (before.in_force, before.left_retreat) == ("retreat", None)
    assert after.in_force == "balancing"
    assert after.left_retreat == datetime(2024, 5, 1, tzinfo=UTC).date()


def test_control_c_leaves_everything_as_it_was(fit: Fit, desk: Desk) -> None:
    def interrupted() -> xr.DataTree:
        raise KeyboardInterrupt

    first = update.run(desk).document
    fit.make = interrupted
    with pytest.raises(Interrupted, match="nothing was stored, the last forecast stands"):
        update.run(desk, force=True)

    assert forecasts.standing(desk.engine) == first
    assert len(list((desk.settings.home / "posteriors").iterdir())) == 1
    assert last_run(desk).status == "failed"
    assert "stopped by the user" in last_run(desk).message
    fit.make = posteriors.posterior
    later = replace(desk, clock=lambda: NOW + timedelta(hours=1))
    assert update.run(later, force=True).kind == "published"


def test_whatever_goes_wrong_is_noted_with_the_run(fit: Fit, desk: Desk) -> None:
    def broken() -> xr.DataTree:
        raise ZeroDivisionError("by nothing")

    fit.make = broken
    with pytest.raises(ZeroDivisionError):
        update.run(desk)

    assert (last_run(desk).status, last_run(desk).message) == (
        "failed",
        "ZeroDivisionError: by nothing",
    )


def test_a_second_update_is_told_of_the_first(fit: Fit, desk: Desk) -> None:
    with (
        update_lock(desk.settings.home, "forecaster update"),
        pytest.raises(Busy, match=r"`forecaster update` \(process \d+, since .*\) is at work"),
    ):
        update.run(desk)
    assert fit.asked == []
    assert runs.recent(desk.engine) == []


def test_retired_indicators_neither_help_nor_harm_confidence(
    fit: Fit, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def words(_probability: float, **more: Any) -> dict[str, str]:
        asked.update(more)
        return {"likelihood": "unlikely", "confidence": "low", "confidence_reason": "because"}

    monkeypatch.setattr(in_words, "words", words)
    done = update.run(desk)
    watched = {
        name
        for name, one in desk.catalogue.items()
        if one.role == "evidence" and one.retired is None
    }

    assert fit.asked
    assert done.document is not None
    assert asked["expected"] == len(watched) < len(desk.catalogue)
    assert asked["current"] == len(watched - set(done.document["sources"]["late"]))
