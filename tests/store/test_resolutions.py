"""Which scenario came into force, as known at a time."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from forecaster.store import resolutions
from tests.store.support import NOW, day

URL = "https://example.org/treaty"


def test_a_resolution_is_known_from_its_day_on(engine: Engine) -> None:
    assert resolutions.add(engine, "balancing", date(2026, 2, 10), URL, NOW)
    assert resolutions.add(engine, "alliance", date(2026, 2, 1), URL, NOW)
    known = [[one.scenario for one in resolutions.as_known(engine, day(n))] for n in (30, 31, 40)]
    assert known == [[], ["alliance"], ["alliance", "balancing"]]
    assert resolutions.as_known(engine, day(99), recorded_by=day(99)) == []


def test_the_same_again_adds_nothing(engine: Engine) -> None:
    assert resolutions.add(engine, "alliance", date(2026, 2, 1), URL, NOW)
    assert not resolutions.add(engine, "alliance", date(2026, 2, 1), "another", NOW)
    assert resolutions.as_known(engine, NOW) == [
        resolutions.Resolution("alliance", date(2026, 2, 1), URL, NOW)
    ]


def test_a_later_record_for_the_day_takes_the_place_of_a_mistake(engine: Engine) -> None:
    resolutions.add(engine, "alliance", date(2026, 2, 1), URL, day(40))
    resolutions.add(engine, "retreat", date(2026, 2, 1), URL, day(50))
    assert ["retreat"] == [one.scenario for one in resolutions.as_known(engine, NOW)]
    then = resolutions.as_known(engine, NOW, recorded_by=day(45))
    assert ["alliance"] == [one.scenario for one in then]


def test_what_is_no_scenario_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="'entente' is no scenario; expected one of retreat"):
        resolutions.add(engine, "entente", date(2026, 2, 1), URL, NOW)
    with pytest.raises(ValueError, match="needs a source"):
        resolutions.add(engine, "alliance", date(2026, 2, 1), "", NOW)


def test_moments_without_a_zone_are_refused(engine: Engine) -> None:
    naive = datetime(2026, 2, 1)  # noqa: DTZ001
    for use in (
        lambda: resolutions.as_known(engine, naive),
        lambda: resolutions.as_known(engine, NOW, recorded_by=naive),
        lambda: resolutions.add(engine, "alliance", date(2026, 2, 1), URL, naive),
    ):
        with pytest.raises(ValueError, match="no time zone; give an aware datetime"):
            use()
