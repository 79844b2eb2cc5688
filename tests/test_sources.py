"""A source is late when its next value is overdue, and not before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster import sources
from forecaster.sources import Fetched, Watch


def _watch(expected: str, *, context: bool = False, retired: bool = False) -> Watch:
    return Watch("one", expected, 10, 20, context=context, retired=retired)


@pytest.mark.parametrize(
    ("expected", "last", "next_end"),
    [
        ("monthly", date(2026, 1, 31), date(2026, 2, 28)),
        ("monthly", date(2026, 12, 31), date(2027, 1, 31)),
        ("monthly", date(2026, 5, 10), date(2026, 6, 30)),
        ("yearly", date(2025, 12, 31), date(2026, 12, 31)),
        ("yearly", date(2024, 2, 29), date(2025, 2, 28)),
        ("yearly", date(2025, 5, 20), date(2026, 5, 20)),
        ("daily", date(2026, 10, 17), date(2026, 10, 18)),
        ("irregular", date(2026, 10, 17), date(2026, 10, 17)),
    ],
)
def test_patience_ends_a_lag_and_a_margin_after_the_next_period(
    expected: str, last: date, next_end: date
) -> None:
    watch = _watch(expected)
    end = datetime(next_end.year, next_end.month, next_end.day, tzinfo=UTC) + timedelta(days=31)

    assert sources.due(watch, last) == end
    assert sources.days_late(watch, last, end) == 0
    assert sources.days_late(watch, last, end + timedelta(seconds=1)) == 1
    assert sources.state(watch, last, end + timedelta(seconds=1)) == "late"


@pytest.mark.parametrize(
    ("watch", "state"),
    [
        (_watch("daily"), "fresh"),
        (_watch("monthly"), "fresh"),
        (_watch("yearly"), "manual"),
        (_watch("irregular"), "manual"),
        (_watch("monthly", context=True), "manual"),
        (_watch("monthly", retired=True), "retired"),
        (Watch("one", "monthly", 0, 0, readable=False), "failed"),
    ],
)
def test_states_while_nothing_is_overdue(watch: Watch, state: str) -> None:
    now = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)

    assert sources.state(watch, date(2026, 10, 31), now) == state


@pytest.mark.parametrize(
    ("watch", "state"),
    [
        (_watch("yearly"), "fresh"),
        (_watch("irregular"), "fresh"),
        (_watch("monthly"), "fresh"),
        (_watch("monthly", context=True), "manual"),
        (_watch("monthly", retired=True), "retired"),
    ],
)
def test_what_is_fetched_well_is_fresh_while_nothing_is_overdue(watch: Watch, state: str) -> None:
    now = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
    well = Fetched.of([(["one", "two"], "unchanged"), (["one"], "failed")])

    assert well == Fetched(frozenset({"one", "two"}), frozenset())
    assert sources.state(watch, date(2026, 10, 31), now, well) == state


def test_what_no_source_of_its_own_gives_is_failed_unless_it_is_retired() -> None:
    now = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
    failed = Fetched.of([(["one"], "failed")])

    assert sources.state(_watch("monthly"), date(2026, 10, 31), now, failed) == "failed"
    assert sources.state(_watch("monthly"), date(2020, 1, 31), now, failed) == "failed"
    assert sources.state(_watch("daily", retired=True), None, now, failed) == "retired"
    assert sources.summary([_watch("monthly")], {}, now, failed) == {"late": [], "failed": ["one"]}


def test_no_reading_at_all_is_late_unless_nothing_is_expected() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)

    assert sources.state(_watch("yearly"), None, now) == "late"
    assert sources.days_late(_watch("yearly"), None, now) is None
    assert sources.state(_watch("yearly", context=True), None, now) == "manual"


@given(
    st.sampled_from(["daily", "monthly", "yearly", "irregular"]),
    st.dates(date(1992, 1, 1), date(2090, 1, 1)),
    st.dates(date(1992, 1, 1), date(2090, 1, 1)),
)
def test_a_newer_reading_never_makes_a_source_later(expected: str, one: date, other: date) -> None:
    older, newer = sorted((one, other))

    assert sources.due(_watch(expected), newer) >= sources.due(_watch(expected), older)


def test_the_watch_list_of_the_project_agrees_with_the_typed_catalogue() -> None:
    from indicators import catalogue

    typed = [Watch.of(name, one.model_dump()) for name, one in catalogue().items()]

    assert list(sources.read_watches()) == typed


def test_a_file_that_cannot_be_read_is_a_failed_source(tmp_path: Path) -> None:
    for name, text in (("broken", "title = "), ("empty", ""), ("_template", "x")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "indicator.toml").write_text(text)
    found = sources.summary(sources.read_watches(tmp_path), {}, datetime(2026, 11, 22, tzinfo=UTC))

    assert found == {"late": [], "failed": ["broken", "empty"]}
