"""Which two forecasts ``explain`` compares, and what it refuses to compare."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecaster import explained
from forecaster.errors import NothingKnown, UnknownName, UsageError, WrongValue
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, Put, Run


def test_there_must_be_two(desk: Desk, put: Put, run: Run) -> None:
    with pytest.raises(NothingKnown, match="run `forecaster update`"):
        explained.ends(desk)
    put("only", as_of=NOW - timedelta(hours=1))
    done = run("explain")

    assert isinstance(done.exception, NothingKnown)
    assert "the first forecast" in str(done.exception)


def test_a_forecast_that_nobody_knows_is_told_with_its_like(desk: Desk, put: Put) -> None:
    put("20261120T061200Z-0123abcd", as_of=NOW - timedelta(days=2))
    put("20261122T061200Z-0123abcd", as_of=NOW - timedelta(hours=1))
    with pytest.raises(UnknownName, match="nearest: 20261120T061200Z-0123abcd"):
        explained.ends(desk, "20261120T061200Z-0123abce")
    for hostile in ("x" * 5000, "a\x00b", "../../etc/passwd"):
        with pytest.raises(UnknownName):
            explained.ends(desk, hostile)


def test_a_forecast_is_not_compared_with_itself_or_with_what_was_refused(
    desk: Desk, put: Put
) -> None:
    put("old", as_of=NOW - timedelta(days=2))
    put("refused", as_of=NOW - timedelta(days=1), kind="rejected")
    put("new", as_of=NOW - timedelta(hours=1))
    for name in ("new", "refused"):
        with pytest.raises(WrongValue) as raised:
            explained.ends(desk, name)
        assert isinstance(raised.value, UsageError)
        assert raised.value.field == "since"
    with pytest.raises(WrongValue, match="did not pass the gate") as raised:
        explained.ends(desk, to="refused")
    assert raised.value.field == "to"
    assert explained.ends(desk).start["forecast_id"] == "old"


@pytest.fixture
def several(put: Put) -> None:
    """Two published forecasts with a provisional one and a hindcast between, and one after."""
    put("one", as_of=NOW - timedelta(days=9))
    put("past", as_of=NOW - timedelta(days=8), kind="hindcast", created_at=NOW)
    put("quick", as_of=NOW - timedelta(days=6), kind="provisional")
    put("two", as_of=NOW - timedelta(days=4))
    put("last", as_of=NOW - timedelta(days=1), kind="provisional")


def _day(days: int) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("since", "to", "pair"),
    [
        (None, None, ("two", "last")),
        ("one", None, ("one", "last")),
        ("one", "two", ("one", "two")),
        (None, "two", ("one", "two")),
        (None, "past", ("one", "past")),
        ("past", "two", ("past", "two")),
        ("quick", "two", ("quick", "two")),
        (_day(6), _day(4), ("one", "two")),  # the one published last; the one that stood
        (_day(7), _day(5), ("one", "quick")),
        ("2026-11-18T06:15Z", "2999-01-01", ("two", "last")),
    ],
)
@pytest.mark.usefixtures("several")
def test_two_forecasts_are_named_by_id_or_moment(
    desk: Desk, since: str | None, to: str | None, pair: tuple[str, str]
) -> None:
    found = explained.ends(desk, since, to=to)
    assert (found.start["forecast_id"], found.end["forecast_id"]) == pair


@pytest.mark.parametrize(
    ("since", "to", "field", "why"),
    [
        ("two", "one", "since", r"two \(as known .*\) is later than one \(as known"),
        ("last", "quick", "since", "is later than quick"),
        (_day(3), _day(5), "since", "two .* is later than quick"),
        ("two", "two", "since", "the forecast that is explained; name an earlier one"),
        (_day(3), "two", "since", "two .* is the forecast that is explained"),
        ("2026-13-45", None, "since", "is no moment; write 2018-12-31"),
        ("one", "2026-11-20 noon", "to", "is no moment"),
    ],
)
@pytest.mark.usefixtures("several")
def test_what_goes_backwards_or_cannot_be_read_is_refused(
    desk: Desk, run: Run, since: str, to: str | None, field: str, why: str
) -> None:
    with pytest.raises(WrongValue, match=why) as raised:
        explained.ends(desk, since, to=to)
    assert raised.value.field == field
    done = run("explain", "--since", since, *(() if to is None else ("--to", to)))
    assert str(done.exception) == str(raised.value)


@pytest.mark.usefixtures("several")
def test_before_the_first_there_is_none_to_start_from_or_end_with(desk: Desk) -> None:
    for since, to in (("2018-12-31", None), (None, "2018-12-31")):
        with pytest.raises(NothingKnown, match="had been published as of 2018-12-31"):
            explained.ends(desk, since, to=to)
    with pytest.raises(NothingKnown, match="the first forecast"):
        explained.ends(desk, to="one")


@pytest.mark.usefixtures("several")
def test_a_forecast_that_came_later_is_not_explained_as_of_an_earlier_day(desk: Desk) -> None:
    at = NOW - timedelta(days=5)
    assert explained.ends(desk, at=at, to="quick").end["forecast_id"] == "quick"
    with pytest.raises(WrongValue, match="leave as_of out") as raised:
        explained.ends(desk, at=at, to="two")
    assert raised.value.field == "to"
