"""A visit to the Kremlin's feed: months are counted when they are over and read to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from indicators.source import CallFailed, Harvest, Unexpected, Visit
from indicators.sources.kremlin import CALLS, MEETINGS, SOURCE
from tests.indicators.asking import Asking, Served, harvest
from tests.indicators.kremlin_pages import FEED, SITE, entry, feed

NOW = datetime(2026, 6, 4, 13, 0, tzinfo=UTC)
XI = "President of China Xi Jinping"
TALKS = "Russian-Chinese talks"
KNOWN = {name: {"2026-03": 0.0, "2026-04": 0.0} for name in (MEETINGS, CALLS)}


def pages(*groups: Sequence[str]) -> list[Served]:
    """The feed in pages, newest first."""
    return [
        Served(
            FEED if n == 1 else f"{FEED}/page/{n}",
            feed(group, n + 1 if n < len(groups) else None),
            "text/xml",
        )
        for n, group in enumerate(groups, start=1)
    ]


def plain(number: int, day: str) -> str:
    return entry(number, "Meeting with heads of regions", day)


def may(*entries: str, before: str = "2026-04-20") -> list[Served]:
    """The feed in June: these entries of May on a page of their own, and older ones after it."""
    return pages(
        [plain(900, "2026-06-03"), *entries], [plain(100, "2026-05-01"), plain(99, before)]
    )


def values(brought: Harvest) -> dict[str, float]:
    return {one.indicator: one.value for one in brought.readings if one.period.text == "2026-05"}


def test_a_month_that_is_over_is_counted() -> None:
    served = may(
        entry(30, f"Telephone conversation with {XI}", "2026-05-28"),
        entry(29, f"Talks with {XI} via videoconference", "2026-05-25"),
        entry(22, f"Meeting with {XI}", "2026-05-21", "They had tea in Beijing."),
        entry(21, TALKS, "2026-05-20", "The talks took place in Beijing."),
    )
    brought = harvest(SOURCE, served, now=NOW, known=KNOWN)

    assert brought.result == "value"
    assert values(brought) == {MEETINGS: 1.0, CALLS: 2.0}
    meeting = next(one for one in brought.readings if one.indicator == MEETINGS)
    assert (meeting.note, meeting.source) == ("20: China", f"{SITE}/events/president/news/21")
    assert (brought.doubts, brought.leads) == ((), ())


def test_a_month_without_an_encounter_is_zero_once_it_was_read() -> None:
    brought = harvest(SOURCE, may(), now=NOW, known=KNOWN)

    assert values(brought) == {MEETINGS: 0.0, CALLS: 0.0}
    assert {one.source for one in brought.readings} == {FEED}


def test_a_month_that_was_not_read_to_its_beginning_is_not_counted() -> None:
    brought = harvest(SOURCE, may(before="2026-04-25"), now=NOW, known=KNOWN)

    assert brought.readings == ()
    assert brought.warnings == ("the pages end at 2026-04-26; 2026-05 is not counted",)


def test_a_feed_that_stands_still_says_nothing() -> None:
    served = pages([plain(9, "2026-05-18")], [plain(8, "2026-04-20")])
    brought = harvest(SOURCE, served, now=NOW, known=KNOWN)

    assert (brought.result, brought.readings) == ("empty", ())
    assert brought.warnings == ("nothing is newer than 2026-05; is the feed alive?",)


def test_a_stay_that_began_before_the_month_counts_there() -> None:
    served = may(
        entry(11, TALKS, "2026-05-02", "In Beijing."),
        entry(10, f"Meeting with {XI}", "2026-04-30", "In Tianjin."),
    )
    assert values(harvest(SOURCE, served, now=NOW, known=KNOWN))[MEETINGS] == 0.0


@pytest.mark.parametrize(
    ("now", "n_readings"),
    [
        (datetime(2026, 6, 1, 12, 0, tzinfo=UTC), 0),
        (datetime(2026, 6, 2, 20, 0, tzinfo=UTC), 0),
        (datetime(2026, 6, 2, 21, 30, tzinfo=UTC), 2),  # the third of June in Moscow
    ],
)
def test_a_month_is_not_counted_before_it_is_over(now: datetime, n_readings: int) -> None:
    served = pages([plain(9, "2026-06-01")], [plain(8, "2026-05-02"), plain(7, "2026-02-01")])

    assert len(harvest(SOURCE, served, now=now, known=KNOWN).readings) == n_readings


def test_calls_are_left_to_the_year_where_a_person_counted_it() -> None:
    known: Mapping[str, Mapping[str, float]] = {**KNOWN, CALLS: {"2026": 3.0}}

    assert values(harvest(SOURCE, may(), now=NOW, known=known)) == {MEETINGS: 0.0}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry(5, "SCO summit", "2026-05-12", "Xi Jinping took part.")], "SCO summit"),
        (
            [
                entry(6, TALKS, "2026-05-22", "In Beijing."),
                entry(5, TALKS, "2026-05-20"),
            ],
            "unclear: Russian-Chinese talks",
        ),
        ([entry(5, "Bad", "2026-05-20").replace("+03:00", "")], "1 entries could not be read"),
        ([entry(5, "From the future", "2026-07-20")], "which is to come"),
    ],
)
def test_what_is_unclear_is_doubted_once(entries: list[str], words: str) -> None:
    memory: dict[str, str] = {}
    first = harvest(SOURCE, may(*entries), now=NOW, known=KNOWN, memory=memory)
    again = harvest(SOURCE, may(*entries), now=NOW, known=KNOWN, memory=memory)

    assert MEETINGS not in values(first)
    assert [one.reading.period.text for one in first.doubts][:1] == ["2026-05"]
    assert words in first.doubts[0].why
    assert (again.doubts, again.readings) == ((), ())


def test_a_summit_on_a_known_stay_is_clear() -> None:
    served = may(
        entry(6, TALKS, "2026-05-13", "In Tianjin."),
        entry(5, "SCO summit", "2026-05-12", "Xi Jinping took part."),
    )
    brought = harvest(SOURCE, served, now=NOW, known=KNOWN)

    assert (values(brought)[MEETINGS], brought.doubts) == (1.0, ())


def test_what_happens_in_an_unfinished_month_is_a_lead() -> None:
    served = pages(
        [
            entry(50, TALKS, "2026-06-04", "In Beijing."),
            entry(49, f"Telephone conversation with {XI}", "2026-06-02"),
            entry(48, "Launch of a Chinese unit", "2026-06-02", "By videoconference, Xi Jinping."),
            entry(47, "Security Council", "2026-06-01", "Joint naval exercises with China."),
            entry(46, "Security Council", "2026-05-01", "Joint naval exercises with China."),
            plain(45, "2026-04-01"),
        ]
    )
    memory: dict[str, str] = {}
    known = {name: {**values, "2026-05": 0.0} for name, values in KNOWN.items()}
    brought = harvest(SOURCE, served, now=NOW, known=known, memory=memory)

    assert (brought.result, brought.readings) == ("value", ())
    assert [(one.indicator, one.key.rpartition("/")[2]) for one in brought.leads] == [
        (MEETINGS, "50"),
        (CALLS, "48"),
        (CALLS, "49"),
        ("joint_exercises", "47"),
    ]
    assert memory == {"told until": "2026-06-04"}


def test_pages_are_read_back_to_the_last_visit_only() -> None:
    known = {name: {**values, "2026-05": 0.0} for name, values in KNOWN.items()}
    served = pages([plain(9, "2026-06-03"), plain(8, "2026-06-01")], [plain(7, "2026-05-30")])
    ask = Asking(SOURCE.base_url, served, NOW)
    brought = SOURCE.visit(ask, Visit(NOW, known, {"told until": "2026-06-02"}))

    assert (brought.result, len(ask.asked)) == ("none", 1)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (([plain(9, "2026-06-03")], [plain(9, "2026-06-03")], []), "go in circles"),
        (([plain(9, "2026-05-03")], [plain(10, "2026-05-30")]), "not older than the page before"),
    ],
)
def test_pages_out_of_order_are_refused(groups: tuple[list[str], ...], words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        harvest(SOURCE, pages(*groups), now=NOW, known=KNOWN)


def test_a_page_that_does_not_come_is_no_month_without_a_meeting() -> None:
    with pytest.raises(CallFailed):
        harvest(SOURCE, may()[:1], now=NOW, known=KNOWN)
    blocked = Served(FEED, b"<html><body>Blocked</body></html>", "text/xml")
    with pytest.raises(Unexpected, match="expected feed"):
        harvest(SOURCE, [blocked], now=NOW, known=KNOWN)
