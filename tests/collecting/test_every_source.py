"""What each of the ten publishers may do on a bad day, over real sockets: nothing is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from forecaster import settings
from forecaster.store import readings, visits
from forecaster.wiring import Desk
from indicators.sources import SOURCES
from tests.collecting.conftest import Clock, visited
from tests.collecting.look import archived, fetches, state
from tests.replay import Publisher, Replay, Route

PAGE = b"<!DOCTYPE html><html><body><h1>Please enable JavaScript</h1></body></html>"


@pytest.fixture
def desk(replayed: Desk) -> Desk:
    return replayed


def standing(desk: Desk, name: str) -> dict[str, dict[str, float]]:
    """What counts of every indicator of a source."""
    return {
        indicator: {
            one.period: one.value
            for one in readings.as_known(desk.engine, desk.clock(), indicator=indicator)
        }
        for indicator in SOURCES[name].indicators
    }


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_page_for_browsers_with_status_200_is_kept_and_not_believed(
    desk: Desk, replay: Replay, name: str
) -> None:
    before = standing(desk, name)
    method = "POST" if name == "sipri" else "GET"
    replay[name].add(Route("*", method=method, content_type="text/html", body=PAGE))
    done = visited(desk, name)
    assert "failed" == done.result
    assert done.error is not None
    assert (0, 0, 0, 0) == (
        done.readings_added,
        done.quarantined,
        done.withdrawn,
        done.leads_added,
    )
    assert before == standing(desk, name)
    assert 1 == len(archived(desk))
    assert {name} == {one["source"] for one in fetches(desk)}


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_publisher_that_is_away_fails_its_visit_and_shows(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Publisher() as gone:
        address = gone.address
    monkeypatch.setenv(settings.variable(f"sources.{name}.base_url"), address)
    away = Desk(settings.load(), desk.engine, desk.clock)
    before = standing(away, name)
    done = visited(away, name)
    assert "failed" == done.result
    assert before == standing(away, name)
    assert "failed" == visits.remembered(away.engine)[name].result
    fed = [one for one in SOURCES[name].indicators if not other_sources(one, name)]
    assert {state(away, one) for one in fed} <= {"failed", "late", "retired"}


def other_sources(indicator: str, name: str) -> bool:
    return any(indicator in one.indicators for other, one in SOURCES.items() if other != name)


@pytest.mark.parametrize("name", list(SOURCES))
def test_yesterdays_page_brings_nothing_and_takes_nothing_back(
    desk: Desk, clock: Clock, name: str
) -> None:
    assert visited(desk, name).error is None
    before = standing(desk, name)
    for _ in range(2):
        clock.now += timedelta(hours=20)
        again = visited(desk, name)
        assert again.error is None
        assert (0, 0, 0, 0) == (
            again.readings_added,
            again.quarantined,
            again.withdrawn,
            again.leads_added,
        )
    assert before == standing(desk, name)


def test_an_older_release_after_a_newer_one_does_not_count(
    desk: Desk, clock: Clock, replay: Replay
) -> None:
    """A cache that lags behind answers with what was published before; it is known to be older."""
    visited(desk, "worldbank")
    old = next(one for one in replay["worldbank"].routes if one.path.endswith("GDP.MKTP.KD"))
    head, rows = json.loads(old.body)
    head["lastupdated"] = "2026-11-20"
    newest = next(one for one in rows if one["value"] and one["countryiso3code"] == "CHN")
    newest["value"] *= 1.01
    clock.now += timedelta(days=1)
    replay["worldbank"].add(replace(old, body=json.dumps([head, rows]).encode(), times=1))
    revised = visited(desk, "worldbank")
    assert (1, 1) == (revised.readings_added, revised.revised)
    stands = standing(desk, "worldbank")
    clock.now += timedelta(days=1)
    assert visited(desk, "worldbank").error is None
    assert stands == standing(desk, "worldbank")
