"""Each page at each width: whole, quiet, nothing from outside, nothing beside the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import addresses
from tests.browser.tab import Open

SIZES = [(one, width) for one in addresses.ALL for width in (360, 1280)] + [("/", 1920)]
# What stands further right than the screen is wide, and is in nothing that scrolls by itself.
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.right > innerWidth + 1 && !one.closest(".scroll, .spoken, svg");
}).map(one => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`)"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .map(one => [Number(one.tagName[1]), one.textContent.trim()])"""


@pytest.mark.parametrize(("address", "width"), SIZES)
def test_a_page_is_whole_and_quiet(
    tab: Open, picture: Callable[[Page], None], address: str, width: int
) -> None:
    watched = tab(width)
    page = watched.go(address)
    page.wait_for_load_state("networkidle")
    picture(page)
    assert beside(page, width) == []
    assert watched.problems == []
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert beside(page, width) == [], "with the tables under the fold"


def beside(page: Page, width: int) -> list[str]:
    """What does not stay on the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    found: list[str] = page.evaluate(TOO_WIDE)
    return found + ([f"the page itself: {wide} px"] if wide > width else [])


@pytest.mark.parametrize("address", addresses.ALL)
def test_headings_come_in_order(tab: Open, address: str) -> None:
    found = tab().go(address).evaluate(HEADINGS)
    levels = [level for level, _ in found]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(text for _, text in found)
    leaps = [found[at + 1] for at, level in enumerate(levels[:-1]) if levels[at + 1] > level + 1]
    assert leaps == []


def test_what_goes_wrong_in_a_page_is_seen(tab: Open) -> None:
    watched = tab()
    page = watched.go("/")
    page.evaluate("fetch('/gone.json').catch(() => {})")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2/x'}))")
    page.wait_for_load_state("networkidle")
    told = " ".join(watched.problems)
    for one in ("404 for", "error: broken", "Content Security Policy"):
        assert one in told
    page.evaluate("document.body.append('x'.repeat(5000))")
    assert page.evaluate("document.documentElement.scrollWidth") > 1280
