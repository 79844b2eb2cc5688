"""Nobody is shut out: axe has no serious finding, in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import addresses
from tests.browser.tab import Open

GRAVE = {"serious", "critical"}


#: Axe looks at each row for seconds; those of one table are alike.
LAID_OPEN = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll("details tbody tr:nth-child(n + 4)")) one.remove();
}"""
ALL_RULES = {"resultTypes": ["violations"]}
#: The one thing that may be right in light and wrong in dark.
COLOURS = {**ALL_RULES, "runOnly": ["color-contrast"]}


def findings(page: Page, options: dict[str, Any] = ALL_RULES) -> list[str]:
    """What axe finds serious, with the first place of each."""
    page.evaluate(LAID_OPEN)
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}, {len(one['nodes'])} times: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("address", addresses.ALL)
def test_axe_finds_nothing_serious(tab: Open, address: str) -> None:
    page = tab(color_scheme="light").go(address)
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page, COLOURS) == [], "in the dark"


def test_axe_would_find_something(tab: Open) -> None:
    page = tab().go("/nowhere")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    (found,) = findings(page)
    assert found.startswith("label, 1 times: <input>")
    page = tab(color_scheme="dark").go("/nowhere")
    page.evaluate("document.querySelector('h1').attributeStyleMap.set('color', '#222')")
    (found,) = findings(page, COLOURS)
    assert found.startswith("color-contrast, 1 times: <h1 ")
