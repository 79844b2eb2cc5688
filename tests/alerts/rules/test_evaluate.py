"""Forecasts and alerts in one store: who is told of what, when, and in how many messages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from forecaster.alerts import evaluate
from forecaster.alerts.formats import FORMATS
from forecaster.alerts.telling import Setup
from forecaster.belief import Forecast
from forecaster.store import alerts, endpoints, forecasts, outbox
from forecaster.store.alerts import Acknowledged, Silenced
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from tests.alerts.rules.support import SOMEBODY, Room, after, document, rule

HEADLINE = {"headline": rule(points=3.0)}


def test_a_move_is_told_to_the_desk_and_to_every_endpoint_once(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one", "two")
    room.publish(0.10)
    moved = room.publish(0.15, hours=24)
    room.publish(0.151, hours=48)
    for name in (None, "one", "two"):
        (found,) = room.decided(name)
        assert (found.event, found.forecast_id) == ("fired", moved["forecast_id"])
    (body,) = room.sent("one")
    assert "forecast.probability.shifted" == body["type"]
    assert (body["data"]["previous"]["mean"], body["data"]["current"]["mean"]) == (0.10, 0.15)
    assert body["data"]["summary"] == (
        "The probability of an alliance by the end of November 2036 rose 5.0 points, "
        "from 10 % (3 to 20) to 15 % (5 to 30), since 1 Jan 2026 06:00 UTC."
    )
    assert body["data"]["links"]["forecast"].endswith(f"/forecasts/{moved['forecast_id']}")
    assert [None] == [one.webhook_id for one in room.decided()]


def test_what_reverts_is_resolved(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one")
    for day, mean in enumerate([0.10, 0.15, 0.101]):
        room.publish(mean, days=day)
    first, second = room.sent("one")
    assert ("forecast.alert.resolved", "reverted") == (second["type"], second["data"]["reason"])
    assert first["data"]["episode"] == second["data"]["episode"] == 1
    assert (first["data"]["open"], second["data"]["open"]) == (True, False)
    assert first["data"]["sequence"] < second["data"]["sequence"]


def test_whoever_comes_new_is_told_of_moves_since_then_only(desk: Desk) -> None:
    room = Room(desk, HEADLINE)
    room.publish(0.10)
    room.publish(0.20, days=1)
    room.ids["late"] = room.listen("late").id
    room.publish(0.21, days=2)
    assert [] == room.sent("late")
    room.publish(0.24, days=3)  # 4 points since the forecast that stood when it came
    assert [0.20] == [one["data"]["previous"]["mean"] for one in room.sent("late")]


def test_an_endpoint_hears_of_the_rules_that_it_named(desk: Desk) -> None:
    room = Room(desk, {**HEADLINE, "other": rule("crossed", above=12.0)})
    room.ids["few"] = room.listen("few", "other").id
    room.publish(0.10)
    room.publish(0.15, days=1)
    assert ["other"] == [one["data"]["rule"] for one in room.sent("few")]
    assert {"headline", "other"} == {one.rule for one in room.decided()}


def test_what_is_ready_at_the_same_time_goes_in_one_message(desk: Desk) -> None:
    stated = {
        **HEADLINE,
        "crossed": rule("crossed", above=12.0),
        "alone": rule(points=2.0, group=False),
    }
    room = Room(desk, stated, "one")
    room.publish(0.10)
    room.publish(0.15, days=1)
    single, group = room.sent("one")
    assert "alone" == single["data"]["rule"]
    assert "alerts.grouped" == group["type"]
    assert ["headline", "crossed"] == [one["rule"] for one in group["data"]["alerts"]]
    assert (2, 0) == (group["data"]["count"], group["data"]["truncated"])
    assert 1 == len(group["data"]["forecasts"])


def test_quiet_hours_keep_what_was_decided_and_send_it_together(desk: Desk) -> None:
    hours = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
    room = Room(desk, {"headline": rule(points=3.0, quiet=hours)}, "one")
    room.publish(0.10)  # 06:00 UTC
    room.publish(0.15, hours=16)  # 23:00 in Berlin
    room.publish(0.101, hours=18)
    assert [] == room.sent("one")
    assert ["fired", "resolved"] == [one.event for one in room.decided()]
    assert 0 == room.look(hours=23, minutes=59)
    assert 1 == room.look(hours=24)
    assert 0 == room.look(hours=25)
    (group,) = room.sent("one")
    assert ["fired", "resolved"] == [one["event"] for one in group["data"]["alerts"]]
    assert len({one.webhook_id for one in room.decided("one")}) == 1


def test_a_silence_holds_for_everybody_until_its_end(desk: Desk) -> None:
    room = Room(desk, {"high": rule("crossed", above=20.0)}, "one")
    room.publish(0.10)
    one = Silenced("high", after(hours=1), after(days=3), "a release is coming", "an analyst")
    alerts.silence(room.desk.engine, one, entry=None, now=after(hours=1))
    room.publish(0.25, days=1)
    assert [one] == alerts.silences_at(room.desk.engine, after(days=2))
    assert 0 == room.look(days=2)
    assert 1 == room.look(days=3, minutes=10)
    (told,) = room.decided("one")
    assert after(days=3) == told.at
    assert [] == alerts.silences_at(room.desk.engine, after(days=3))


def acknowledge(room: Room, forecast: Forecast, endpoint: int | None = None) -> None:
    now = room.clock.now
    known = Acknowledged(endpoint, None, forecast["forecast_id"], now, SOMEBODY.name)
    with writing(room.desk.engine) as connection:
        evaluate.acknowledged(connection, room.setup, known, now)


def test_moves_are_measured_from_what_one_endpoint_acknowledged(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one", "two")
    room.publish(0.10)
    acknowledge(room, room.publish(0.125, days=1), room.ids["one"])
    room.publish(0.14, days=2)
    assert [] == room.sent("one")
    assert [0.10] == [one["data"]["previous"]["mean"] for one in room.sent("two")]
    assert [room.ids["one"]] == [one.endpoint for one in alerts.acknowledged(room.desk.engine)]


def test_acknowledging_for_everybody_ends_what_is_open(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10)
    acknowledge(room, room.publish(0.15, days=1))
    assert ["", "acknowledged"] == [one["data"]["reason"] or "" for one in room.sent("one")]
    assert [] == alerts.opened(room.desk.engine)


def test_an_alert_ends_with_its_rule_and_with_its_quantity(desk: Desk) -> None:
    room = Room(desk, {**HEADLINE, "gone": rule("crossed", above=12.0)}, "one")
    room.publish(0.10)
    room.publish(0.15, days=1)
    other = rule(quantity="alliance@10y", points=3.0)
    room.setup = Setup({"headline": other})
    room.look(days=1, hours=1)
    ended = [one for one in room.decided("one") if one.event == "resolved"]
    assert {"headline", "gone"} == {one.rule for one in ended}
    assert {"withdrawn"} == {one.details["reason"] for one in ended}
    assert [] == alerts.opened(room.desk.engine, endpoint=room.ids["one"])
    room.look(days=1, hours=2)
    assert 2 == len([one for one in room.decided("one") if one.event == "resolved"])


def test_a_forecast_that_does_not_come_to_stand_and_a_hindcast_are_not_judged(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10, days=2)
    room.publish(0.30, days=1)  # as of an earlier day
    room.publish(0.30, kind="hindcast", days=3)
    assert [] == room.decided()


@pytest.mark.parametrize("kind", ["published", "provisional"])
def test_a_provisional_forecast_is_told_as_one(desk: Desk, kind: str) -> None:
    room = Room(desk, HEADLINE, "one")
    room.publish(0.10)
    room.publish(0.15, kind=kind, days=1)  # type: ignore[arg-type]
    assert 1 == len(room.sent("one"))


def test_what_waits_for_a_disabled_endpoint_waits_on(desk: Desk) -> None:
    hours = {"start": "05:00", "end": "09:00", "zone": "UTC"}
    room = Room(desk, {"headline": rule(points=3.0, quiet=hours)}, "one")
    room.publish(0.10)
    room.publish(0.15, days=1)
    disable(room, "one", after(days=1, hours=1))
    assert 0 == room.look(days=1, hours=4)
    disable(room, "one", None)
    assert 1 == room.look(days=1, hours=5)


def disable(room: Room, name: str, at: datetime | None) -> None:
    with writing(room.desk.engine) as connection:
        endpoints.change(
            connection, room.ids[name], disabled_at=at, disabled_why="410" if at else ""
        )


def test_five_hundred_alerts_fit_in_one_message_that_says_how_many_it_leaves_out(
    desk: Desk,
) -> None:
    room = Room(desk, {f"rule_{number}": rule(points=3.0) for number in range(500)}, "one")
    room.publish(0.10)
    room.publish(0.15, days=1)
    (body,) = room.sent("one")
    data = body["data"]
    assert data["count"] == 500
    assert data["truncated"] == 500 - len(data["alerts"])
    assert 5 < len(data["alerts"]) < 500
    assert 500 == len({one.id for one in room.decided("one") if one.webhook_id})


def test_forecasts_of_an_older_store_are_judged_from_what_stood(desk: Desk) -> None:
    room = Room(desk, HEADLINE, "one")
    with writing(room.desk.engine) as connection:
        forecasts.insert(
            connection,
            document("old", after(), 0.10),
            kind="published",
            posterior_path=None,
            posterior_sha256=None,
        )
    room.publish(0.15, days=1)
    assert 1 == len(room.sent("one"))
    assert timedelta(days=1) == room.decided()[0].at - after()


def test_each_endpoint_is_sent_its_own_form(desk: Desk) -> None:
    room = Room(desk, {**HEADLINE, "other": rule(points=4.0)})
    for kind in FORMATS:
        room.ids[kind] = room.listen(kind, kind=kind).id
    room.publish(0.10)
    room.publish(0.15, days=1)
    bodies = {}
    for kind in FORMATS:
        (row,) = outbox.deliveries(room.desk.engine, endpoint=kind)
        bodies[kind] = outbox.show(room.desk.engine, row.webhook_id)[1]
    told = b"The probability of an alliance by the end of November"
    assert [] == [kind for kind, body in bodies.items() if told not in body.replace(b"\r\n ", b" ")]
    assert len(FORMATS) == len(set(bodies.values()))
