"""What to watch, from files to the command: real designs, draws that no fit made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from forecaster import (
    analysing,
    documents,
    instant,
    recording,
    update,
    watched,
    watching,
    worked_out,
)
from forecaster.belief import Forecast
from forecaster.errors import NothingKnown
from forecaster.posterior import watch_words
from forecaster.watchlist import Watchlist
from forecaster.wiring import Desk
from indicators import Period
from tests import analysed, drawn, provisional
from tests.commands.conftest import NOW, Put, Run

URL = "https://example.org/page"
Fit = Callable[..., Forecast]


@pytest.fixture
def publish(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Fit:
    """Publish what is known some hours later, with draws of a seed."""
    drawn.pretend(monkeypatch)

    def run(hours: float = 0.0) -> Forecast:
        later = replace(desk, clock=lambda: NOW + timedelta(hours=hours))
        done = update.run(later, seed=1)
        assert done.document is not None
        return done.document

    return run


def test_the_list_covers_every_reading_to_come(publish: Fit, desk: Desk, run: Run) -> None:
    document = publish()
    found = json.loads(run("watch", "--json").stdout)

    assert found["forecast_id"] == document["forecast_id"]
    assert found["headline"] == document["headline"]["mean"]
    names = {one["indicator"] for one in found["indicators"]} | set(found["untold"])
    evidence = {
        name
        for name, one in desk.catalogue.items()
        if one.role == "evidence" and one.retired is None
    }
    assert names <= evidence
    assert {"leader_meetings", "joint_exercises", "trade_total"} <= names
    moves = [one["expected_move"] for one in found["indicators"]]
    assert moves == sorted(moves, reverse=True)
    assert all(move >= 0.0 for move in moves)
    for one in found["indicators"]:
        low, middle, high = (one[name]["value"] for name in ("low", "expected", "high"))
        assert low <= middle <= high, one
        assert Period.parse(one["period"]).start > Period.parse(one["after"]).start
        assert 0.0 <= one["expected"]["headline"] <= 1.0
    assert found["came"] == []
    assert watched.stored(desk, document) is not None
    assert json.loads(run("watch", "--json").stdout) == found  # kept, and not worked out again


def test_the_command_tells_it_in_words(desk: Desk, put: Put, run: Run) -> None:
    put("listed")
    names = ("trade_total", "leader_meetings", "gdp_ratio")
    worked_out.keep(desk, watched.NAME, "listed", analysed.watchlist(*names))
    text = run("watch").stdout

    assert "What may move 24.00 % by the end of November 2036" in text
    assert "Title of trade_total" in text
    assert "Title of gdp_ratio" not in text  # too little to be told from noise
    assert "4 Dec 2026" in text
    assert "3: 24.8 %" in text
    assert "Of 3 readings to come 1 may move it" in text
    assert "silent_one" in text


def test_a_provisional_forecast_has_the_list_of_its_draws(publish: Fit, desk: Desk) -> None:
    base = publish()
    provisional.over(desk, base)
    assert worked_out.published(desk)["forecast_id"] == base["forecast_id"]
    assert instant.of_refit(desk, base) is not None


def test_what_came_is_held_against_what_was_registered(desk: Desk, put: Put) -> None:
    put("early", as_of=NOW - timedelta(hours=3), created_at=NOW - timedelta(hours=3))
    put("late", as_of=NOW - timedelta(hours=2), created_at=NOW - timedelta(hours=2))
    row = analysed.to_watch("leader_meetings")
    row["period"] = "2026-10"
    listed: Watchlist = {**analysed.watchlist(), "indicators": [row]}
    for name in ("early", "late"):
        worked_out.keep(desk, watched.NAME, name, listed)
    assert watched.came(desk) == []

    later = replace(desk, clock=lambda: NOW - timedelta(hours=1))
    stated = recording.Stated("leader_meetings", "2026-10", "7", URL, reason="made up")
    assert recording.store(later, stated).result == "added"
    (one,) = watched.came(desk)

    assert one["value"] == 7.0
    assert one["registered_by"] == "late"
    assert one["lies"] == "above"
    assert watch_words.came(one) == "7, above the high one (1 to 3)"
    assert watched.came(desk, NOW - timedelta(hours=2)) == []
    # A list that was worked out after the reading was here has registered nothing.
    afterwards: Watchlist = {**listed, "registered_at": documents.moment(NOW)}
    worked_out.keep(desk, watched.NAME, "late", afterwards)
    (one,) = watched.came(desk)
    assert one["registered_by"] == "early"


@pytest.mark.parametrize(
    ("indicator", "last", "coming"),
    [
        ("leader_meetings", "2026-10", "2026-11"),
        ("leader_meetings", "2026-12", "2027-01"),
        ("gdp_ratio", "2024", "2025"),
        ("us_opinion_of_china", "2025-03", "2026-03"),
        ("entity_list_china", "2025-09-12", "2026-11-22"),
        ("entity_list_china", "2026-11-22", "2026-11-23"),
        ("russian_view_of_relations", "2024-05", "2026-11"),
    ],
)
def test_the_next_period_is_as_long_as_the_last(
    desk: Desk, indicator: str, last: str, coming: str
) -> None:
    one = desk.catalogue[indicator]
    found = watching.next_period(one, Period.parse(last), date(2026, 11, 22))

    assert found.text == coming


def test_nobody_has_worked_it_out(desk: Desk, put: Put) -> None:
    with pytest.raises(NothingKnown, match="run `forecaster update`"):
        watched.require(desk)
    put("alone")
    with pytest.raises(NothingKnown, match="`watch` has not been worked out for alone yet"):
        watched.require(desk)
    assert "watch" in {name for name, _ in analysing.ANALYSES}


def test_draws_that_are_gone_are_told(put: Put, run: Run) -> None:
    put("made-up")
    done = run("watch")

    assert isinstance(done.exception, NothingKnown)
    assert "the draws of made-up are of the model synthetic" in str(done.exception)
