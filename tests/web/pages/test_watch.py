"""What to watch: the page says what was worked out, and what to do where nothing was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from forecaster import watched, worked_out
from forecaster.belief import Forecast
from forecaster.wiring import Desk
from tests import analysed
from tests.web.pages.conftest import NOW, Get, Put, Record, valid

NAMES = ("trade_total", "leader_meetings", "gdp_ratio")


def keep(desk: Desk, name: str, *, hostile: str = "") -> None:
    found = analysed.watchlist(*NAMES)
    for one in found["indicators"]:
        one["title"] += hostile
    worked_out.keep(desk, watched.NAME, name, found)


def test_every_reading_to_come_stands_with_what_it_may_do(get: Get, put: Put, desk: Desk) -> None:
    put("only")
    keep(desk, "only", hostile=" <b>hostile</b>")
    page = get("/watch")

    assert page.status_code == 200
    assert "What may move 24.00 % by the end of November 2036" in page.text
    assert 'href="/indicators/trade_total"' in page.text
    assert "3:\N{NO-BREAK SPACE}24.8\N{NO-BREAK SPACE}%" in page.text
    assert "within noise of 0.20" in page.text
    assert "No reading has come yet" in page.text
    assert "&lt;b&gt;hostile&lt;/b&gt;" in page.text
    assert "<b>hostile" not in page.text
    assert "<svg" in page.text
    valid(page)
    table = get("/watch?figure=reaches&format=csv").text
    assert table.startswith("indicator,period,when,expected_move")
    assert len(table.splitlines()) == 2  # what is noise alone is not drawn
    assert 'href="/watch"' in get("/").text


def test_what_came_is_held_against_it(get: Get, put: Put, record: Record, desk: Desk) -> None:
    put("only", NOW - timedelta(days=2))
    keep(desk, "only")
    record("leader_meetings", NOW - timedelta(days=1))
    rows = watched.came(desk)
    page = get("/watch")

    if rows:
        assert "Registered by" in page.text
    assert page.status_code == 200
    valid(page)


def test_nobody_has_worked_it_out(get: Get, put: Put) -> None:
    assert "forecaster update" in get("/watch").text
    put("only")
    page = get("/watch")

    assert page.status_code == 200
    assert "has not been worked out for only yet" in page.text
    valid(page)


def provisional(base: str) -> Any:
    def edit(one: Forecast) -> None:
        one["status"] = "provisional"
        one["weighed"] = {"base": base, "was": 0.13, "k_hat": 0.21, "ess": 1834.0}

    return edit


def test_a_provisional_forecast_says_what_it_is(get: Get, put: Put, desk: Desk) -> None:
    put("base", NOW - timedelta(hours=2))
    keep(desk, "base")
    put("quick", NOW - timedelta(hours=1), "provisional", 0.14, edit=provisional("base"))
    said = "Made at once from the draws of base"
    for address in ("/", "/forecasts/quick"):
        page = get(address)
        assert page.status_code == 200
        assert said in page.text
        assert "1,834 effective draws" in page.text
        valid(page)
    assert said not in get("/forecasts/base").text
    assert "What may move" in get("/watch").text  # the list of the draws that it weighs


def test_the_fit_says_how_far_it_was_off(get: Get, put: Put) -> None:
    put("base", NOW - timedelta(hours=3))
    put("quick", NOW - timedelta(hours=2), "provisional", 0.14, edit=provisional("base"))

    def edit(one: Forecast) -> None:
        one["instant"] = {
            "provisional": "quick",
            "mean": 0.14,
            "points": 0.4,
            "mcse": 0.3,
            "k_hat": 0.21,
            "ess": 1834.0,
        }

    put("fit", NOW - timedelta(hours=1), mean=0.136, edit=edit)
    for address in ("/", "/forecasts/fit"):
        page = get(address)
        assert "said 14.00 %, 0.4 points above this fit" in page.text
        valid(page)
    assert 'href="/forecasts/quick"' in get("/forecasts/fit").text
