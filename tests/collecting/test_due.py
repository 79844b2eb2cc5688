"""Which sources are visited when nobody names one, and which when somebody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecaster import settings
from forecaster.collecting import collect, due, next_visit, serving
from forecaster.errors import UnknownName, UsageError
from forecaster.store import visits
from forecaster.store.visits import Failure
from forecaster.wiring import Desk
from indicators import catalogue
from indicators.sources import EVERY, SOURCES
from tests.collecting.conftest import QUICK, START, Clock, Publish
from tests.collecting.gazette import Gazette
from tests.replay import Publisher


@pytest.fixture
def gazette(publisher: Publisher) -> Gazette:
    return Gazette(publisher.address)


def test_a_source_is_due_until_it_was_visited_well_and_then_after_its_rhythm(
    desk: Desk, clock: Clock, publisher: Publisher, publish: Publish, gazette: Gazette
) -> None:
    sources = {"gazette": gazette}
    assert [gazette] == due(desk, sources)
    collect(desk, [gazette], patience=QUICK)
    assert [gazette] == due(desk, sources), "a failed visit is no visit"
    publish({"2026-08": 23.5})
    collect(desk, [gazette], patience=QUICK)
    assert [] == due(desk, sources)
    clock.now += timedelta(hours=19)
    assert [] == due(desk, sources)
    clock.now += timedelta(hours=1)
    assert [gazette] == due(desk, sources)
    publisher.routes.clear()
    collect(desk, [gazette], patience=QUICK)
    assert [gazette] == due(desk, sources)


def test_a_server_that_asked_for_peace_is_not_due(
    desk: Desk, clock: Clock, gazette: Gazette
) -> None:
    until = clock.now + timedelta(hours=1)
    failure = Failure("gazette", gazette.indicators, "status 429", not_before=until)
    visits.fail(desk.engine, failure, now=clock())
    assert until == next_visit("gazette", visits.remembered(desk.engine)["gazette"])
    assert [] == due(desk, {"gazette": gazette})
    clock.now = until
    assert [gazette] == due(desk, {"gazette": gazette})


def test_the_sources_of_named_indicators(desk: Desk, gazette: Gazette) -> None:
    other = Gazette("http://127.0.0.1:1", name="other", indicators=("gdp_ratio",))
    sources = {"gazette": gazette, "other": other}
    assert [gazette] == serving(desk, ["leader_meetings", "trade_total"], sources)
    assert [gazette, other] == serving(desk, ["gdp_ratio", "trade_total"], sources)
    with pytest.raises(UsageError, match="no source fetches us_strategy_naming"):
        serving(desk, ["us_strategy_naming"], sources)
    with pytest.raises(UnknownName, match="trade_total"):
        serving(desk, ["trade_totals"], sources)


def test_without_a_contact_nobody_outside_is_asked_and_nothing_is_held_against_them(
    desk: Desk,
) -> None:
    away = Gazette("http://publisher.example")
    (done,) = collect(desk, [away], patience=QUICK)
    assert "set FORECASTER_CONTACT" in (done.error or "")
    assert {} == visits.remembered(desk.engine)


def test_a_source_that_is_not_visited_keeps_its_note(
    desk: Desk, publisher: Publisher, publish: Publish, gazette: Gazette
) -> None:
    publish({"2026-08": 23.5})
    collect(desk, [gazette], patience=QUICK)
    publisher.routes.clear()
    collect(desk, [gazette], patience=QUICK)
    one = visits.remembered(desk.engine)["gazette"]
    assert ({"rows": "1"}, "failed", 1, gazette.indicators) == (
        one.memory,
        one.result,
        one.failures,
        one.indicators,
    )
    assert one.succeeded_at is not None
    assert START < one.succeeded_at < one.visited_at


def test_settings_and_sources_name_the_same() -> None:
    assert settings.SOURCES == tuple(SOURCES)
    assert set(SOURCES) == set(EVERY)
    assert set(settings.KEYED) <= set(SOURCES)


def test_every_source_is_called_by_its_module_and_speaks_of_known_indicators() -> None:
    known = set(catalogue())
    for name, source in SOURCES.items():
        assert name == source.name
        assert source.indicators
        assert set(source.indicators) <= known
        assert source.base_url.startswith(("http://", "https://"))
        assert min(source.pace, source.cap, source.deadline) > 0
