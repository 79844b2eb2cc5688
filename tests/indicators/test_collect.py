"""What may be recorded from what a person must see first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import Indicator, Period, Reading, catalogue
from indicators.collect import Visited, doubtful, visit
from indicators.source import (
    Answer,
    Ask,
    CallFailed,
    Doubt,
    Harvest,
    Lead,
    Request,
    Unexpected,
    Visit,
    Withdrawal,
)
from tests.indicators.conftest import NOW, Gazette

CATALOGUE = catalogue()
KNOWN = {"trade_total": {f"2025-{month:02}": 20.0 for month in range(1, 13)}}


def reading(
    value: float,
    period: str = "2026-08",
    indicator: str = "trade_total",
    published: datetime | None = None,
) -> Reading:
    return Reading(indicator, Period.parse(period), value, published, "http://x")


def unasked(_: Request) -> Answer:
    raise AssertionError("nobody is asked here")


def visited(harvest: Harvest, memory: dict[str, str] | None = None) -> Visited:
    source = Gazette("http://127.0.0.1:1", harvest=harvest)
    found = Visit(now=NOW, known=KNOWN, memory=memory or {})
    return visit(source, unasked, CATALOGUE, found)


def test_good_values_and_doubts_are_parted() -> None:
    own = Doubt(reading(21.0, "2026-06"), "the table says that it is provisional")
    lead = Lead("trade_total", "k", date(2026, 8, 1), "t", "http://x", "why")
    gone = Withdrawal("trade_total", Period.parse("2025-03"), "http://x")
    harvest = Harvest(
        "value",
        readings=(reading(23.0), reading(9e9, "2026-07")),
        doubts=(own,),
        leads=(lead,),
        withdrawn=(gone,),
        warnings=("a new field",),
    )
    found = visited(harvest, {"cursor": "7"})
    assert ("value", None, {"cursor": "7"}) == (found.result, found.error, found.memory)
    assert (reading(23.0),) == found.readings
    assert [own.why, "outside"] == [found.doubts[0].why, found.doubts[1].why.split()[2]]
    assert ((lead,), (gone,), ("a new field",)) == (found.leads, found.withdrawn, found.warnings)


@pytest.mark.parametrize(
    ("harvest", "told"),
    [
        (Harvest("value", readings=(reading(1.0, indicator="gdp_ratio"),)), "speaks of gdp_ratio"),
        (Harvest("value", doubts=(Doubt(reading(1.0, indicator="x"), ""),)), "speaks of x"),
        (Harvest("value", withdrawn=(Withdrawal("x", Period.parse("2025"), ""),)), "speaks of x"),
        (
            Harvest("value", leads=(Lead("x", "k", date(2026, 8, 1), "t", "u", "w"),)),
            "speaks of x",
        ),
        (
            Harvest("value", leads=(Lead("trade_total", "k", date(2026, 8, 1), "a\0", "u", "w"),)),
            "null character",
        ),
        (
            Harvest("value", readings=(Reading("trade_total", Period.parse("2025"), 1, None, ""),)),
            "names no source",
        ),
        (
            Harvest(
                "value",
                withdrawn=tuple(
                    Withdrawal("trade_total", Period.parse(period), "u")
                    for period in list(KNOWN["trade_total"])[:3]
                ),
            ),
            "shrank from 12 to 9",
        ),
        (Harvest("failed"), "did not say why"),
    ],
    ids=str,
)
def test_what_a_source_must_not_say_fails_its_visit(harvest: Harvest, told: str) -> None:
    found = visited(harvest)
    assert ("failed", True) == (found.result, found.needs_attention)
    assert found.error is not None
    assert found.error.startswith("gazette: ")
    assert told in found.error
    assert ((), (), ()) == (found.readings, found.leads, found.withdrawn)


class Failing(Gazette):
    error: Exception

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        visit.memory["cursor"] = "8"
        del ask
        raise self.error


@pytest.mark.parametrize(
    ("error", "told", "attention", "wait"),
    [
        (CallFailed("gazette: status 500"), "gazette: status 500", False, None),
        (CallFailed("status 404", needs_attention=True), "gazette: status 404", True, None),
        (CallFailed("status 429", wait=60.0), "gazette: status 429", False, 60.0),
        (Unexpected("no table"), "gazette: no table", True, None),
        (KeyError("rows"), "gazette: KeyError while reading: 'rows'", True, None),
        (IndexError("out"), "gazette: IndexError while reading: out", True, None),
        (ZeroDivisionError("by 0"), "gazette: ZeroDivisionError while reading: by 0", True, None),
    ],
    ids=repr,
)
def test_a_failed_visit_says_why_and_leaves_no_note(
    *,
    error: Exception,
    told: str,
    attention: bool,
    wait: float | None,
) -> None:
    source = Failing("http://127.0.0.1:1")
    source.error = error
    found = visit(source, unasked, CATALOGUE, Visit(NOW, KNOWN, {"cursor": "7"}))
    assert ("failed", told, attention, wait, {}) == (
        found.result,
        found.error,
        found.needs_attention,
        found.wait,
        found.memory,
    )


def test_what_the_archive_says_goes_through() -> None:
    source = Failing("http://127.0.0.1:1")
    source.error = OSError("the disk is full")
    with pytest.raises(OSError, match="the disk is full"):
        visit(source, unasked, CATALOGUE, Visit(NOW, KNOWN, {}))


# Doubts


def why(one: Reading, known: dict[str, float] | None = None) -> str:
    indicator = CATALOGUE[one.indicator]
    return doubtful(one, indicator, {one.indicator: known or {}}, NOW) or ""


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (reading(float("nan")), "not a finite number"),
        (reading(700.0), "outside the plausible range"),
        (reading(1.5, "2026-05", "leader_meetings"), "is no count"),
        (reading(20.0, "2026-12"), "lies in the future"),
        (reading(20.0, "2026-11"), "has not ended yet"),
        (reading(20.0, "2026"), "has not ended yet"),
        (reading(20.0, published=NOW + timedelta(hours=2)), "yet to come"),
        (reading(20.0, published=datetime(2026, 7, 31, tzinfo=UTC)), "before 2026-08 began"),
        (reading(20.0, published=NOW + timedelta(minutes=5)), ""),
        (reading(20.0, published=datetime(2026, 9, 9, tzinfo=UTC)), ""),
        (reading(20.0), ""),
        (reading(2.0, "2026-05", "leader_meetings"), ""),
    ],
    ids=str,
)
def test_what_cannot_be_is_doubted(one: Reading, told: str) -> None:
    assert told in why(one)
    assert bool(told) == bool(why(one))


@pytest.mark.parametrize(
    ("value", "known", "told"),
    [
        (500.0, {"2026-07": 0.5}, "about a thousandfold"),
        (0.5, {"2026-07": 500.0}, "about a thousandfold"),
        (500.0, {"2026-07": 2.0}, ""),
        (500.0, {"2026-07": 400.0, "2026-06": 0.5}, ""),
        (500.0, {"2026-08": 0.5, "2026-07": 400.0}, "from 0.5 (2026-08) to 500"),
        (500.0, {"2026-09": 0.5}, ""),
        (500.0, {"2025": 0.5}, ""),
        (0.5, {"2026-07": 0.0}, ""),
    ],
)
def test_a_change_of_unit_is_noticed(value: float, known: dict[str, float], told: str) -> None:
    assert told in why(reading(value), known)
    assert bool(told) == bool(why(reading(value), known))


@pytest.mark.parametrize(
    ("value", "known", "told"),
    [
        (0.0, {"2024": 500.0}, "from 500 (2024) to 0 (2024): a missing value may have been"),
        (0.0, {"2024": 0.0}, ""),
        (0.0, {"2023": 500.0}, ""),
        (400.0, {"2024": 500.0}, ""),
    ],
)
def test_a_value_that_is_rewritten_to_zero_is_doubted(
    value: float, known: dict[str, float], told: str
) -> None:
    """Missing is never zero; a first zero may be true."""
    found = why(reading(value, "2024", "arms_orders"), known)
    assert told in found
    assert bool(told) == bool(found)


def test_a_jump_beyond_what_is_stated_is_doubted() -> None:
    jumpy = next(
        name
        for name, one in CATALOGUE.items()
        if one.plausible.jump == 25 and one.cadence.expected == "yearly"
    )
    old = {"2024": 40.0}
    assert "a change by more than 25" in why(reading(66.0, "2025", jumpy), old)
    assert "" == why(reading(65.0, "2025", jumpy), old)


@given(st.sampled_from(sorted(CATALOGUE)), st.floats())
def test_what_stands_already_is_never_doubted(name: str, value: float) -> None:
    one = reading(value, "2025-08", name)
    assert isnan(value) or "" == why(one, {"2025-08": value})


@given(st.sampled_from(sorted(CATALOGUE)), st.floats(), st.sampled_from(["2025", "2025-08"]))
def test_what_is_not_doubted_can_be_used(name: str, value: float, period: str) -> None:
    indicator: Indicator = CATALOGUE[name]
    one = reading(value, period, name)
    if not why(one):
        assert None is indicator.implausible(value)
        image = indicator.observation.apply(value, one.period.n_months)
        assert image - image == 0
