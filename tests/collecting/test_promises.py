"""What is promised of sources that misbehave, one by one, from the socket to the store."""

from __future__ import annotations

import json
import logging
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from forecaster import judging
from forecaster.collecting import collect
from forecaster.store import leads, quarantine, readings
from forecaster.store.engine import reading
from forecaster.wiring import Desk
from tests.collecting.conftest import QUICK, START, Clock, Collect, Publish
from tests.collecting.gazette import Gazette
from tests.collecting.look import archived, failed, fetches, state, values
from tests.replay import Fault, Publisher, Route

AUGUST = {"2026-08": 23.5}


def test_what_is_published_is_recorded_as_fetched(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST, "2026-09-09T03:00:00+00:00")
    done = visit()
    assert ("value", 1, 0, None) == (done.result, done.readings_added, done.revised, done.error)
    (one,) = [r for r in readings.vintages(desk.engine, "trade_total") if r.period == "2026-08"]
    assert (23.5, "fetched", datetime(2026, 9, 9, 3, tzinfo=UTC)) == (
        one.value,
        one.origin,
        one.known_at,
    )
    assert one.published_at == one.known_at < START < one.recorded_at
    assert one.source.endswith("/table")


# Connections and statuses


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_a_failed_visit(
    desk: Desk, publisher: Publisher, publish: Publish, visit: Collect, status: int
) -> None:
    publish(AUGUST)
    visit()
    before = values(desk)
    publisher.add(Route("/table", status=status))
    done = visit()
    failed(desk, done, before, f"status {status}")
    assert not done.needs_attention
    assert 2 == fetches(desk)[-1]["attempts"]
    publish(AUGUST)
    assert None is visit().error
    assert "failed" != state(desk)


def test_a_server_that_is_away_is_a_failed_visit(desk: Desk, visit: Collect) -> None:
    before = values(desk)
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{held.getsockname()[1]}"
        failed(desk, visit(base_url=away), before, "the connection failed")


def test_a_wish_to_be_left_alone_is_kept(
    desk: Desk, clock: Clock, publisher: Publisher, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST)
    publisher.add(Route("/table", status=429, headers={"Retry-After": "9999999"}, times=1))
    failed(desk, visit(), values(desk), "it asks to wait 3600 s")
    asked = len(publisher.asked)
    done = visit()
    assert "asked not to be visited before" in (done.error or "")
    assert asked == len(publisher.asked)
    clock.now += timedelta(hours=1)
    assert None is visit().error


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_needs_a_person(
    desk: Desk, publisher: Publisher, visit: Collect, status: int
) -> None:
    before = values(desk)
    publisher.add(Route("/table", status=status))
    done = visit()
    failed(desk, done, before, f"status {status}")
    assert done.needs_attention
    assert 1 == len(publisher.asked)


def test_a_redirect_elsewhere_is_a_failed_visit(
    desk: Desk, publisher: Publisher, visit: Collect
) -> None:
    away = {"Location": "http://collector.example/table"}
    publisher.add(Route("/table", status=302, headers=away))
    failed(desk, visit(), values(desk), "collector.example is not a host of gazette")


@pytest.mark.parametrize(
    "route",
    [
        Route("/table", body=bytes(9000), fault=Fault(drip=0.05)),
        Route("/table", body=bytes(9000), fault=Fault(endless=True)),
        Route("/table", fault=Fault(bomb=100_000_000)),
    ],
    ids=["drip", "endless", "bomb"],
)
def test_what_is_too_slow_or_too_large_is_cut_and_not_read(
    desk: Desk, publisher: Publisher, visit: Collect, route: Route
) -> None:
    publisher.add(route)
    failed(desk, visit(deadline=0.3), values(desk))
    assert [] == archived(desk)


# Bodies that are not what they should be


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        ("text/html", b"<html>Access denied</html>", "the answer is text/html"),
        ("application/json", b"<html>Access denied</html>", "no JSON"),
        ("application/json; charset=utf-8", b'{"rows": [], "t": "caf\xe9"}', "not UTF-8"),
        ("application/json", b'{"rows": [{"period": "2026-08", "value": NaN}]}', "NaN"),
        ("application/json", b'{"rows": [{"period": "2026-08", "value": 1e999}]}', "too large"),
        ("application/json", b'{"rows": [], "rows": [1]}', "twice"),
        ("application/json", b'{"rows": ["\\ud800"]}', "surrogate"),
        ("application/json", b"[" * 200_000, "nested too deeply"),
        ("application/json", b'{"message": "quota"}', "lacks rows"),
        ("application/json", b'{"rows": [{"day": 1}]}', "KeyError while reading"),
        ("application/json", b'{"rows": [1]}', "TypeError while reading"),
    ],
    ids=[
        *("html", "html as JSON", "latin-1", "NaN", "infinite", "twice", "surrogate", "deep"),
        *("another shape", "a missing key", "another type"),
    ],
)
def test_an_unexpected_body_is_kept_and_not_used(
    desk: Desk, publisher: Publisher, visit: Collect, content_type: str, body: bytes, told: str
) -> None:
    before = values(desk)
    publisher.add(Route("/table", content_type=content_type, body=body))
    done = visit()
    failed(desk, done, before, told)
    assert done.needs_attention
    assert 1 == len(archived(desk))
    assert len(body) == fetches(desk)[0]["bytes"]


