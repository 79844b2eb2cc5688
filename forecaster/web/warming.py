"""Pages made before anybody asks: once something is published, its first reader does not wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool

from forecaster.alerts import rules
from forecaster.errors import ForecasterError, InvalidFiles, NothingKnown
from forecaster.store import forecasts
from forecaster.web.access.principal import ANYONE
from forecaster.web.pages import page
from forecaster.web.pages.page import Ask, Page
from forecaster.web.site import Site

EVERY_SECONDS = 3.0
PATIENCE = 3.0  # seconds that pages read less often wait for a lull; old ones stand in meanwhile
FIRST = ("/", "/drivers", "/history", "/indicators")

_log = logging.getLogger("forecaster.warming")


async def keep_warm(site: Site, pages: Sequence[Page]) -> None:
    """Make pages anew whenever the store has changed or an hour has begun, until cancelled.

    For somebody who is signed in a page is made again, but its charts are drawn by then, and
    those are what takes long.
    """
    done = ""
    while True:
        try:
            await site.memo.look()
            seen = site.memo.seen
            if seen != done and await warm(site, pages, seen):
                done = seen
        except ForecasterError:  # the store cannot be read; whoever asks for a page is told
            pass
        await asyncio.sleep(EVERY_SECONDS)


async def warm(site: Site, pages: Sequence[Page], seen: str) -> bool:
    """Make the pages that are read first, then the others one by one; whether all were made.

    The others give way to whoever asks for something, for a while. It ends as soon as the store is
    in another state than the one that was seen, for then the first pages are due again.
    """
    by_address = {one.address: one for one in pages}
    stands = await run_in_threadpool(forecasts.stood, site.desk.engine, site.now())
    newest = None if stands is None else stands.forecast_id
    patience = PATIENCE
    for address, path, parts in _wanted(site, newest):
        if path not in FIRST:
            patience -= await site.lull.come(patience)
        if site.memo.seen != seen:
            return False
        if address not in by_address:
            continue
        ask = Ask(site, path, at=None, path=parts, query={}, visitor=ANYONE)
        try:
            await page.kept(by_address[address], ask)
        except NothingKnown:
            continue
        except Exception as error:  # noqa: BLE001 - whoever asks for the page is told all
            _log.warning("the page %s could not be made beforehand: %s", path, error)
    return True


def _wanted(site: Site, newest: str | None) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Which page, its address, and the parts of it that vary."""
    for path in FIRST:
        yield path, path, {}
    if newest is not None:
        address = "/forecasts/{forecast_id}"
        yield address, f"/forecasts/{quote(newest, safe='')}", {"forecast_id": newest}
    known: rules.Rules = {}  # their pages look at every forecast there was, which takes longest
    with suppress(InvalidFiles):  # whoever asks for the page of a rule is told
        known = rules.read(site.desk.settings.alerts)
    for name, rule in known.items():
        if isinstance(rule, rules.OfQuantity):
            yield "/alerts/rules/{rule}", f"/alerts/rules/{name}", {"rule": name}
    for name in site.desk.catalogue:
        yield "/indicators/{name}", f"/indicators/{name}", {"name": name}
