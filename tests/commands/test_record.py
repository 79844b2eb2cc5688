"""A reading added by hand is checked, kept with its times, and never overwrites another."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from forecaster import parsing, recording
from forecaster.errors import UnknownName, UsageError
from forecaster.store import readings
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, Run, Start

URL = "https://example.org/page"
Store = Callable[..., recording.Recorded]


@pytest.fixture
def store(desk: Desk) -> Store:
    def put(name: str, period: str, value: str, **more: object) -> recording.Recorded:
        return recording.store(desk, recording.Stated(name, period, value, URL, **more))  # type: ignore[arg-type]

    return put


def test_a_new_reading_is_added_and_known_at_once(store: Store, desk: Desk) -> None:
    done = store("leader_meetings", "2026-10", "1", note="on the margins of a summit")
    (found,) = [
        one
        for one in readings.as_known(desk.engine, NOW, indicator="leader_meetings")
        if one.period == "2026-10"
    ]

    assert (done.result, done.vintage) == ("added", 1)
    assert (found.value, found.vintage, found.origin) == (1.0, 1, "by_hand")
    assert found.recorded_at == NOW
    assert found.note == "on the margins of a summit"
    # Three days of lag have passed: the world could know it on 4 November.
    assert found.known_at == datetime(2026, 11, 4, tzinfo=UTC)


def test_a_value_is_never_known_before_it_is_recorded_or_published(store: Store) -> None:
    early = store("trade_total", "2026-10", "20.5")
    stated = store(
        "trade_total", "2026-09", "20.1", published_at=datetime(2026, 10, 18, tzinfo=UTC)
    )

    # The usual lag would be over later than now only for a fresh month; now is the bound.
    assert early.reading.known_at <= NOW
    assert stated.reading.known_at == datetime(2026, 10, 18, tzinfo=UTC)


def test_a_second_value_is_the_next_vintage_and_news_of_today(store: Store, desk: Desk) -> None:
    store("leader_meetings", "2026-09", "1")
    done = store("leader_meetings", "2026-09", "2")
    rows = [
        one for one in readings.vintages(desk.engine, "leader_meetings") if one.period == "2026-09"
    ]

    assert (done.result, done.vintage) == ("added", 2)
    assert [(one.vintage, one.value) for one in rows] == [(1, 1.0), (2, 2.0)]
    assert rows[1].known_at == NOW


def test_the_same_again_is_told_and_not_added(store: Store, desk: Desk) -> None:
    store("leader_meetings", "2026-09", "1")
    before = readings.vintages(desk.engine, "leader_meetings")
    again = store("leader_meetings", "2026-09", "1.0")

    assert (again.result, again.vintage) == ("duplicate", 1)
    assert readings.vintages(desk.engine, "leader_meetings") == before


def test_an_implausible_value_is_kept_aside_unless_a_reason_is_given(
    store: Store, desk: Desk
) -> None:
    aside = store("trade_total", "2026-08", "20500")
    assert aside.result == "quarantined"
    assert "outside the plausible range" in aside.why
    assert all(one.period != "2026-08" for one in readings.as_known(desk.engine, NOW))
    (kept,) = readings.quarantined(desk.engine, "trade_total")
    assert (kept.period, kept.value, kept.source) == ("2026-08", 20500.0, URL)

    accepted = store("trade_total", "2026-08", "20500", reason="the unit has changed")
    assert accepted.result == "added"
    (found,) = [
        one
        for one in readings.as_known(desk.engine, NOW, indicator="trade_total")
        if one.period == "2026-08"
    ]
    assert found.reason == "the unit has changed"


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("2026-13", "not a date of the calendar"),
        ("2026-02-30", "not a date of the calendar"),
        ("26-10", "not a period"),
        ("October", "not a period"),
        ("2027", "lies in the future"),
        ("2026-12", "lies in the future"),
        ("2026-11-23", "lies in the future"),
        ("2026-11", "has not ended yet"),
        ("2026", "has not ended yet"),
    ],
)
def test_periods_that_cannot_be_meant_are_refused(store: Store, period: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        store("leader_meetings", period, "1")


def test_a_state_of_things_may_be_recorded_before_its_period_ends(store: Store) -> None:
    assert store("us_tariff_on_china", "2026-11-22", "40").result == "added"
    assert store("us_tariff_on_china", "2026-11", "40").result == "added"
    assert store("leader_meetings", "2026-11-22", "1").result == "added"


def test_how_things_stand_is_told_of_a_day_or_a_month_of_a_year_that_goes_on(store: Store) -> None:
    """The end of the year lies ahead, and the model would not look at it before."""
    with pytest.raises(UsageError, match=r"write the month or the day .* 2026-11 or 2026-11-22"):
        store("us_tariff_on_china", "2026", "40")
    assert store("us_tariff_on_china", "2024", "20").result == "added"


def test_the_count_of_a_day_is_remarked(store: Store) -> None:
    remarks = " ".join(store("leader_meetings", "2026-11-22", "1").remarks)

    assert "once 2026-11 is over, its own count would stand beside it" in remarks


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("leader_meetings", "many", "is no number"),
        ("leader_meetings", "1,5", "is no number"),
        ("leader_meetings", "nan", "not a finite number"),
        ("leader_meetings", "inf", "not a finite number"),
        ("leader_meetings", "1e999", "not a finite number"),
        ("leader_meetings", "-1", "is no count"),
        ("leader_meetings", "1.5", "is no count"),
        ("trade_total", "0", "has no log"),
        ("trade_total", "-3", "has no log"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(
    store: Store, desk: Desk, name: str, value: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        store(name, "2026-10", value, reason="even with a reason")
    assert readings.quarantined(desk.engine) == []


def test_an_unknown_indicator_is_told_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownName, match="nearest: leader_meetings"):
        store("leader_meeting", "2026-10", "1")


@pytest.mark.parametrize(
    "source", ["", "a newspaper", "ftp://example.org", "https://", "http:// x"]
)
def test_a_source_must_be_an_address(desk: Desk, source: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        recording.store(desk, recording.Stated("leader_meetings", "2026-10", "1", source))


def test_a_date_of_publication_in_the_future_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="future"):
        store("leader_meetings", "2026-10", "1", published_at=datetime(2026, 12, 1, tzinfo=UTC))


def test_what_drives_nothing_is_said(store: Store) -> None:
    outside = store("leader_meetings", "1985-01", "1")
    context = store("gdp_ratio_seed", "2016", "8")

    assert "no [[coverage]] window" in " ".join(outside.remarks)
    assert "is context" in " ".join(context.remarks)


def test_a_later_month_of_a_live_count_drives_the_forecast(store: Store) -> None:
    done = store("joint_patrols", "2026-07", "0")

    assert done.remarks == ()


def test_months_between_two_recorded_ones_are_told_to_be_missing(store: Store) -> None:
    (remark,) = store("leader_meetings", "2026-10", "1").remarks
    revised = store("leader_calls", "2023", "1")

    assert remark == (
        "nothing is recorded for 1 Jun 2026 to 30 Sep 2026: that is missing, not zero; where "
        "somebody looked and found none, record 0"
    )
    assert revised.remarks == ()


def test_a_closed_window_says_how_to_go_on(store: Store) -> None:
    (later,) = store("friction", "2025", "2").remarks
    (earlier,) = store("friction", "1995", "2").remarks

    assert "holds 2025, so the reading is kept but drives nothing; if the list goes on" in later
    assert "set open = true" in later
    assert earlier.endswith("add one that says how its events were looked for")


def test_a_leap_is_remarked_and_recorded(store: Store) -> None:
    done = store("us_tariff_on_china", "2026-03-01", "130")

    assert done.result == "added"
    (remark,) = done.remarks
    assert remark.startswith("130 after 57.6 is a change of more than 60 (percent); it is recorded")


def test_what_was_published_earlier_than_the_value_that_counts_is_told(store: Store) -> None:
    store("trade_total", "2026-08", "20.5", published_at=datetime(2026, 9, 20, tzinfo=UTC))
    done = store("trade_total", "2026-08", "19.9", published_at=datetime(2026, 9, 8, tzinfo=UTC))

    assert (done.result, done.vintage) == ("added", 2)
    assert "20.5, known 20 Sep 2026, is the later word on 2026-08" in done.remarks[-1]


def test_an_accepted_implausible_value_is_a_duplicate_the_second_time(
    store: Store, desk: Desk
) -> None:
    store("trade_total", "2026-08", "20500", reason="the unit has changed")
    again = store("trade_total", "2026-08", "20500")

    assert again.result == "duplicate"
    assert readings.quarantined(desk.engine) == []


def test_nothing_is_published_before_it_begins(store: Store) -> None:
    with pytest.raises(UsageError, match="before 2026-10 began"):
        store("trade_total", "2026-10", "20", published_at=datetime(2026, 9, 30, tzinfo=UTC))


def test_published_today_means_now_and_another_day_its_end() -> None:
    assert parsing.past_moment("2026-11-22", "published", NOW) == NOW
    assert parsing.past_moment("2026-11-21", "published", NOW) == datetime(
        2026, 11, 21, 23, 59, 59, 999999, tzinfo=UTC
    )
    assert parsing.past_moment("2026-11-21T10:00+08:00", "published", NOW) == datetime(
        2026, 11, 21, 2, tzinfo=UTC
    )
    with pytest.raises(UsageError, match="published: 'yesterday' is no moment"):
        parsing.past_moment("yesterday", "published", NOW)


def test_a_value_published_today_can_be_recorded_today(home: object, run: Run) -> None:
    assert home
    today = datetime.now(UTC).date().isoformat()
    words = ["record", "us_tariff_on_china", "--period", today, "--value", "40", "--source", URL]
    done = run(*words, "--published", today, "--json")

    assert done.exit_code == 0, done.exception
    assert json.loads(done.stdout)["result"] == "added"


def test_the_command_speaks_json_and_keeps_stdout_clean(home: object, run: Run) -> None:
    assert home
    words = ["record", "leader_meetings", "--period", "1985-01", "--value", "1", "--source", URL]
    done = run(*words, "--json")
    again = run(*words, "--json")

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert json.loads(done.stdout)["result"] == "added"
    assert json.loads(done.stdout)["vintage"] == 1
    assert "[[coverage]]" in done.stderr
    assert json.loads(again.stdout)["result"] == "duplicate"


def test_exit_status_of_the_command(home: object, start: Start) -> None:
    assert home
    words = ["record", "trade_total", "--period", "2026-08", "--source", URL, "--value"]
    aside = start(*words, "20500")
    unknown = start("record", "trade", "--period", "2026-08", "--source", URL, "--value", "1")
    missing = start("record", "trade_total")

    assert (aside.returncode, aside.stdout) == (1, "")
    assert "kept aside and not used" in aside.stderr
    assert len(aside.stderr.splitlines()) == 1
    assert unknown.returncode == 2
    assert "no indicator is called 'trade'" in unknown.stderr
    assert missing.returncode == 2
