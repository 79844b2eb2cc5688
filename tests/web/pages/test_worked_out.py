"""What if and prior share: pages say what was worked out, and what to do where nothing was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forecaster import worked_out
from forecaster.store import runs
from forecaster.wiring import Desk
from tests import analysed, provisional, synthetic
from tests.web.pages.conftest import NOW, Get, Put, valid

PAGES = {"what-if": "what-if", "prior-share": "prior-share"}


@pytest.fixture
def two(put: Put, desk: Desk) -> None:
    """Two forecasts; of both all was worked out."""
    put("first", NOW - timedelta(days=9), mean=0.12)
    put("second", NOW - timedelta(days=1), mean=0.13)
    for name in ("first", "second"):
        worked_out.keep(desk, "what-if", name, analysed.what_ifs())
        far = name == "second"
        worked_out.keep(desk, "prior-share", name, analysed.prior_share(far=far))


@pytest.mark.usefixtures("two")
def test_what_if_says_conditions_and_how_sure_their_sign_is(get: Get) -> None:
    page = get("/what-if")

    assert page.status_code == 200
    valid(page)
    assert "no claim that somebody could bring it about" in page.text
    assert "Choices of the United States" in page.text
    assert "Constraints lifted" in page.text
    assert "higher in 90 % of draws" in page.text
    assert "open: lower in 70 % of draws" in page.text
    assert "Russia against the West +1.0 sd; over 24 months, then kept up." in page.text
    assert "to the last bit of every draw" in page.text
    assert "&lt;b&gt;hostile&lt;/b&gt;" in page.text
    assert "<b>hostile" not in page.text
    assert "<svg" in page.text
    sheet = get("/what-if?figure=differences&format=csv").text
    assert sheet.startswith("what_if,date,alliance_by")
    assert 1 + 2 * len(synthetic.HORIZONS) == len(sheet.splitlines())


@pytest.mark.usefixtures("two")
def test_prior_share_warns_and_lists_every_set(get: Get) -> None:
    page = get("/prior-share")

    assert page.status_code == 200
    valid(page)
    assert "moves the headline by more than ten points" in page.text
    assert "needs a fit: the base rate of papers is solved by simulation" in page.text
    assert "same draws, weighed (k-hat 0.30)" in page.text
    assert "<svg" in page.text
    assert get("/prior-share?figure=sets&format=csv").text.startswith("set,mean,lower,upper")


@pytest.mark.usefixtures("two")
def test_today_warns_where_the_prior_moves_it_far_and_only_there(get: Get) -> None:
    warning = "The choice of prior moves the headline by more than ten points"
    assert warning in get("/").text
    assert 'href="/prior-share"' in get("/").text
    assert 'href="/what-if"' in get("/").text
    day = f"{NOW - timedelta(days=5):%Y-%m-%d}"
    assert warning not in get(f"/?as_of={day}").text


@pytest.mark.usefixtures("two")
def test_a_day_of_the_past_has_its_own(get: Get) -> None:
    day = f"{NOW - timedelta(days=5):%Y-%m-%d}"
    for path in PAGES:
        assert "/forecasts/first" in get(f"/{path}?as_of={day}").text
    assert "more than ten points" not in get(f"/prior-share?as_of={day}").text


@pytest.mark.usefixtures("two")
def test_a_provisional_forecast_has_what_was_worked_out_from_its_draws(
    get: Get, desk: Desk
) -> None:
    provisional.over(desk, worked_out.standing(desk))
    for path in PAGES:
        page = get(f"/{path}")
        assert "/forecasts/second" in page.text
        assert "has not been worked out" not in page.text
        assert get(f"/api/v1/{path}").json()["forecast_id"] == "second"
    assert "/forecasts/provisional" in get("/").text
    assert "The choice of prior moves the headline by more than ten points" in get("/").text


@pytest.mark.parametrize("path", PAGES)
def test_nothing_worked_out_says_what_to_do(get: Get, put: Put, desk: Desk, path: str) -> None:
    assert "has been forecast so far" in get(f"/{path}").text
    put("first", NOW - timedelta(days=9))
    page = get(f"/{path}")
    assert page.status_code == 200
    assert f"`{path}` has not been worked out for first yet" in page.text
    assert "the job `analyse` does" in page.text
    valid(page)
    # Once it was, the page looks again.
    with worked_out.noted(desk, path, {"forecast": "first"}) as note:
        made = analysed.what_ifs() if path == "what-if" else analysed.prior_share()
        worked_out.keep(desk, path, "first", made)
        note.message = "done"
    assert "done" == runs.recent(desk.engine)[0].message
    assert "has not been worked out" not in get(f"/{path}").text
