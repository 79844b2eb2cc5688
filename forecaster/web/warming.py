"""Pages made before anybody asks: once something is published, its first reader does not wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool

from forecaster.errors import ForecasterError, NothingKnown
from forecaster.store import generation
from forecaster.web.access.principal import ANYONE
from forecaster.web.pages import page
from forecaster.web.pages.page import Ask, Page
from forecaster.web.site import Site

EVERY_SECONDS = 3.0
ADDRESSES = ("/", "/drivers")

_log = logging.getLogger("forecaster.warming")


async def keep_warm(site: Site, pages: Sequence[Page]) -> None:
    """Make these pages anew whenever the store has changed, until cancelled.

    For somebody who is signed in the page is made again, but its charts are drawn by then, and
    those are what takes long.
    """
    seen = ""
    while True:
        try:
            mark = await run_in_threadpool(generation.mark, site.desk.engine)
        except ForecasterError:  # whoever asks for a page is told
            mark = seen
        if mark != seen:
            seen = mark
            try:
                await warm(site, pages)
            except NothingKnown:
                pass
            except Exception as error:  # noqa: BLE001 - whoever asks for the page is told all
                _log.warning("a page could not be made beforehand: %s", error)
        await asyncio.sleep(EVERY_SECONDS)


async def warm(site: Site, pages: Sequence[Page]) -> None:
    """Make the pages that are read first."""
    site.memo.look_again()
    for one in pages:
        if one.address in ADDRESSES:
            ask = Ask(site, one.address, at=None, path={}, query={}, visitor=ANYONE)
            await page.kept(one, ask)
