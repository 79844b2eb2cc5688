"""Every page of the desk, by an address that can be asked for."""

from __future__ import annotations

import re

import pytest

from forecaster.web import app
from forecaster.web.pages.page import PLACES
from tests.browser import state

#: What stands for a part of an address that varies, by the place before it.
EXAMPLES = {
    "indicators": "trade_total",
    "forecasts": state.NEWEST,
    "rules": "headline",
    "deliveries": state.DELIVERY,
    "own": "1",
}


def example(address: str) -> str:
    """The address with its varying part filled in.

    Raises
    ------
    KeyError
        If it is not known what could stand there: add it to ``EXAMPLES``.
    """
    return re.sub(r"([^/]+)/\{[^/]+\}", lambda found: f"{found[1]}/{EXAMPLES[found[1]]}", address)


PAGES = [example(one.address) for one in app.PAGES]
#: The same desk in other states: as it was known on a day, at its door, and where nothing is.
STATES = [
    "/?as_of=2026-03-01",
    "/alerts/rules/headline?points=1",
    "/deliveries?status=dead",
    "/score?kind=hindcast",
    "/what-if/own/2",
    "/sign-in",
    "/nowhere",
]
ALL = [*PAGES, *STATES]

_missing = [path for path, _ in PLACES if path not in PAGES]
#: For tests that go from page to page.
whole = pytest.mark.skipif(bool(_missing), reason=f"pages still to come: {', '.join(_missing)}")
