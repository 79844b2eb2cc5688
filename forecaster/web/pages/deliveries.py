"""Deliveries: what was sent, what waits, what was given up; and one of them with its attempts."""

from __future__ import annotations

import json
from typing import Any

from forecaster import alert_listings
from forecaster.store import endpoints, outbox
from forecaster.store.outbox import STATUSES
from forecaster.web.pages.indicator import NOTHING_TRIED, Tried
from forecaster.web.pages.page import Ask, Page, View

ROWS = 50


def view(ask: Ask) -> View:
    """A page of them, newest first.

    Raises
    ------
    WrongValue
        If there is no such state or page.
    """
    desk = ask.site.desk
    status = alert_listings.status(ask.query.get("status", ""))
    endpoint = ask.query.get("endpoint", "")
    before = ask.before("number of a delivery")
    rows, rest = alert_listings.delivery_page(
        desk, ROWS, before, endpoint=endpoint or None, status=status
    )
    counts = outbox.counts(desk.engine)
    return View(
        title="Deliveries",
        shown={
            "rows": rows,
            "older": rest,
            "before": before,
            "statuses": STATUSES,
            "counts": counts,
            "chosen": {"status": status or "", "endpoint": endpoint},
            "asked": {
                name: value for name, value in (("status", status), ("endpoint", endpoint)) if value
            },
            "names": sorted(set(endpoints.names(desk.engine).values())),
            "days": desk.settings.deliveries_kept_days,
        },
    )


PAGE = Page("/deliveries", "deliveries.html", view, kept=False)


def one(ask: Ask, tried: Tried = NOTHING_TRIED) -> View:
    """One delivery: what is sent, every attempt; what the receiver said, for its operators.

    Raises
    ------
    UnknownName
        If there is no such delivery; it may have been forgotten.
    """
    operates = ask.may("operate")
    found = alert_listings.delivery(ask.site.desk, ask.path["webhook_id"], whole=operates)
    return View(
        title=f"Delivery to {found['endpoint']}",
        shown={
            "one": found,
            "body": _indented(found["body"]),
            "operates": operates,
            "said": "It will be sent again: same id, same bytes."
            if ask.query.get("said") == "again"
            else "",
            "tried": tried,
            "tries": [{**each, "took": f"{each['milliseconds']:,} ms"} for each in found["tries"]],
        },
    )


ONE = Page("/deliveries/{webhook_id}", "delivery.html", one, kept=False)


def _indented(body: str) -> str:
    """JSON as people read it; anything else as it is."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return body
    return json.dumps(content, ensure_ascii=False, indent=2)
