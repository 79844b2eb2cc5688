"""Customs, the Treasury, the Federal Register and the Kremlin, visited over real sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecaster.store import leads, readings
from forecaster.wiring import Desk
from indicators.sources import SOURCES
from tests.collecting.conftest import Clock, visited
from tests.replay import Replay, Route


@pytest.fixture
def desk(replayed: Desk) -> Desk:
    return replayed


def standing(desk: Desk, indicator: str) -> dict[str, float]:
    known = readings.as_known(desk.engine, desk.clock(), indicator=indicator)
    return {one.period: one.value for one in known}


def open_leads(desk: Desk) -> set[tuple[str, str]]:
    return {(one.indicator, one.title) for one in leads.stored(desk.engine)}


@pytest.mark.parametrize(
    ("name", "added", "n_leads"),
    [("gacc", 6, 0), ("ofac", 66, 1), ("federal_register", 6, 2), ("kremlin", 6, 2)],
)
def test_two_visits(desk: Desk, clock: Clock, name: str, added: int, n_leads: int) -> None:
    first = visited(desk, name)
    clock.now += timedelta(hours=20)
    second = visited(desk, name)

    assert (first.error, first.result) == (None, "value")
    assert (first.readings_added, first.quarantined, first.leads_added) == (added, 0, n_leads)
    assert second.error is None
    assert second.result in {"none", "unchanged", "value"}
    assert (second.readings_added, second.quarantined, second.leads_added) == (0, 0, 0)


def test_what_customs_say(desk: Desk) -> None:
    visited(desk, "gacc")

    assert standing(desk, "trade_total")["2026-02"] == 19.19
    assert standing(desk, "russia_share_china_exports") == {
        "2025": 2.7387,
        "2026-01": pytest.approx(2.6106, abs=1e-4),
        "2026-02": pytest.approx(2.8241, abs=1e-4),
    }


def test_what_the_treasury_says(desk: Desk, replay: Replay) -> None:
    visited(desk, "ofac")
    found = standing(desk, "ofac_russia_additions")

    assert (len(found), found["2025-01"], found["2025-12"], found["2026-10"]) == (22, 2, 1, 1)
    assert standing(desk, "secondary_designations_china")["2026-10"] == 1
    assert open_leads(desk) == {("sanctions_on_china", "1 new entries under CMIC-EO13959")}
    assert any("X-Amz-Expires" in one.query for one in replay["ofac"].asked)
    sources = {one.source for one in readings.vintages(desk.engine, "ofac_russia_additions")}
    assert all("X-Amz" not in one and one.startswith("https://sanctions") for one in sources)


def test_what_the_register_says(desk: Desk) -> None:
    visited(desk, "federal_register")

    assert standing(desk, "us_orders_on_russia") == {"2026-09": 0.0, "2026-10": 1.0}
    assert standing(desk, "entity_list_rules") == {"2026-09": 1.0, "2026-10": 0.0}
    assert {name for name, _ in open_leads(desk)} == {
        "sanctions_on_russia",
        "tariff_and_control_acts",
    }


def test_what_the_kremlin_says(desk: Desk) -> None:
    visited(desk, "kremlin")
    found = standing(desk, "leader_meetings")

    assert (found["2026-08"], found["2026-09"], found["2026-10"]) == (0, 1, 0)
    assert {name for name, _ in open_leads(desk)} == {"leader_calls", "joint_exercises"}


@pytest.mark.parametrize("name", ["gacc", "ofac", "federal_register", "kremlin"])
@pytest.mark.parametrize(
    "answer",
    [
        Route("*", status=503),
        Route("*", status=403, content_type="text/html", body=b"<html>Access denied</html>"),
        Route("*", content_type="text/html", body=b"<html>We are working on it</html>"),
        Route("*", content_type="application/json", body=b"{}"),
        Route(
            "*", content_type="application/xml", body=b"<Error><Code>AccessDenied</Code></Error>"
        ),
        Route("*", status=404, content_type="text/html", body=b"<html>no such page</html>"),
    ],
    ids=["503", "403", "html", "json", "xml", "404"],
)
def test_a_publisher_that_answers_something_else_changes_nothing(
    desk: Desk, replay: Replay, name: str, answer: Route
) -> None:
    before = {one: standing(desk, one) for one in SOURCES[name].indicators}
    replay[name].add(answer)
    done = visited(desk, name)

    assert done.result == "failed"
    assert done.error is not None
    assert (done.readings_added, done.quarantined, done.leads_added) == (0, 0, 0)
    assert before == {one: standing(desk, one) for one in SOURCES[name].indicators}
