"""Drivers and constraints: every factor with what it is read from, every constraint by name."""

from __future__ import annotations

import csv
import io
import re

from forecaster.belief import FACTORS, Forecast
from forecaster.wiring import Desk
from tests.web.watched.conftest import Add, Browser, Put, valid, words_of


def with_priors_of(desk: Desk) -> object:
    def edit(document: Forecast) -> None:
        document["priors_hash"] = desk.priors.digest

    return edit


def test_every_factor_stands_over_its_indicators(browser: Browser, put: Put, desk: Desk) -> None:
    put()
    page = valid(browser.get("/drivers"))
    parts = dict(re.findall(r'aria-labelledby="force-(\w+)">(.*?)</section>', page, re.DOTALL))

    assert list(parts) == list(FACTORS)
    for name, one in desk.catalogue.items():
        assert f'href="/indicators/{name}"' in parts[one.informs.factor]
    for name, text in parts.items():
        assert f'<figure id="{name}"' in text
        assert "raises it" in text


def test_last_values_signs_and_states_are_told(browser: Browser, put: Put, add: Add) -> None:
    put()
    add("trade_total", {"2026-09": 19.25, "2026-10": 20.5})
    add("friction", {"2022": 1.0})
    text = words_of(valid(browser.get("/drivers")))

    assert "Trade between China and Russia, Chinese customs raises it 20.5 2026-10 fresh" in text
    assert re.search(r"lowers it 1 2022 added by hand", text)


def test_a_constraint_without_indicators_is_named_all_the_same(browser: Browser, put: Put) -> None:
    document = put()
    page = valid(browser.get("/drivers"))
    silent = [
        key for key, level in document["constraints"]["sub_constraints"].items() if level is None
    ]

    assert silent == ["western_reaction/non_alignment"]
    assert "China&#39;s habit of shunning blocs" in page
    assert "1 of 5 has no indicators." in words_of(page)


def test_prior_readings_and_posterior_stand_side_by_side(
    browser: Browser, put: Put, desk: Desk
) -> None:
    put(with_priors_of(desk))
    valid(browser.get("/drivers"))
    table = browser.get("/drivers?figure=beliefs&format=csv").text
    rows = {row["quantity"]: row for row in csv.DictReader(io.StringIO(table))}

    assert float(rows["All together"]["before_mean"]) == 0.15
    assert rows["All together"]["readings_mean"] != ""
    assert float(rows["All together"]["after_mean"]) == 0.25
    # Its contraction is below a tenth: the readings say nothing, and that is not a number.
    assert rows["Western reaction"]["readings_mean"] == ""
    assert rows["Western reaction"]["assumed"] == "True"


def test_other_priors_than_those_of_the_forecast_are_not_set_beside_it(
    browser: Browser, put: Put
) -> None:
    put()
    page = words_of(valid(browser.get("/drivers")))
    assert "The priors have changed since this forecast was made" in page
    assert browser.get("/drivers?figure=beliefs&format=csv").status_code == 404


def test_without_its_posterior_the_rest_is_shown(browser: Browser, put: Put, desk: Desk) -> None:
    put()
    (desk.settings.home / "posteriors" / "made-up.nc").unlink()
    page = valid(browser.get("/drivers"))

    assert "is missing; bring it back" in words_of(page)
    assert '<figure id="strengths"' in page
    assert '<figure id="levels"' not in page


def test_before_the_first_forecast_the_page_says_so(browser: Browser) -> None:
    assert "nothing has been forecast so far" in words_of(valid(browser.get("/drivers"))).lower()
