"""One indicator: all its readings with their vintages, its feed, and nothing that acts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from forecaster.store import readings, visits
from forecaster.store.readings import NewReading
from forecaster.store.visits import Brought, Failure
from forecaster.wiring import Desk
from indicators import Period
from tests.web.watched.conftest import NOW, Add, Browser, Put, valid, words_of

PAGE = "/indicators/trade_total"
SCRIPT = "<script>alert(1)</script>"


def rows(page: str) -> list[str]:
    table = page[page.index('<table class="every">') :].partition("</table>")[0]
    return [words_of(row).strip() for row in table.split("<tr")[2:]]


def test_what_its_file_says_is_told(browser: Browser, desk: Desk, put: Put) -> None:
    put()
    one = desk.catalogue["trade_total"]
    text = words_of(valid(browser.get(PAGE)))

    for said in (one.title, one.question, one.publisher.name, one.publisher.terms):
        assert said in text
    assert "Monthly, out 14 days after the month; late 45 days after that." in text
    assert "Read as its logarithm by the month" in text
    assert "Trade grew from 8 bn USD in 2000" in text  # the claim A21
    assert "Nothing is recorded yet." in text
    assert "No source has been visited for it." in text


@pytest.mark.parametrize("name", ["leader_meetings", "us_strategy_naming", "gdelt_tone"])
def test_counts_context_and_what_has_no_reading_have_pages(browser: Browser, name: str) -> None:
    valid(browser.get(f"/indicators/{name}"))


def test_windows_of_a_count_are_told(browser: Browser) -> None:
    text = words_of(valid(browser.get("/indicators/leader_meetings")))
    assert "1 Feb 2020 to 31 Dec 2021" in text
    assert "from 1 Jan 2022 on, confirmed to 31 May 2026" in text


def test_an_unknown_one_leads_to_the_nearest(browser: Browser) -> None:
    assert "trade_total" in words_of(valid(browser.get("/indicators/trade_totl"), 404))


def test_a_revision_is_marked_and_the_old_value_stays(browser: Browser, add: Add) -> None:
    add("trade_total", {"2026-08": 19.0, "2026-09": 19.5}, known_at=NOW - timedelta(days=20))
    add("trade_total", {"2026-08": 19.25})
    page = valid(browser.get(PAGE))

    newest, revised, old = rows(page)
    assert "2026-09 19.5 1 2 Nov 2026" in newest
    assert "2026-08 19.25 2, revises 19 20 Nov 2026" in revised
    assert "2026-08 19 1, replaced 2 Nov 2026" in old
    table = browser.get(f"{PAGE}?figure=readings&format=csv").text.splitlines()
    assert [line.rsplit(",", 1)[1] for line in table[1:]] == ["False", "True", "True"]


def test_what_a_publisher_took_back_is_told(browser: Browser, desk: Desk, add: Add) -> None:
    from forecaster.store.withdrawals import TakenBack

    add("trade_total", {"2026-08": 19.0, "2026-09": 19.5})
    gone = TakenBack("trade_total", Period.parse("2026-09"), NOW, "https://example.org", "gone")
    visits.store(
        desk.engine, Brought("gacc", ["trade_total"], "value", {}, withdrawn=[gone]), now=NOW
    )
    page = valid(browser.get(PAGE))
    assert "taken back" in rows(page)[0]
    assert "taken back" not in rows(page)[1]


def test_earlier_days_know_earlier_values(browser: Browser, add: Add) -> None:
    add("trade_total", {"2026-08": 19.0}, known_at=NOW - timedelta(days=20))
    add("trade_total", {"2026-08": 19.25})
    page = valid(browser.get(f"{PAGE}?as_of=2026-11-10"))
    assert "19.25" not in page
    assert "on the desk of today" in words_of(page)


def test_long_tables_have_pages(browser: Browser, add: Add) -> None:
    days = {
        f"20{year}-{month:02d}": 10.0 + month for year in range(10, 26) for month in range(1, 13)
    }
    add("trade_total", days)
    first = valid(browser.get(PAGE))
    assert len(rows(first)) == 100
    assert "1 to 100 of 192 readings, the newest first." in words_of(first)
    assert f'rel="next" href="{PAGE}?page=2#every"' in first

    second = valid(browser.get(f"{PAGE}?page=2"))
    assert len(rows(second)) == 92
    assert 'rel="next"' not in second
    for wrong in ("0", "3", "x", "9" * 40, "²"):
        assert "is none; the readings are on" in words_of(
            valid(browser.get(f"{PAGE}?page={wrong}"), 422)
        )


def test_hostile_text_is_text(browser: Browser, desk: Desk, add: Add) -> None:
    add("trade_total", {"2026-08": 19.0}, note=SCRIPT, source=f"javascript:alert(1) {SCRIPT}")
    add("trade_total", {"2026-09": 19.0}, source='see https://example.org/a"onclick=alert(1) there')
    aside = NewReading(
        "trade_total", Period.parse("2026-10"), 9e5, None, NOW, SCRIPT, "fetched", SCRIPT
    )
    readings.quarantine(desk.engine, aside, SCRIPT, now=NOW)
    page = valid(browser.get(PAGE))

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert 'href="javascript' not in page
    assert 'onclick="' not in page
    outside = re.findall(r'<a href="https?://[^"]*"([^>]*)>', page)
    assert outside
    assert set(outside) == {' rel="noopener noreferrer nofollow"'}


def test_a_failed_feed_says_why(browser: Browser, desk: Desk, add: Add) -> None:
    add("trade_total", {"2026-08": 19.0})
    visits.store(
        desk.engine,
        Brought("gacc", ["trade_total"], "value", {}, warnings=["unknown column 'Remark'"]),
        now=NOW - timedelta(days=1),
    )
    visits.fail(desk.engine, Failure("gacc", ["trade_total"], f"503 {SCRIPT}"), now=NOW)
    text = words_of(valid(browser.get(PAGE)))

    assert f"503 {SCRIPT}" in text
    assert "unknown column 'Remark'" in text
    assert "failed, 1 failure in a row" in text
    assert "Last good visit 21 Nov 2026 06:15 UTC" in text


def test_what_was_said_comes_from_us_alone(browser: Browser, add: Add) -> None:
    add("trade_total", {"2026-08": 19.0})
    told = words_of(valid(browser.get(f"{PAGE}?said=recorded&period=2026-08")))
    assert "Recorded: 2026-08, 19 billion USD, vintage 1." in told
    other = valid(browser.get(f"{PAGE}?said=You+won&period={SCRIPT}"))
    assert "You won" not in other
    assert 'id="said"' not in other
