"""The course of the headline, as this installation knew it at any time; on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from forecaster.belief import Kind
from forecaster.store import forecasts, readings, timeline
from forecaster.store.engine import writing
from tests import synthetic
from tests.store.support import day, new

MOMENTS = st.integers(0, 30)
KINDS: list[Kind] = ["published", "provisional", "hindcast", "rejected"]


def put(
    engine: Engine,
    name: str,
    as_of: datetime,
    made: datetime | None = None,
    kind: Kind = "published",
) -> None:
    document = synthetic.document()
    document["forecast_id"] = name
    document["as_of"] = as_of.isoformat()
    document["created_at"] = (made or as_of).isoformat()
    with writing(engine) as connection:
        forecasts.insert(
            connection, document, kind=kind, posterior_path=None, posterior_sha256=None
        )


def test_before_the_first_there_is_nothing(engine: Engine) -> None:
    readings.add(engine, [new(1.0)], now=day(1))
    assert timeline.points(engine, day(9)) == []
    assert timeline.counts(engine, day(9)) == {}
    assert timeline.newest(engine, day(9), limit=5) == []
    assert timeline.entry(engine, "none", day(9)) is None
    assert timeline.beside(engine, "none", day(9)) == (None, None)
    assert timeline.like(engine, "none", day(9)) == []
    assert timeline.recorded(engine, day(9)) == []


def test_what_was_made_later_was_not_known(engine: Engine) -> None:
    put(engine, "one", day(1))
    put(engine, "two", day(2), made=day(5))
    put(engine, "three", day(7))
    put(engine, "back", day(0), made=day(8), kind="hindcast")

    assert [one.forecast_id for one in timeline.points(engine, day(4))] == ["one"]
    assert [one.forecast_id for one in timeline.points(engine, day(9))] == ["one", "two", "three"]
    assert timeline.counts(engine, day(7)) == {"published": 3}
    assert timeline.counts(engine, day(8)) == {"published": 3, "hindcast": 1}
    assert timeline.entry(engine, "two", day(4)) is None
    found = timeline.entry(engine, "two", day(5))
    assert found is not None
    assert found.document["forecast_id"] == found.row.forecast_id == "two"


def test_neighbours_are_the_ones_before_and_after(engine: Engine) -> None:
    for number, name in enumerate(("a", "b", "c")):
        put(engine, name, day(1), made=day(1) + timedelta(minutes=number))
    put(engine, "aside", day(1), made=day(1) + timedelta(seconds=90), kind="rejected")

    def named(name: str, at: int = 9) -> list[str | None]:
        found = timeline.beside(engine, name, day(at))
        return [None if one is None else one.forecast_id for one in found]

    assert named("a") == [None, "b"]
    assert named("b") == ["a", "c"]
    assert named("c") == ["b", None]
    assert named("aside") == ["b", "c"]


def test_pages_follow_each_other(engine: Engine) -> None:
    for number in range(7):
        put(engine, f"n{number}", day(number))
    pages = [timeline.newest(engine, day(9), limit=3, offset=3 * page) for page in range(3)]
    assert [[one.forecast_id for one in page] for page in pages] == [
        ["n6", "n5", "n4"],
        ["n3", "n2", "n1"],
        ["n0"],
    ]


def test_the_ids_next_to_a_text_are_found(engine: Engine) -> None:
    for name in ("20260101T0000-a", "20260201T0000-b", "20260301T0000-c"):
        put(engine, name, day(1))
    assert timeline.like(engine, "20260201T0000-x", day(9)) == [
        "20260201T0000-b",
        "20260301T0000-c",
    ]
    assert timeline.like(engine, "%", day(9)) == ["20260101T0000-a"]


def test_readings_that_the_first_forecast_had_seen_are_no_events(engine: Engine) -> None:
    readings.add(engine, [new(1.0)], now=day(1))
    put(engine, "one", day(2))
    readings.add(
        engine, [new(2.0, 3), new(1.0, 3, indicator="cn_us_tone", period="2026-01")], now=day(3)
    )
    readings.add(engine, [new(3.0, 5)], now=day(5))
    put(engine, "two", day(6))
    readings.add(engine, [new(4.0, 7)], now=day(7))

    def seen(at: int, since: int | None = None) -> list[tuple[datetime, int]]:
        found = timeline.recorded(engine, day(at), since=None if since is None else day(since))
        return [(datetime.fromisoformat(f"{one.day}T00:00Z"), one.amount) for one in found]

    assert seen(9) == [(day(3), 2), (day(5), 1), (day(7), 1)]
    assert seen(4) == [(day(3), 2)]
    assert seen(9, since=7) == [(day(7), 1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(rows=st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from(KINDS)), max_size=8), at=MOMENTS)
def test_nothing_of_later_is_told_of_a_day(
    engine: Engine, rows: list[tuple[int, int, Kind]], at: int
) -> None:
    """Whatever is stored afterwards, what is told as of a day stays the same."""
    before = timeline.points(engine, day(at)), timeline.counts(engine, day(at))
    late = [(max(as_of, 0), at + 1 + made, kind) for as_of, made, kind in rows]
    for as_of, made, kind in late:
        put(engine, uuid4().hex, day(as_of), day(made), kind)
    after = timeline.points(engine, day(at)), timeline.counts(engine, day(at))
    assert after == before
