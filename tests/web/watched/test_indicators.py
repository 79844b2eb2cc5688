"""The catalogue shows everything that is watched, and what of it is asked for."""

from __future__ import annotations

import re
from datetime import date

import pytest

from forecaster.store import readings, visits
from forecaster.store.leads import NewLead
from forecaster.store.readings import NewReading
from forecaster.store.visits import Brought
from forecaster.wiring import Desk
from indicators import Period
from tests.web.watched.conftest import NOW, Add, Browser, valid, words_of


def listed(page: str) -> set[str]:
    found = page[page.index('id="list"') :]
    return set(re.findall(r'href="/indicators/(\w+)[?"]', found))


def test_everything_is_listed(browser: Browser, desk: Desk) -> None:
    page = valid(browser.get("/indicators"))
    assert listed(page) == set(desk.catalogue)
    assert f"{len(desk.catalogue)} indicators." in words_of(page)


def test_filters_work_together_and_without_script(browser: Browser, desk: Desk, add: Add) -> None:
    add("trade_total", {"2026-10": 20.5})
    assert listed(valid(browser.get("/indicators?state=fresh"))) == {"trade_total"}

    of_factor = {n for n, one in desk.catalogue.items() if one.informs.factor == "ru_west"}
    page = valid(browser.get("/indicators?factor=ru_west"))
    assert listed(page) == of_factor
    assert f"{len(of_factor)} of {len(desk.catalogue)} indicators" in words_of(page)
    assert '<option value="ru_west" selected>' in page

    found = listed(valid(browser.get("/indicators?factor=ru_west&q=NATO+states")))
    assert found == {"nato_accessions"}


def test_nothing_found_leads_back(browser: Browser) -> None:
    page = valid(browser.get("/indicators?q=xylophone"))
    assert not listed(page)
    assert "None of" in words_of(page)
    assert '<a href="/indicators">show all</a>' in page


@pytest.mark.parametrize("query", ["state=lost", "factor=moon"])
def test_what_is_no_state_or_factor_is_refused(browser: Browser, query: str) -> None:
    assert "is none; there are" in words_of(valid(browser.get(f"/indicators?{query}"), 422))


def test_words_of_a_visitor_act_as_nothing(browser: Browser) -> None:
    page = valid(browser.get('/indicators?q="><script>alert(1)</script>'))
    assert "<script>alert" not in page


def test_what_waits_for_a_judgement_is_at_the_top(browser: Browser, desk: Desk) -> None:
    aside = NewReading(
        "trade_total", Period.parse("2026-10"), 9e5, None, NOW, "https://example.org", "fetched"
    )
    readings.quarantine(desk.engine, aside, "too much", now=NOW)
    lead = NewLead(
        "kremlin", "leader_calls", "k1", date(2026, 11, 3), "A call", "https://example.org", "both"
    )
    visits.store(
        desk.engine, Brought("kremlin", ["leader_calls"], "value", {}, leads=[lead]), now=NOW
    )
    page = valid(browser.get("/indicators"))

    assert 'href="/indicators/trade_total#quarantine"' in page
    assert 'href="/indicators/leader_calls#leads"' in page


def test_as_of_an_earlier_day_later_readings_are_unknown(browser: Browser, add: Add) -> None:
    add("trade_total", {"2026-10": 20.5})
    page = valid(browser.get("/indicators?as_of=2026-11-01&q=trade_total"))
    assert "20.5" not in words_of(page)
    assert 'href="/indicators/trade_total?as_of=2026-11-01"' in page
    assert '<input type="hidden" name="as_of" value="2026-11-01">' in page
