"""Script switched off: the same words, and every link and form works."""

from __future__ import annotations

import pytest

from forecaster.web.pages.page import PLACES
from tests.browser import addresses
from tests.browser.tab import Open


@pytest.mark.parametrize("address", addresses.ALL)
def test_a_page_says_the_same_without_script(tab: Open, address: str) -> None:
    with_script = tab().go(address).inner_text("body")
    without = tab(java_script_enabled=False).go(address).inner_text("body")
    assert without == with_script
    assert len(without) > 100


def test_the_day_is_chosen_without_script(tab: Open) -> None:
    watched = tab(java_script_enabled=False)
    page = watched.go("/")
    page.get_by_label("As of", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show").click()
    assert page.url == f"{watched.base}/?as_of=2026-03-01"
    assert page.get_by_text("The desk as it was known on 1 Mar 2026").is_visible()
    page.get_by_text("Back to today").click()
    assert page.url == f"{watched.base}/?"
    assert page.get_by_text("as it was known on").count() == 0


@addresses.whole
def test_every_place_is_reached_without_script(tab: Open) -> None:
    watched = tab(java_script_enabled=False)
    page = watched.go("/?as_of=2026-03-01")
    for path, name in PLACES:
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        assert page.url == f"{watched.base}{path}?as_of=2026-03-01"
    assert watched.problems == []


def test_a_table_under_the_fold_opens_without_script(tab: Open) -> None:
    page = tab(java_script_enabled=False).go("/")
    figure = page.locator("#fan")
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    assert figure.locator("table").is_visible()
    with page.expect_download() as told:
        figure.get_by_text("CSV").click()
    assert told.value.suggested_filename == "fan.csv"
