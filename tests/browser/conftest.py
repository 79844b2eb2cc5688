"""A real desk behind a real server, and a real browser that asks it.

The browser is a Chromium on the path, else playwright's own; without one these tests are reported
as not run, unless FORECASTER_TEST_REQUIRE_BROWSER is 1. FORECASTER_TEST_SCREENSHOTS names a folder
for pictures of every page.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from forecaster.wiring import Desk
from tests.browser import serving, state
from tests.browser.tab import Open, Tab

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk whose pages are looked at; tests that write have one of their own."""
    return state.desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def served(desk: Desk) -> Iterator[str]:
    """The address of its server."""
    with serving.served(desk) as address:
        yield address


# Of one file, not of the session: playwright's event loop runs in this thread as long as it lives,
# and other tests start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), None)
        if found is None and Path(playwright.chromium.executable_path).exists():
            found = playwright.chromium.executable_path
        if found is None:
            why = f"no browser: none of {', '.join(NAMES)} on the path, nor playwright's own"
            if os.environ.get("FORECASTER_TEST_REQUIRE_BROWSER") == "1":
                pytest.fail(why)
            pytest.skip(f"not run, {why}")
        opened = playwright.chromium.launch(
            executable_path=found, args=FLAGS, chromium_sandbox=os.geteuid() != 0
        )
        yield opened
        opened.close()


@pytest.fixture
def tab(browser: Browser, served: str) -> Iterator[Open]:
    """Opens a tab of some width; options go to the browser's context."""
    contexts = []

    def opened(width: int = 1280, *, base: str = served, **options: Any) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        return Tab(context.new_page(), base)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Keeps a picture of a page as an artefact of the run, where a folder for it is named."""
    folder = os.environ.get("FORECASTER_TEST_SCREENSHOTS", "")

    def take(page: Page) -> None:
        if folder:
            name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
