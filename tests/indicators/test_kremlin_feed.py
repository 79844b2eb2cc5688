"""Pages of the feed, the rules for titles, and what belongs to one encounter."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import catalogue
from indicators.source import Unexpected
from indicators.sources.kremlin import SOURCE
from indicators.sources.kremlin_feed import Entry, moscow_day, parse_feed
from indicators.sources.kremlin_rules import HINTS, RULES, host_of, kind_of
from indicators.sources.kremlin_stays import stays
from tests.indicators.kremlin_pages import FEED, SITE, entry, feed

TALKS = "Russian-Chinese talks"
XI = "President of China Xi Jinping"


def one(title: str, summary: str = "", text: str = "", day: str = "2026-05-20") -> Entry:
    (found,) = parse_feed(feed([entry(1, title, day, summary, text)])).entries
    return found


def test_a_page_is_read_with_blanks_as_blanks() -> None:
    found = parse_feed(
        feed([entry(7, f"Meeting with {XI}", "2026-05-20", "A &amp; B", "<b>bold</b>&nbsp;x")], 2)
    )
    (first,) = found.entries

    assert first.id == f"{SITE}/events/president/news/7"
    assert first.section == "/events/president/news"
    assert first.title == f"Meeting with {XI}"
    assert first.summary == "A & B"
    assert first.text == "A & B bold x"
    assert found.next_url == f"{FEED}/page/2"
    assert (found.bad, found.warnings) == ((), ())


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2017-12-31T23:55:00+04:00", date(2017, 12, 31)),  # the site's clock is Moscow's
        ("2026-05-20T00:10:00+03:00", date(2026, 5, 20)),
        ("2026-05-20T22:30:00Z", date(2026, 5, 21)),
        ("2026-05-20T22:30:00+00:00", date(2026, 5, 21)),
    ],
)
def test_the_day_is_that_of_moscow(stated: str, day: date) -> None:
    assert moscow_day(stated, "it") == day


@pytest.mark.parametrize("stated", ["2026-05-20T12:00:00", "2026-02-30T12:00:00+03:00", "", "May"])
def test_one_bad_entry_is_told_and_the_others_are_read(stated: str) -> None:
    bad = entry(1, "Bad", "2026-05-20").replace("2026-05-20T12:00:00+03:00", stated)
    found = parse_feed(feed([bad, entry(2, "Good", "2026-05-19")]))

    assert [one.title for one in found.entries] == ["Good"]
    assert len(found.bad) == 1


def test_new_parts_are_told() -> None:
    body = feed([entry(1, "A", "2026-05-20").replace("<updated>", "<mood>x</mood><updated>")])

    assert parse_feed(body).warnings == ("an entry has unknown fields: mood",)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html><body>Blocked</body></html>", "document type"),
        (b"<html><body>Blocked</body></html>", "expected feed"),
        (b"<html><body>Blocked<br></body></html>", "no sound XML"),
        (feed([]), "no entry that can be read"),
        (feed([entry(1, "A", "yesterday")]), "no entry that can be read: published of"),
        (feed([entry(1, "A", "2026-05-20").replace("<id>http", "<id>file")]), "expected an addr"),
        (feed([entry(1, "", "2026-05-20")]), "has no title"),
        (feed([entry(1, "A", "2026-05-20")])[:-30], "no sound XML"),
        (feed([entry(1, "Caf\u00e9", "2026-05-20")]).decode().encode("latin-1"), "not UTF-8"),
        (b"", "no sound XML"),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_feed(body)


@pytest.mark.parametrize(
    ("title", "summary", "kind"),
    [
        (TALKS, "", "meeting"),
        ("Russia\u2013China talks", "", "meeting"),
        ("Press statements following Russian-Chinese talks", "", "meeting"),
        (f"Meeting with {XI}", "", "meeting"),
        ("Meeting with President of the People\u2019s Republic of China Xi Jinping", "", "meeting"),
        (f"Conversation with {XI}", "", "meeting"),
        (f"Official welcoming ceremony for {XI}", "", "meeting"),
        (f"Telephone conversation with {XI}", "", "call"),
        (f"Talks with {XI} via videoconference", "", "call"),
        (f"Meeting with {XI}", "The two spoke by videoconference.", "call"),
        (TALKS, "The talks were held via video conference.", "call"),
        (f"Greetings to {XI}", "", "nothing"),
        (f"New Year greetings to {XI}", "", "nothing"),
        (f"Condolences to {XI}", "", "nothing"),
        (f"Vladimir Putin will have talks with {XI}", "", "nothing"),
        (f"Meeting with special representative of {XI}", "", "nothing"),
        ("Meeting with Vice President of China Han Zheng", "", "nothing"),
        ("Meeting with Premier of the State Council of China Li Qiang", "", "nothing"),
        ("Meeting with Foreign Minister of China Wang Yi", "", "nothing"),
        ("Telephone conversation with President of Kazakhstan", "Xi Jinping was named", "nothing"),
        ("SCO summit", "The leaders met via videoconference with Xi Jinping.", "nothing"),
        ("SCO summit", "Xi Jinping took part.", "maybe a meeting"),
        ("Visit to China", "Met by Xi Jinping in Beijing.", "maybe a meeting"),
        ("Launch of a Chinese power unit", "By videoconference, with Xi Jinping.", "maybe a call"),
        ("Meeting with heads of regions", "", "nothing"),
    ],
)
def test_rules(title: str, summary: str, kind: str) -> None:
    assert kind_of(one(title, summary)) == kind


def test_every_rule_has_a_reason_and_every_hint_an_indicator() -> None:
    assert all(rule.why for rule in RULES)
    assert all(hint.why for hint in HINTS)
    assert set(SOURCE.indicators) <= set(catalogue())


@pytest.mark.parametrize(
    ("title", "text", "indicator"),
    [
        ("Meeting with Mikhail Mishustin", "He told of talks with Li Qiang.", "pm_meetings"),
        ("Meeting with Foreign Minister of China Wang Yi", "", "fm_meetings"),
        ("Security Council", "The joint naval exercises with China went well.", "joint_exercises"),
        ("Security Council", "A joint air patrol with China was held.", "joint_patrols"),
        ("Joint Statement of Russia and China", "", "treaties_statements"),
    ],
)
def test_hints(title: str, text: str, indicator: str) -> None:
    found = one(title, text=f"China. {text}")

    assert indicator in [hint.indicator for hint in HINTS if hint.fits(found)]


def test_exercises_without_china_are_no_hint() -> None:
    assert not any(hint.fits(one("Security Council", text="joint exercises")) for hint in HINTS)


def met(day: str, place: str = "") -> Entry:
    return one(TALKS, f"The talks took place in {place}." if place else "", day=day)


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        ([met("2019-06-14", "Bishkek"), met("2019-06-15", "Dushanbe")], [14, 15]),
        ([met("2025-08-31", "Tianjin"), met("2025-09-02", "Beijing")], [31]),
        ([met("2026-05-20"), met("2026-05-21"), met("2026-05-20", "Beijing")], [20]),
        ([met("2026-05-20", "Beijing"), met("2026-05-25", "Beijing")], [20, 25]),
        ([met("2013-03-23", "Moscow"), met("2013-03-26", "Durban")], [23, 26]),
    ],
)
def test_encounters_on_one_stay_in_one_land_are_one(entries: list[Entry], days: list[int]) -> None:
    found = stays(entries)

    assert [stay.first.day for stay in found] == days
    assert not any(stay.unclear for stay in found)


def test_two_days_between_unknown_places_are_unclear() -> None:
    found = stays([met("2026-05-20"), met("2026-05-22", "Beijing")])

    assert [stay.unclear for stay in found] == [False, True]


def test_two_lands_in_one_text_say_nothing() -> None:
    assert host_of(met("2026-05-20", "Beijing, before he left for Moscow")) is None
    assert host_of(met("2026-05-20", "Beijing")) == "China"


@given(
    st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(["", "Beijing", "Moscow", "Astana"])),
        max_size=12,
    )
)
def test_no_entry_is_lost_or_told_twice(given: list[tuple[int, str]]) -> None:
    entries = [met(f"2026-02-{day:02d}", place) for day, place in given]
    found = stays(entries)

    assert sum(len(stay.entries) for stay in found) == len(entries)
    assert [stay.first for stay in found] == sorted(stay.first for stay in found)
    assert len({host_of(one) for stay in found for one in stay.entries} - {None}) <= len(found)
