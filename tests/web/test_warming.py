"""Pages are made before anybody asks, and anew when something was published."""

from __future__ import annotations

import httpx
import pytest

from forecaster.web import app, warming
from forecaster.web.access.principal import ANYONE
from forecaster.web.memo import Kept
from forecaster.web.site import Site
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests.jobs.conftest import until
from tests.web.serving import put, served


def kept(site: Site, page: str = "/", address: str = "") -> Kept | None:
    return site.memo._kept.get((page, address or page, ANYONE))


def test_the_first_reader_after_a_publication_does_not_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "EVERY_SECONDS", 0.05)
    engine, site = desk.engine, app.site(desk, Studio())
    with served(app.create_app(site)) as address:
        until(lambda: b"No forecast yet" in _body(site), "a page that says there is none")
        put(engine, "first", mean=0.21)
        until(lambda: b"21\xc2\xa0%" in _body(site), "the page of the first")
        names = list(site.desk.catalogue)
        until(
            lambda: kept(site, "/indicators/{name}", f"/indicators/{names[-1]}") is not None,
            "the page of the last indicator",
        )
        assert kept(site, "/forecasts/{forecast_id}", "/forecasts/first") is not None
        until(
            lambda: kept(site, "/alerts/rules/{rule}", "/alerts/rules/likely") is not None,
            "the page of the last rule about a number",
        )
        assert kept(site, "/alerts/rules/{rule}", "/alerts/rules/stale") is None
        put(engine, "second", mean=0.34)
        until(lambda: b"34\xc2\xa0%" in _body(site), "the page of the second")
        made = kept(site)
        assert made is not None
        assert made.body == httpx.get(f"{address}/", timeout=60).content


def _body(site: Site) -> bytes:
    found = kept(site)
    return b"" if found is None else found.body
