"""Values that are revised, taken back, dated wrongly or sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecaster.store import readings
from forecaster.wiring import Desk
from tests.collecting.conftest import Clock, Collect, Publish
from tests.collecting.look import archived, failed, fetches, values
from tests.replay import Publisher

AUGUST = {"2026-08": 23.5}


def test_a_revision_is_a_new_vintage_beside_the_old(
    desk: Desk, clock: Clock, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST)
    visit()
    between = clock()
    clock.now += timedelta(days=30)
    publish({"2026-08": 23.9})
    done = visit()
    assert (1, 1) == (done.readings_added, done.revised)
    assert (23.5, 23.9) == (values(desk, between)["2026-08"], values(desk)["2026-08"])
    stored = readings.vintages(desk.engine, "trade_total")
    assert [1, 2] == [one.vintage for one in stored if one.period == "2026-08"]


def test_a_value_that_is_taken_back_is_gone_from_then_on(
    desk: Desk, clock: Clock, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST)
    visit()
    between = clock()
    publish({"2026-08": None})
    done = visit()
    assert (1, 0) == (done.withdrawn, done.readings_added)
    assert "2026-08" not in values(desk)
    assert 23.5 == values(desk, between)["2026-08"]
    after = clock()
    publish(AUGUST)
    assert 1 == visit().readings_added
    assert 23.5 == values(desk)["2026-08"]
    assert "2026-08" not in values(desk, after)


def test_a_list_that_is_emptied_is_not_believed(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    before = values(desk)
    publish(dict.fromkeys(before))
    failed(desk, visit(), before, "trade_total shrank")


@pytest.mark.parametrize(
    "period", ["2026-02-30", "26-08", "2026-13", "August 2026", "2026-08-01T12:00"]
)
def test_a_row_of_no_day_is_rejected_and_the_others_taken(
    desk: Desk, publish: Publish, visit: Collect, period: str
) -> None:
    publish({period: 20.0} | AUGUST)
    done = visit()
    assert (1, 1) == (done.readings_added, len(done.warnings))
    assert period in done.warnings[0]
    assert 1 == len(archived(desk))


@pytest.mark.parametrize(
    ("period", "published_at", "why"),
    [
        ("2026-12", None, "lies in the future"),
        ("2026-11", None, "has not ended yet"),
        ("2026-08", "2026-11-23T06:10:00Z", "yet to come"),
        ("2026-08", "2026-07-01T00:00:00Z", "before 2026-08 began"),
    ],
)
def test_what_cannot_be_known_yet_waits_for_a_person(
    desk: Desk, publish: Publish, visit: Collect, period: str, published_at: str, why: str
) -> None:
    publish({period: 20.0}, published_at)
    assert (0, 1) == (visit().readings_added, len(readings.quarantined(desk.engine)))
    assert why in readings.quarantined(desk.engine)[0].why


def test_a_publication_in_local_time_without_a_zone_is_a_failed_visit(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST, "2026-09-09T03:00:00")
    failed(desk, visit(), values(desk), "expected a moment with its zone")


def test_the_same_payload_again_is_noted_and_adds_nothing(
    desk: Desk, publish: Publish, visit: Collect
) -> None:
    publish(AUGUST)
    assert ("value", 1) == (visit().result, len(archived(desk)))
    assert ("unchanged", 1) == (visit().result, len(archived(desk)))
    assert [False, True] == [bool(one["unchanged"]) for one in fetches(desk)]
    assert fetches(desk)[0]["sha256"] == fetches(desk)[1]["sha256"]


def test_what_a_failed_visit_fetched_is_news_to_the_next(
    desk: Desk, publisher: Publisher, publish: Publish, visit: Collect
) -> None:
    """Half a visit recorded nothing, so its pages must not count as read."""
    publish({"2026-08": 23.5}, "2026-09-09T03:00:00")
    assert "failed" == visit().result
    assert "failed" == visit().result, "the same bytes are no excuse to call it unchanged"
    assert 0 == sum(bool(one["unchanged"]) for one in fetches(desk))
    publish(AUGUST)
    assert 1 == visit().readings_added
    assert 23.5 == values(desk)["2026-08"]
    assert 3 == len(publisher.asked)
