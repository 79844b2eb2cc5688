"""Predictions and their scores in the store: added once, read by kind and time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from forecaster.errors import StoreError
from forecaster.store import predictions, readings
from tests.predicted import counted, keep, measured, score
from tests.store.support import NOW, day, new

MADE = day(0)


def ids(engine: Engine) -> list[int]:
    return [one.id for one in predictions.of_forecasts(engine)]


def test_a_prediction_comes_back_as_it_was_made(engine: Engine) -> None:
    one = measured(ahead=3)
    keep(engine, one, counted(), made_at=MADE)
    (first, second) = predictions.of_forecasts(engine, ["one"])
    assert (first.indicator, first.period, first.ahead) == ("gdp_ratio", "2026", 3)
    assert (first.period_end, first.made_at, first.kind) == (date(2026, 12, 31), MADE, "live")
    assert second.id == first.id + 1
    assert predictions.of_forecasts(engine, ["other"]) == []
    assert [row.id for row in predictions.of_indicator(engine, "one", "gdp_ratio")] == [first.id]


def test_a_forecast_predicts_a_reading_once(engine: Engine) -> None:
    keep(engine, measured(), made_at=MADE)
    with pytest.raises(StoreError):
        keep(engine, measured(), made_at=MADE)
    keep(engine, measured(), made_at=MADE, forecast_id="two")
    assert len(ids(engine)) == 2


def test_what_is_neither_live_nor_hindcast_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="none of live, hindcast"):
        keep(engine, measured(), made_at=MADE, kind="rejected")


def test_a_number_that_is_none_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="JSON"):
        keep(engine, measured(last=float("nan")), made_at=MADE)
    assert ids(engine) == []


def test_scores_are_added_once(engine: Engine) -> None:
    keep(engine, measured(), made_at=MADE)
    (number,) = ids(engine)
    assert predictions.add_scores(engine, [score(number)], NOW) == 1
    assert predictions.add_scores(engine, [score(number, crps=9.0)], NOW) == 0
    assert predictions.add_scores(engine, [score(number, release=2)], NOW) == 1
    (row,) = predictions.fared(engine, "live")
    assert row.crps == 0.5


def test_kinds_and_times_are_kept_apart(engine: Engine) -> None:
    keep(engine, measured(), made_at=MADE)
    keep(engine, measured(), made_at=MADE, forecast_id="two", kind="hindcast")
    first, second = ids(engine)
    predictions.add_scores(engine, [score(first, known=10), score(second, known=20)], NOW)
    assert [row.forecast_id for row in predictions.fared(engine, "live")] == ["one"]
    assert [row.forecast_id for row in predictions.fared(engine, "hindcast")] == ["two"]
    assert predictions.fared(engine, "hindcast", at=day(15)) == []
    assert len(predictions.fared(engine, "hindcast", at=day(25))) == 1
    assert predictions.fared(engine, "hindcast", forecast_ids=["one"]) == []


def test_only_what_may_have_come_is_looked_at(engine: Engine) -> None:
    keep(engine, measured(), counted(), made_at=MADE)
    assert predictions.asked_for(engine, NOW) == []
    readings.add(engine, [new(1.2, 30, indicator="gdp_ratio", period="2026")], now=NOW)
    (row,) = predictions.asked_for(engine, NOW)
    assert row.indicator == "gdp_ratio"
    assert predictions.asked_for(engine, NOW, ["other"]) == []
    predictions.add_scores(engine, [score(row.id)], NOW)
    assert predictions.asked_for(engine, NOW) == []
    later = NOW + timedelta(days=1)
    readings.add(engine, [new(1.3, 200, indicator="gdp_ratio", period="2026")], now=later)
    assert [one.id for one in predictions.asked_for(engine, later)] == [row.id]


def test_what_waits_is_counted(engine: Engine) -> None:
    keep(
        engine,
        measured(due=date(2026, 2, 1)),
        counted(due=date(2027, 1, 3)),
        counted("2027-02", due=date(2027, 3, 3)),
        made_at=MADE,
    )
    found = predictions.waiting(engine, "live", NOW)
    assert found == (3, 0, 1, date(2027, 1, 3), "leader_meetings")
    predictions.add_scores(engine, [score(ids(engine)[0])], NOW)
    assert predictions.waiting(engine, "live", NOW)[:3] == (3, 1, 0)
    assert predictions.waiting(engine, "hindcast", NOW) == (0, 0, 0, None, None)
    assert predictions.waiting(engine, "live", day(-5)).made == 0


def test_of_the_newest_forecast_the_next_due_come_first(engine: Engine) -> None:
    keep(engine, counted(), made_at=MADE)
    keep(
        engine,
        counted("2027-03", due=date(2027, 4, 3)),
        counted("2027-01", due=date(2027, 2, 3)),
        measured("2025", due=date(2026, 1, 5)),
        forecast_id="two",
        made_at=day(9),
    )
    found = predictions.due_next(engine, "live", NOW, limit=5)
    assert [row.period for row in found] == ["2027-01", "2027-03"]
    assert [row.period for row in predictions.due_next(engine, "live", day(5), limit=5)] == [
        "2026-12"
    ]
    assert predictions.due_next(engine, "hindcast", NOW, limit=5) == []
