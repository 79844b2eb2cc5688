"""Alerts about sources, indicators, fits, resolutions and endpoints."""

from __future__ import annotations

from threading import Thread

import pytest

from forecaster.alerts.rules import Rule
from forecaster.belief import Kind
from forecaster.store import readings, resolutions, visits
from forecaster.store.records import NewReading
from forecaster.store.visits import Brought, Failure
from forecaster.wiring import Desk
from indicators.period import Period
from tests.alerts.rules.support import Room, after, document, rule


def new(
    value: float, indicator: str = "trade_total", period: str = "2025-12", day: int = 0
) -> NewReading:
    return NewReading(
        indicator=indicator,
        period=Period.parse(period),
        value=value,
        published_at=None,
        known_at=after(days=day),
        source="https://example.org",
        origin="fetched",
    )


def test_an_indicator_that_is_late_is_told_and_resolved_when_it_comes(desk: Desk) -> None:
    stated = rule("stale", indicators=["trade_total"])
    room = Room(desk, {"stale": stated}, "one")
    room.look(days=400)
    room.look(days=401)
    (told,) = room.sent("one")
    assert "indicator.stale" == told["type"]
    facts = told["data"]["facts"]
    assert (facts["indicator"], told["data"]["subject"]) == ("trade_total", "trade_total")
    assert facts["days_late"] > 100
    readings.add(desk.engine, [new(20.0, period="2027-01", day=402)], now=after(days=402))
    room.look(days=402)
    first, second = room.sent("one")
    assert "forecast.alert.resolved" == second["type"]
    assert second["data"]["summary"] == f"Over: {first['data']['summary']}"


def test_a_source_is_told_after_so_many_failures_and_resolved_by_a_good_visit(desk: Desk) -> None:
    room = Room(desk, {"failing": rule("failing", failures=2)}, "one")
    room.look()
    for day in (1, 2, 3):
        failure = Failure("gacc", ["trade_total"], f"it answered 503 on day {day}")
        visits.fail(desk.engine, failure, now=after(days=day))
        room.look(days=day)
    (told,) = room.sent("one")
    assert ("source.failing", "gacc") == (told["type"], told["data"]["subject"])
    assert (2, "it answered 503 on day 2") == (
        told["data"]["facts"]["failures"],
        told["data"]["facts"]["error"],
    )
    visits.store(desk.engine, Brought("gacc", ["trade_total"], "none", {}), now=after(days=4))
    room.look(days=4)
    assert ["fired", "resolved"] == [one["data"]["event"] for one in room.sent("one")]


def test_a_source_that_comes_and_goes_is_told_once_in_an_interval(desk: Desk) -> None:
    room = Room(desk, {"failing": rule("failing", failures=1, min_interval="7d")}, "one")
    room.look()
    for day in range(1, 7):
        if day % 2:
            visits.fail(desk.engine, Failure("gacc", [], "503"), now=after(days=day))
        else:
            visits.store(desk.engine, Brought("gacc", [], "none", {}), now=after(days=day))
        room.look(days=day)
    assert ["fired", "resolved"] == [one["data"]["event"] for one in room.sent("one")]


def test_refused_fits_are_told_with_the_second_and_over_with_the_next_forecast(
    desk: Desk,
) -> None:
    room = Room(desk, {"rejected": rule("rejected", running=2)}, "one")
    room.publish(0.10)
    room.publish(0.11, kind="rejected", days=1)
    assert [] == room.sent("one")
    room.publish(0.12, kind="rejected", days=1, hours=1)
    (told,) = room.sent("one")
    assert ("run.rejected", 2) == (told["type"], told["data"]["facts"]["count"])
    room.publish(0.12, days=2)
    assert ["fired", "resolved"] == [one["data"]["event"] for one in room.sent("one")]


