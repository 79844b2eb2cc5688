"""What a site keeps for several pages is never older than the store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from forecaster.store import readings
from forecaster.store.readings import NewReading
from forecaster.web import app
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from indicators import Period


def test_the_catalogue_is_counted_once_for_each_state_of_the_store(desk: Desk) -> None:
    engine, site = desk.engine, app.site(desk, Studio())
    name = next(iter(site.desk.catalogue))

    def put(period: str) -> None:
        now = datetime.now(UTC)
        one = NewReading(name, Period.parse(period), 1.0, None, now, "x", "by_hand")
        readings.add(engine, [one], now=now)

    def count() -> int:
        rows = {one["id"]: one for one in site.indicators()["indicators"]}
        return int(rows[name]["n_readings"])

    assert count() == 0
    put("2001")
    assert count() == 1  # nothing is kept before the store was looked at
    asyncio.run(site.memo.look())
    assert count() == 1
    assert site.indicators() is site.indicators()
    put("2002")
    site.memo.look_again()
    asyncio.run(site.memo.look())
    assert count() == 2