def test_an_empty_list_is_empty_and_a_gap_stays_a_gap(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    publish({})
    done = visit()
    assert ("empty", 0, None) == (done.result, done.readings_added, done.error)
    publish({"2026-07": 21.0, "2026-09": 22.0})
    assert 2 == visit().readings_added
    assert "2026-08" not in values(desk)


def test_a_list_that_shrinks_by_more_than_a_fifth_is_not_believed(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    months = {f"2026-{month:02}": 20.0 + month / 10 for month in range(3, 9)}
    publish(months)
    assert 6 == visit().readings_added
    before = values(desk)
    publish({"2026-07": 99.0, "2026-08": 99.0})
    failed(desk, visit(), before, "shrank from 6 to 2 entries")
    publish({period: value for period, value in months.items() if period != "2026-03"})
    assert None is visit().error
    assert before == values(desk)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (9000.0, "outside the plausible range"),
        (-1.0, "outside the plausible range"),
    ],
)
def test_a_value_out_of_range_waits_for_a_person(
    desk: Desk, publish: Publish, visit: Collect, value: float, why: str
) -> None:
    before = values(desk)
    publish({"2026-08": value})
    done = visit()
    assert ("value", 0, 1, None) == (
        done.result,
        done.readings_added,
        done.quarantined,
        done.error,
    )
    assert before == values(desk)
    (aside,) = readings.quarantined(desk.engine)
    assert why in aside.why
    assert aside.waiting


def test_a_thousandfold_value_is_accepted_with_a_reason_only(
    desk: Desk, publish: Publish, publisher: Publisher, visit: Collect
) -> None:
    publish({"2026-07": 0.5})
    visit()
    publish({"2026-08": 500.0})
    assert 1 == visit().quarantined
    (aside,) = readings.quarantined(desk.engine)
    assert "the unit may have changed" in aside.why
    publisher.add(Route("/table", body=publisher.routes[0].body + b" "))
    again = visit()
    assert (0, 0) == (again.quarantined, again.readings_added)

    judging.accept(desk, aside.id, "checked against the yearbook", "an analyst")

    newest = readings.vintages(desk.engine, "trade_total")[-1]
    assert (500.0, "checked against the yearbook", "fetched", aside.known_at) == (
        newest.value,
        newest.reason,
        newest.origin,
        newest.known_at,
    )
    with reading(desk.engine) as connection:
        audit = connection.execute(text("SELECT * FROM quarantine_decisions")).mappings().one()
    assert ("accepted", "an analyst") == (audit["decision"], audit["decided_by"])
    publisher.add(Route("/table", body=publisher.routes[0].body + b" "))
    assert (0, 0) == (visit().quarantined, len(quarantine.quarantined(desk.engine)) - 1)


# What must stay inside


def test_a_script_in_a_title_stays_text(desk: Desk, publish: Publish, visit: Collect) -> None:
    titles = ["<script>alert(1)</script>", '=HYPERLINK("http://x")', "@SUM(1)\tx", "\u202etitle"]
    events = [
        {"id": f"e{n}", "day": "2026-11-20", "title": title, "url": "http://publisher.example"}
        for n, title in enumerate(titles)
    ]
    publish({}, events=events)
    assert (4, 0) == (visit().leads_added, len(readings.quarantined(desk.engine)))
    assert titles == [one.title for one in leads.stored(desk.engine)]
    publish(AUGUST, events=events)
    assert 0 == visit().leads_added


def test_no_key_is_written_anywhere(
    desk: Desk,
    publisher: Publisher,
    publish: Publish,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = "hunter2hunter2"
    keyed = replace(desk, settings=replace(desk.settings, api_keys={"comtrade": key}))
    publish(AUGUST)
    refusal = Route("/table", status=500, content_type="text/plain", body=b"no: " + key.encode())
    publisher.add(refusal)
    caplog.set_level(logging.DEBUG)
    done = collect(keyed, [Gazette(publisher.address, name="comtrade")], patience=QUICK)
    assert "no: ***" in (done[0].error or "")
    assert [key] * 2 == [one.headers["Ocp-Apim-Subscription-Key"] for one in publisher.asked]
    assert key not in json.dumps(done[0].document()) + caplog.text + "".join(capfd.readouterr())
    assert key not in repr(keyed)
    database = Path(str(desk.engine.url.database))
    assert key.encode() not in database.read_bytes()
