"""Why it moved: the page says what was worked out, and what to do where nothing was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from forecaster import explained
from forecaster.belief import Forecast
from forecaster.wiring import Desk
from tests.synthetic import explanation
from tests.web.pages.conftest import NOW, Get, Put, valid, words_of


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
    for name in ("since", "to"):
        for hostile in ("nothing", "x" * 300, "%00", "..%2F..%2Fetc", "%22%3E%3Cb%3E"):
            page = get(f"/why?{name}={hostile}")
            assert page.status_code == 404
            assert f'aria-describedby="wrong-pair-{name} pair-hint"' in page.text
            assert "<b>" not in page.text
            valid(page)


@pytest.mark.usefixtures("three")
def test_a_pair_that_goes_backwards_is_refused_above_the_form(get: Get) -> None:
    page = get("/why?since=third&to=second")

    assert page.status_code == 422
    assert "Since: third (as known" in words_of(page.text)
    assert "is later than second" in words_of(page.text)
    assert re.search(r'name="since"[^>]* value="third" aria-invalid="true"', page.text)
    assert re.search(r'name="to"[^>]* value="second" aria-describedby="pair-hint"', page.text)
    assert get("/why?since=third").status_code == 422
    valid(page)


@pytest.mark.usefixtures("three")
def test_any_two_forecasts_can_be_chosen_without_script(get: Get) -> None:
    days = [f"{NOW - timedelta(days=one):%Y-%m-%d}" for one in (9, 5)]
    for since, to in (("first", "second"), tuple(days), ("", "second")):
        page = get(f"/why?since={since}&to={to}")
        assert "from 12.00 to 13.00 %" in page.text
        assert re.search(rf'name="since"[^>]* value="{since}"', page.text)
        assert re.search(rf'name="to"[^>]* value="{to}"', page.text)
        assert "since=third" not in page.text
        assert "since=second" not in page.text
        assert 'href="/why?since=first&amp;to=second"' in page.text
    assert get("/why?to=second&figure=parts&format=csv").text.startswith("part,kind,points")


@pytest.mark.usefixtures("three")
def test_the_form_keeps_the_day_and_a_later_end_is_refused(get: Get) -> None:
    day = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    form = get(f"/why?as_of={day}").text.partition('<form class="choose"')[2]
    assert f'<input type="hidden" name="as_of" value="{day}">' in form.partition("</form>")[0]
    page = get(f"/why?to=third&as_of={day}")
    assert page.status_code == 422
    assert "leave as_of out" in page.text


def test_an_end_that_nobody_explained_names_the_command_for_that_pair(get: Get, put: Put) -> None:
    for number, name in enumerate(("first", "second", "third")):
        put(name, NOW - timedelta(days=9 - number))
    advice = "`forecaster explain --since first --to second`"
    day = f"{NOW - timedelta(days=8):%Y-%m-%d}"
    for query in ("to=second", f"as_of={day}", "since=first&to=second"):
        assert advice in get(f"/why?{query}").text


def test_before_the_first_forecast_there_is_none_to_choose(get: Get, put: Put) -> None:
    put("first", NOW - timedelta(days=9))
    put("second", NOW - timedelta(days=5))
    page = get("/why?since=2018-12-31")
    assert "Since: no forecast had been published as of 2018-12-31." in page.text
    assert 'aria-invalid="true"' in page.text
    assert 'aria-invalid="true"' not in get("/why?to=first").text


def test_only_published_forecasts_are_offered_unless_one_was_explained(
    get: Get, put: Put, desk: Desk
) -> None:
    for number in range(15):
        put(f"fit-{number:02}", NOW - timedelta(days=40 - 2 * number))
        put(f"quick-{number:02}", NOW - timedelta(days=39 - 2 * number), kind="provisional")
    explained.keep(desk, explanation("quick-13", "quick-14", 0.12, 0.13))
    offered = re.findall(r'href="/why\?since=([\w-]+)"', get("/why").text)

    assert offered == ["fit-14", "quick-13", *(f"fit-{one:02}" for one in range(13, 3, -1))]
    assert "--since fit-00 --to quick-14`" in get("/why?since=fit-00").text


def test_nothing_worked_out_says_what_to_do(get: Get, put: Put) -> None:
    assert "has been forecast so far" in get("/why").text
    put("first", NOW - timedelta(days=9))
    assert "This is the first forecast" in get("/why").text
    put("second", NOW - timedelta(days=5))
    page = get("/why")
    assert page.status_code == 200
    assert "forecaster explain --since first --to second" in page.text


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
