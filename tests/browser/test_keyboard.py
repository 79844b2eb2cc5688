"""The keyboard alone: everything is reached, in order, and one sees where one is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import addresses
from tests.browser.tab import Open
from tests.jobs.conftest import until

MOST = 900  # presses of Tab until a page must have come to its end
# What has the focus, whether it is on the screen, and what of it is drawn around or beside it.
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    tag: one.tagName,
    text: (one.textContent || one.getAttribute("aria-label") || one.name || "").trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
    number: [...document.querySelectorAll("*")].indexOf(one),
  };
}"""
FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)].filter(one => one.checkVisibility({contentVisibilityAuto: true}) && !one.disabled).length"""


def walk(page: Page) -> list[dict[str, Any]]:
    """What Tab leads to, from the top to the end of the page."""
    places: list[dict[str, Any]] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place["tag"] == "BODY" or (len(places) > 1 and place["number"] == places[0]["number"]):
            return places
        if not places or place["number"] != places[-1]["number"]:  # a date has three parts
            places.append(place)
    raise AssertionError(f"after {MOST} presses of Tab the page has no end")


@pytest.mark.parametrize("address", addresses.ALL)
def test_tab_leads_through_the_page(tab: Open, address: str) -> None:
    page = tab().go(address)
    wanted = page.evaluate(FOCUSABLE)
    places = walk(page)
    assert places[0]["text"] == "To the content"
    assert len(places) == wanted
    numbers = [one["number"] for one in places]
    assert numbers == sorted(numbers)
    assert [one for one in places if not (one["outlined"] and one["seen"])] == []


def test_the_first_stop_leads_to_the_content(tab: Open) -> None:
    page = tab().go("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_a_table_opens_with_enter_and_scrolls_with_the_keyboard(tab: Open) -> None:
    page = tab().go("/")
    summary = page.locator("#fan summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#fan table").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "scroll"
    page.keyboard.press("End")
    # Not wait_for_function: where it has to wait it evaluates text, which the policy forbids.
    until(lambda: page.evaluate("document.activeElement.scrollTop") > 0, "the end of the table")


def test_the_day_is_chosen_with_the_keyboard(tab: Open) -> None:
    page = tab().go("/")
    page.get_by_label("As of", exact=True).focus()
    page.keyboard.type("03012026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?as_of=2026-03-01")
