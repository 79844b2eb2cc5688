"""Predictions from the update that makes them to the scoreboard: real designs, made-up draws."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from forecaster import predicting, recording, update
from forecaster.errors import WrongValue
from forecaster.posterior import scores
from forecaster.posterior.levels import LEVELS
from forecaster.scoring import board, coming
from forecaster.store import forecasts, predictions, readings, runs
from forecaster.store.records import NewReading
from forecaster.wiring import Desk
from indicators import Period
from tests import drawn
from tests.commands.conftest import NOW, Put, Run
from tests.predicted import counted, keep, measured

URL = "https://example.org/page"
LATER = NOW + timedelta(days=400)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws that no fit made, which pass the gate."""
    drawn.pretend(monkeypatch)


def read(
    desk: Desk, indicator: str, period: str, value: float, known: datetime | None = None
) -> None:
    """A reading that became known and was recorded after ``NOW``."""
    moment = known or NOW + timedelta(days=30)
    one = NewReading(indicator, Period.parse(period), value, moment, moment, URL, "fetched")
    readings.add(desk.engine, [one], now=moment)


def later(desk: Desk) -> Desk:
    return replace(desk, clock=lambda: LATER)


def fared(desk: Desk, kind: str = "live") -> list[predictions.Fared]:
    return predictions.fared(desk.engine, kind)


@pytest.mark.usefixtures("made_up")
def test_an_update_stores_what_it_predicts_and_it_is_scored_when_it_comes(desk: Desk) -> None:
    done = update.run(desk, seed=1)
    assert done.document is not None
    made = predictions.of_forecasts(desk.engine, [done.document["forecast_id"]])
    assert len({one.indicator for one in made}) > 50
    assert {one.ahead for one in made} == {1, 3, 12}
    assert {one.kind for one in made} == {"live"}
    assert all(one.due > NOW.date() for one in made)
    target = next(one for one in made if one.indicator == "leader_meetings")
    assert coming.score(later(desk)) == 0
    known = NOW + timedelta(days=60)
    stated = recording.Stated("leader_meetings", target.period, "1", URL)
    assert recording.store(replace(desk, clock=lambda: known), stated).result == "added"
    assert coming.score(later(desk)) == 1
    (row,) = fared(desk)
    assert (row.indicator, row.period, row.value) == ("leader_meetings", target.period, 1.0)
    assert row.crps > 0.0
    assert 0.0 <= row.pit <= 1.0


@pytest.mark.usefixtures("made_up")
def test_a_hindcast_is_scored_by_what_came_after_it(desk: Desk) -> None:
    at = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
    done = update.run(desk, seed=1, as_of=at)
    assert done.kind == "hindcast"
    assert coming.score(later(desk)) > 40
    assert fared(desk) == []
    found = fared(desk, "hindcast")
    assert all(row.known_at > "2024-01-01" for row in found)
    # Most vintages of the record are inferred, some are known.
    assert {row.known_for_sure for row in found} == {True, False}
    (name,) = {row.forecast_id for row in found}
    shown = board.document(desk, "hindcast", LATER, forecast_ids=[name])
    assert shown["overall"]["readings"] == len(found)
    assert coming.score(later(desk), [name]) == 0


