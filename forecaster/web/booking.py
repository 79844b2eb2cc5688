"""The book of endpoints as pages and API use it, and the threads in which something is dialled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from anyio import CapacityLimiter, to_thread

from forecaster.alerts.book import Book
from forecaster.store import audit
from forecaster.store.audit import Actor, Entry
from forecaster.web.site import Site

AT_ONCE = 2  # receivers that hang may hold these, and none of the threads that answer


def book(site: Site) -> Book:
    """The endpoints of a site; whatever it dials passes its guard."""
    desk = site.desk
    return Book(desk.engine, desk.settings, desk.clock, site.look_up)


async def outward[T](call: Callable[[], T]) -> T:
    """Carry out what asks a name server or a receiver, in a thread of its own."""
    return await to_thread.run_sync(call, limiter=_limiter())


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


def tested(site: Site, name: str, who: Actor) -> dict[str, Any]:
    """Send a test message, and note who asked for it."""
    webhook_id, outcome = book(site).test(name)
    desk = site.desk
    line = Entry(who, "endpoint.test", name, {"outcome": outcome.what})
    audit.write(desk.engine, line, now=desk.clock())
    return {
        "name": name,
        "webhook_id": webhook_id,
        "good": outcome.good,
        "status_code": outcome.status,
        "outcome": outcome.what,
        "milliseconds": outcome.milliseconds,
        "response": outcome.response,
    }
