"""Today shows the headline through the year, as soon as there is a line."""

from __future__ import annotations

from datetime import timedelta

from tests.web.pages.conftest import NOW, Get, Put, valid

DAY = timedelta(days=1)


def test_one_forecast_is_no_line(get: Get, put: Put) -> None:
    put("one")
    page = valid(get("/"))
    assert 'id="sentence"' in page  # the sentence
    assert "<figure" in page
    assert 'id="through"' not in page


def test_the_year_is_drawn_and_no_hindcast_in_it(get: Get, put: Put) -> None:
    put("old", NOW - 500 * DAY, posterior=False)
    put("one", NOW - 90 * DAY, posterior=False)
    put("later", NOW - 50 * DAY, kind="hindcast", posterior=False)
    put("two", NOW - DAY)
    valid(get("/"))
    text = get("/?figure=through&format=csv").text
    assert [line.rsplit(",", 1)[1] for line in text.split()[1:]] == ["one", "two"]


def test_a_provisional_forecast_is_shown_as_one(get: Get, put: Put) -> None:
    put("one", NOW - 2 * DAY)
    put("two", NOW - timedelta(hours=1), kind="provisional")
    page = valid(get("/"))
    assert '<body class="desk provisional">' in page
    assert 'stroke-dasharray="5,3"' in page