@pytest.mark.usefixtures("made_up")
def test_predictions_that_break_off_do_not_cost_the_forecast(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("no luck")

    monkeypatch.setattr(predicting, "of_draws", broken)
    done = update.run(desk, seed=1)
    assert done.kind == "published"
    assert forecasts.standing(desk.engine) is not None
    assert "readings to come were not predicted: ZeroDivisionError: no luck" in done.message
    assert "not predicted" in runs.recent(desk.engine, 1)[0].message
    assert predictions.of_forecasts(desk.engine) == []


def test_scoring_is_what_the_distributions_say(desk: Desk) -> None:
    keep(desk.engine, measured("2026", mean=1.0, sd=0.5), counted("2026-12"), made_at=NOW)
    read(desk, "gdp_ratio", "2026", 1.8)
    read(desk, "leader_meetings", "2026-12", 0)
    assert coming.score(later(desk)) == 2
    first, second = fared(desk)
    exact = scores.measured(norm.ppf(LEVELS, 1.0, 0.5)[None], np.array([1.8]))
    assert first.crps == pytest.approx(float(exact.crps[0]))
    assert first.log_score == pytest.approx(norm.logpdf(1.8, 1.0, 0.5), abs=1e-5)
    assert first.pit == pytest.approx(norm.cdf(1.8, 1.0, 0.5))
    assert first.no_change_log == pytest.approx(norm.logpdf(1.8, 1.0, 1.0), abs=0.15)
    assert first.seasonal_crps is None
    assert second.seasonal_crps is not None
    assert second.no_change_crps > second.crps
    assert second.log_score == pytest.approx(np.log(scores.negative_binomial(0.5, 2.0)[0]))


def test_the_first_release_counts_and_a_revision_is_kept_apart(desk: Desk) -> None:
    keep(desk.engine, measured("2026"), made_at=NOW)
    read(desk, "gdp_ratio", "2026", 1.8)
    assert coming.score(later(desk)) == 1
    read(desk, "gdp_ratio", "2026", 2.5, LATER + timedelta(days=1))
    after = replace(desk, clock=lambda: LATER + timedelta(days=2))
    assert coming.score(after) == 1
    assert coming.score(after) == 0
    (row,) = fared(desk)
    assert row.value == 1.8


def test_what_was_known_already_scores_nothing(desk: Desk) -> None:
    read(desk, "gdp_ratio", "2026", 1.8, NOW - timedelta(hours=1))
    keep(desk.engine, measured("2026"), made_at=NOW)
    assert coming.score(later(desk)) == 0
    # Known to the world before, but not to us: the forecast had not seen it.
    early = NewReading("gdp_ratio", Period.parse("2026"), 2.0, NOW, NOW, URL, "fetched")
    readings.add(desk.engine, [early], now=NOW + timedelta(days=1))
    assert coming.score(later(desk)) == 1


def test_a_poll_in_the_year_resolves_the_year_and_a_count_does_not(desk: Desk) -> None:
    keep(
        desk.engine,
        measured("2027", "us_opinion_of_russia", at="2027-03", months=1),
        counted("2027", "fm_meetings"),
        made_at=NOW,
    )
    read(desk, "us_opinion_of_russia", "2027-04", 1.1)
    read(desk, "us_opinion_of_russia", "2027-09", 2.2, NOW + timedelta(days=90))
    read(desk, "fm_meetings", "2027-04", 1)
    assert coming.score(later(desk)) == 1
    (row,) = fared(desk)
    assert (row.indicator, row.value) == ("us_opinion_of_russia", 1.1)


def test_twelve_months_make_a_year_of_a_count(desk: Desk) -> None:
    keep(desk.engine, counted("2027", "fm_meetings"), made_at=NOW)
    for month in range(1, 13):
        assert coming.score(later(desk)) == 0
        read(desk, "fm_meetings", f"2027-{month:02d}", float(month % 2))
    assert coming.score(later(desk)) == 1
    assert fared(desk)[0].value == 6.0


def test_a_total_of_a_year_is_compared_on_the_scale_of_the_year(desk: Desk) -> None:
    scale = {"kind": "flow", "transform": "log", "rate": True, "center": 0.0, "scale": 1.0}
    one = measured("2027", "trade_total", mean=0.0, sd=1.0, scale=scale, whole=True)
    keep(desk.engine, one, made_at=NOW)
    read(desk, "trade_total", "2027", 12.0)
    coming.score(later(desk))
    assert fared(desk)[0].pit == pytest.approx(0.5)
    assert board.stated(dict(one.body))[1] == pytest.approx(12.0)


def test_with_nothing_scored_it_says_so_and_when_the_first_will_be(desk: Desk, run: Run) -> None:
    result = run("score")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "Nothing was predicted by live forecasts yet" in said
    assert "no headline was published yet" in said
    keep(desk.engine, counted("2099-12", due=date(2100, 1, 3)), made_at=NOW - timedelta(days=9))
    said = " ".join(run("score").stdout.split())
    assert "Nothing is scored yet: of live forecasts no predicted reading has come" in said
    assert "due on 3 Jan 2100" in said
    assert "Meetings of the presidents" in said
    found = json.loads(run("score", "--json").stdout)
    assert found["overall"] is None
    assert found["predictions"]["next_due"] == "2100-01-03"
    assert found["due"][0]["indicator"] == "leader_meetings"
    assert "Nothing was predicted by hindcasts" in " ".join(
        run("score", "--hindcasts").stdout.split()
    )


def test_the_command_scores_and_tells(desk: Desk, run: Run, put: Put) -> None:
    put("one", mean=0.13)
    made = NOW - timedelta(days=30)
    keep(desk.engine, measured("2026"), counted("2026-10"), made_at=made)
    read(desk, "gdp_ratio", "2026", 3.9, NOW - timedelta(days=3))
    read(desk, "leader_meetings", "2026-10", 1, NOW - timedelta(days=3))
    text = run("score").stdout
    assert "2 readings scored" in " ".join(text.split())
    assert "The largest misses of 2026-11" in text
    found = json.loads(run("score", "--json").stdout)
    assert found["kind"] == "live"
    assert found["predictions"]["scored"] == 2
    assert found["misses"][0]["indicator"] == "gdp_ratio"
    assert found["misses"][0]["expected"]["median"] == pytest.approx(1.0)
    assert found["overall"]["coverage"]["90"]["mean"] == 0.5
    assert [one["ahead"] for one in found["by_ahead"]] == [1, 12]
    assert sum(found["pit"]) == pytest.approx(1.0)
    assert found["question"]["scored"] == 0
    assert found["reference"]["schemes"]


def test_the_question_is_scored_once_an_alliance_came(desk: Desk, put: Put) -> None:
    from forecaster.store import resolutions

    put("one", NOW - timedelta(days=20), mean=0.25)
    put("two", NOW - timedelta(days=2), mean=0.25)
    assert board.document(desk, "live", NOW)["question"]["brier"] is None
    day = (NOW - timedelta(days=10)).date()
    resolutions.add(desk.engine, "alliance", day, URL, NOW)
    found = board.document(desk, "live", NOW)["question"]
    # The second was made when it had come already: that was no forecast any more.
    assert found["scored"] == 1
    assert found["brier"] == pytest.approx(0.75**2)
    assert found["log_score"] == pytest.approx(np.log(0.25))
    assert found["resolved_on"] == day.isoformat()


def test_the_steadiness_of_the_headline_is_told(desk: Desk, put: Put, run: Run) -> None:
    for k, mean in enumerate((0.1, 0.2, 0.1, 0.2, 0.15)):
        put(f"f{k}", NOW - timedelta(days=40 - k), mean=mean)
    found = board.document(desk, "live", NOW)["stability"]
    # What a fit corrects of a provisional forecast is no news taken back.
    put("weighed", NOW - timedelta(days=38, hours=12), kind="provisional", mean=0.9)
    assert found == board.document(desk, "live", NOW)["stability"]
    assert found["moves"] == 4
    assert found["path"] == pytest.approx(0.35)
    assert found["taken_back"] > 0.5
    assert "was gone again within 90 days" in " ".join(run("score").stdout.split())


def test_a_kind_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(WrongValue, match="none of live, hindcast"):
        board.document(desk, "rejected", NOW)