def test_a_hindcast_that_was_refused_is_no_news(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(desk, {"rejected": rule("rejected", running=1)}, "one")
    room.publish(0.10)

    def hindcast(*args: object, **named: object) -> object:
        found = document(*args, **named)  # type: ignore[arg-type]
        found["status"] = "hindcast"
        return found

    monkeypatch.setattr("tests.alerts.rules.support.document", hindcast)
    kind: Kind = "rejected"
    room.publish(0.12, kind=kind, days=1)
    room.look(days=2)
    assert [] == room.sent("one")


def test_a_revision_is_told_with_its_largest_changes(desk: Desk) -> None:
    stated: Rule = rule("revised", indicators=["trade_total", "gdp_ratio"], percent=5.0)
    room = Room(desk, {"revised": stated}, "one")
    room.look()
    first = [new(10.0 + month, period=f"2031-{month:02d}") for month in range(1, 8)]
    readings.add(desk.engine, first, now=after())
    assert 0 == room.look(minutes=15)  # first values are no revisions
    again = [
        new((10.0 + month) * (1 + month / 50), period=f"2031-{month:02d}", day=1)
        for month in range(1, 8)
    ]
    readings.add(desk.engine, again, now=after(days=1))
    assert 1 == room.look(days=1)
    assert 0 == room.look(days=2)
    (told,) = room.sent("one")
    facts = told["data"]["facts"]
    assert ("indicator.revised", "happened", 0) == (
        told["type"],
        told["data"]["event"],
        told["data"]["episode"],
    )
    # 2 and 4 per cent are less than the rule asks for.
    assert 5 == facts["count"]
    assert {"period": "2031-07", "before": 17.0, "after": pytest.approx(19.38)} == facts["largest"][
        0
    ]


def test_what_happens_within_the_interval_is_told_together_when_it_ends(desk: Desk) -> None:
    room = Room(desk, {"r": rule("revised", indicators=["trade_total"], min_interval="7d")}, "one")
    room.look()
    for day in range(5):
        readings.add(desk.engine, [new(10.0 + day, period="2031-01", day=day)], now=after(days=day))
        room.look(days=day)
    assert [1] == [one["data"]["facts"]["count"] for one in room.sent("one")]
    room.look(days=9)
    assert [1, 3] == [one["data"]["facts"]["count"] for one in room.sent("one")]


def test_a_resolution_is_told_once(desk: Desk) -> None:
    resolutions.add(desk.engine, "retreat", after().date(), "https://example.org/a", after())
    room = Room(desk, {"resolution": rule("resolution")}, "one")
    room.look()
    now = after(days=1)
    resolutions.add(desk.engine, "balancing", now.date(), "https://example.org/b", now)
    room.look(days=1)
    room.look(days=2)
    (told,) = room.sent("one")
    assert ("question.resolved", "balancing") == (told["type"], told["data"]["subject"])
    assert "https://example.org/b" == told["data"]["facts"]["source"]


def test_a_new_endpoint_is_not_told_of_what_was_so_before_it(desk: Desk) -> None:
    """Late indicators, failing sources, refused fits, revisions: each told if it comes after."""
    stated = {
        "stale": rule("stale", indicators=["trade_total", "gdp_ratio"]),
        "failing": rule("failing", failures=1),
        "rejected": rule("rejected", running=1),
        "revised": rule("revised"),
        "resolution": rule("resolution"),
    }
    readings.add(desk.engine, [new(1.0, "gdp_ratio", "2024"), new(2.0)], now=after())
    readings.add(desk.engine, [new(3.0, day=1)], now=after(days=1))
    visits.fail(desk.engine, Failure("gacc", [], "503"), now=after())
    resolutions.add(desk.engine, "retreat", after().date(), "https://example.org/a", after())
    room = Room(desk, stated)
    room.publish(0.10)
    room.publish(0.11, kind="rejected", hours=1)
    room.look(days=400)
    early = {(one.rule, one.subject) for one in room.decided()}
    assert {("stale", "trade_total"), ("failing", "gacc")} < early
    room.clock.now = after(days=400, minutes=1)
    room.ids["late"] = room.listen("late").id
    assert 0 == room.look(days=400, minutes=15)
    assert [] == room.decided("late")
    visits.fail(desk.engine, Failure("ofac", [], "503"), now=after(days=401))
    room.look(days=401)
    assert ["ofac"] == [one.subject for one in room.decided("late")]


@pytest.mark.parametrize("looked", [True, False])
def test_what_happens_between_an_endpoint_and_the_next_look_is_told_once(
    desk: Desk, *, looked: bool
) -> None:
    """The job comes every quarter of an hour; whoever joins in between misses nothing."""
    room = Room(desk, {"r": rule("revised"), "f": rule("failing", failures=1)})
    readings.add(desk.engine, [new(10.0)], now=after())
    if looked:
        room.look()
    room.ids["late"] = room.listen("late").id
    readings.add(desk.engine, [new(11.0, day=1)], now=after(minutes=3))
    visits.fail(desk.engine, Failure("gacc", [], "503"), now=after(minutes=4))
    for minutes in (15, 30, 45):
        room.look(minutes=minutes)
    assert {"r", "f"} == {one.rule for one in room.decided("late")}
    assert 2 == len(room.decided("late"))


def test_a_value_that_comes_while_the_rules_are_judged_is_told_once(desk: Desk) -> None:
    """Writers stand in a line: it waits for the turn, and belongs to the next one."""
    room = Room(desk, {"r": rule("revised", group=False)}, "one")
    readings.add(desk.engine, [new(10.0)], now=after())
    amount = 12

    def revise() -> None:
        for step in range(1, amount + 1):
            readings.add(desk.engine, [new(10.0 + step, day=step)], now=after(minutes=step))

    writer = Thread(target=revise)
    writer.start()
    looks = 0
    while writer.is_alive():
        looks += 1
        room.look(minutes=looks / 100)
    writer.join()
    room.look(days=1)
    facts = [one["data"]["facts"] for one in room.sent("one")]
    assert amount == sum(one["count"] for one in facts)
    told = [change["after"] for one in facts for change in one["largest"]]
    assert len(told) == len(set(told))
