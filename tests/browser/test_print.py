"""On paper: what was asked for, and nothing to click."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from forecaster.web.pages.page import PLACES
from tests.browser import addresses
from tests.browser.tab import Open


@pytest.mark.parametrize("address", addresses.ALL)
def test_nothing_to_click_is_printed(tab: Open, address: str) -> None:
    page = tab(color_scheme="dark").go(address)
    page.emulate_media(media="print")
    for one in ("nav", ".asof", ".skip", "footer", "summary", "button"):
        assert [place.inner_text() for place in page.locator(one).all() if place.is_visible()] == []
    assert page.locator("h1").is_visible()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_today_fits_on_two_sheets(tab: Open) -> None:
    page = tab().go("/")
    headline = page.locator("h1").inner_text()
    sheets = [one.extract_text() for one in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
    said = " ".join(" ".join(sheets).split())
    assert headline in said
    for place in ("History", "Operations"):
        assert place in {name for _, name in PLACES}
        assert place not in said
    assert len(sheets) <= 2
