"""Ways through the desk that people take, by what they can read on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from forecaster.store import alerts, endpoints, readings, tokens
from forecaster.store.tokens import NewToken
from forecaster.web.access import secret
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.wiring import Desk
from tests.browser import serving, state
from tests.browser.addresses import whole
from tests.browser.tab import Open
from tests.browser.test_axe import findings

pytestmark = whole
DRIVER, INDICATOR = "trade_total", "leader_meetings"
SOURCE = "https://example.org/communique"


@pytest.fixture
def own(tmp_path: Path) -> Desk:
    """A desk that may be written to."""
    return state.desk(tmp_path / "own")


@pytest.fixture
def own_address(own: Desk) -> Iterator[str]:
    with serving.served(own) as address:
        yield address


@pytest.fixture
def token(own: Desk) -> str:
    """A token that may everything, as ``forecaster token create`` makes it."""
    text = secret.make()
    ends = state.NOW + timedelta(days=90)
    scopes = frozenset({"read", "record", "operate"})
    new = NewToken("analyst", text[: secret.SHOWN], secret.digest(text), scopes, ends)
    tokens.create(own.engine, new, COMMAND_LINE, now=state.NOW)
    return text


def test_a_newcomer_finds_the_reading_behind_today(tab: Open, desk: Desk) -> None:
    """Today, then the drivers, then an indicator, then the source of its newest reading."""
    watched = tab()
    page = watched.go("/")
    page.get_by_role("link", name="Drivers", exact=True).first.click()
    assert page.url == f"{watched.base}/drivers"
    page.get_by_role("link", name=desk.catalogue[DRIVER].title).first.click()
    assert page.url == f"{watched.base}/indicators/{DRIVER}"
    assert desk.catalogue[DRIVER].title in page.locator("h1").inner_text()
    newest = readings.as_known(desk.engine, state.NOW, indicator=DRIVER)[-1]
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    address = re.findall(r"https?://[^\s;]+", newest.source)[0]
    source = page.locator(f'main a[href="{address}"]').first
    assert source.is_visible()
    assert "noopener" in str(source.get_attribute("rel"))
    assert watched.problems == []


def test_a_reading_is_recorded_by_the_form(
    tab: Open, own: Desk, own_address: str, token: str
) -> None:
    watched = tab(base=own_address)
    page = watched.go(f"/sign-in?next=/indicators/{INDICATOR}")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{own_address}/indicators/{INDICATOR}"
    assert "Signed in as analyst" in page.inner_text("footer")
    before = readings.vintages(own.engine, INDICATOR)
    page.get_by_label(re.compile("^Period")).fill("2026-10")
    page.get_by_label(re.compile("^Value")).fill("2")
    page.get_by_label(re.compile("^Source")).fill(SOURCE)
    page.get_by_role("button", name=re.compile("^Record")).click()
    page.wait_for_load_state("networkidle")
    (added,) = [one for one in readings.vintages(own.engine, INDICATOR) if one not in before]
    assert ("2026-10", 2.0, SOURCE) == (added.period, added.value, added.source)
    page.goto(f"{own_address}/indicators/{INDICATOR}")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.locator(f'main a[href="{SOURCE}"]').first.is_visible()
    assert watched.problems == []


def test_a_visitor_is_not_offered_to_record(tab: Open) -> None:
    page = tab().go(f"/indicators/{INDICATOR}")
    assert page.get_by_role("button", name=re.compile("^Record")).count() == 0


def test_an_operator_adds_an_endpoint_and_silences_a_rule(
    tab: Open, own: Desk, own_address: str, token: str
) -> None:
    """By what can be read; axe looks at the forms that visitors do not see."""
    watched = tab(base=own_address)
    page = watched.go("/sign-in?next=/endpoints")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    assert findings(page) == []
    page.get_by_label(re.compile("^Address")).fill("http://127.0.0.1:9/hook")
    page.get_by_label(re.compile("^Name")).fill("night-desk")
    page.get_by_label("headline", exact=True).check()
    page.get_by_role("button", name="Add", exact=True).click()
    secret = page.locator("#secret code").inner_text()
    assert secret.startswith("whsec_")
    page.goto(f"{own_address}/endpoints")
    assert secret not in page.content()
    made = endpoints.named(own.engine, "night-desk")
    assert ("standard", ("headline",)) == (made.format, made.rules)
    page.get_by_role("button", name=re.compile("^Test ?: night-desk")).click()
    assert page.get_by_text("That does not count as received").is_visible()
    page.get_by_role("navigation").get_by_role("link", name="Alerts", exact=True).click()
    page.locator("#silence-rule").select_option("headline")
    page.get_by_label(re.compile("^Until the end of")).fill("2026-12-24")
    page.get_by_role("button", name="Silence", exact=True).click()
    assert page.get_by_text("is silent until 24").is_visible()
    assert findings(page) == []
    assert ["headline"] == [one.rule for one in alerts.silences_at(own.engine, state.NOW)]
    assert watched.problems == []
