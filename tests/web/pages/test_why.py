"""Why it moved: the page says what was worked out, and what to do where nothing was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from forecaster import explained
from forecaster.belief import Forecast
from forecaster.wiring import Desk
from tests.synthetic import explanation
from tests.web.pages.conftest import NOW, Get, Put, valid


@pytest.fixture
def three(put: Put) -> None:
    """Three forecasts; the last two steps are explained."""

    def why(start: str, end: str, before: float, after: float) -> Callable[[Forecast], object]:
        def edit(one: Forecast) -> None:
            found = explanation(start, end, before, after)
            one["explanation"] = {**found, "summary": f"{found['summary']} <b>hostile</b>"}

        return edit

    put("first", NOW - timedelta(days=9), mean=0.12)
    put("second", NOW - timedelta(days=5), mean=0.13, edit=why("first", "second", 0.12, 0.13))
    put("third", NOW - timedelta(days=1), mean=0.14, edit=why("second", "third", 0.13, 0.14))


@pytest.mark.usefixtures("three")
def test_the_parts_stand_with_their_indicators(get: Get) -> None:
    page = get("/why")

    assert page.status_code == 200
    assert "▲ 1.0 points, from 13.00 to 14.00 %" in page.text
    assert 'href="/indicators/leader_meetings"' in page.text
    assert "New readings: Meetings of the presidents of Russia and China in person" in page.text
    assert "Noise of the draws" in page.text
    assert "The parts add up to the change" in page.text
    assert "&lt;b&gt;hostile&lt;/b&gt;" in page.text
    assert "<b>hostile" not in page.text
    valid(page)
    assert 'href="/why?since=first"' in page.text
    assert "<svg" in page.text


@pytest.mark.usefixtures("three")
def test_steps_are_added_up(get: Get) -> None:
    page = get("/why?since=first")

    assert "from 12.00 to 14.00 %" in page.text
    assert "Added up over 2 forecasts, step by step." in page.text
    assert get("/why?since=first&figure=parts&format=csv").text.startswith("part,kind,points")


@pytest.mark.usefixtures("three")
def test_a_day_of_the_past_has_its_own_reasons(get: Get) -> None:
    day = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    page = get(f"/why?as_of={day}")

    assert "from 12.00 to 13.00 %" in page.text
    assert "since=third" not in page.text


@pytest.mark.usefixtures("three")
def test_an_unknown_forecast_is_not_here(get: Get) -> None:
    for since in ("nothing", "third", "x" * 300, "%00", "..%2F..%2Fetc"):
        assert get(f"/why?since={since}").status_code == 404


def test_nothing_worked_out_says_what_to_do(get: Get, put: Put) -> None:
    assert "has been forecast so far" in get("/why").text
    put("first", NOW - timedelta(days=9))
    assert "This is the first forecast" in get("/why").text
    put("second", NOW - timedelta(days=5))
    page = get("/why")
    assert page.status_code == 200
    assert "forecaster explain --since first" in page.text


def test_what_a_command_kept_is_shown(get: Get, put: Put, desk: Desk) -> None:
    put("first", NOW - timedelta(days=9), mean=0.12)
    put("second", NOW - timedelta(days=5), mean=0.13)
    explained.keep(desk, explanation("first", "second", 0.12, 0.13))

    assert "from 12.00 to 13.00 %" in get("/why").text


def test_what_is_missing_and_doubtful_is_said(get: Get, put: Put, desk: Desk) -> None:
    put("first", NOW - timedelta(days=9), mean=0.12)
    put("second", NOW - timedelta(days=5), mean=0.3)
    found = explanation("first", "second", 0.12, 0.3)
    missing, doubts = ["the posterior file of first is gone"], ["the noise part is too large"]
    explained.keep(desk, {**found, "missing": missing, "doubts": doubts})
    text = get("/why").text

    assert "Missing: the posterior file of first is gone." in text
    assert "Not reliable: the noise part" in text
