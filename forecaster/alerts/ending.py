"""An endpoint stops being sent to: what waits for it is kept as dead letters, others are told."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from forecaster.alerts.formats import Event, render
from forecaster.store import endpoints, outbox
from forecaster.store.audit import Actor
from forecaster.store.endpoints import Endpoint
from forecaster.store.handle import Connection
from forecaster.store.instants import to_text

KIND = "endpoint.disabled"


class _Service(NamedTuple):
    """We ourselves, in the audit log."""

    name: str = "delivery"
    how: str = "service"


def disable_failing(connection: Connection, one: Endpoint, why: str, now: datetime) -> str:
    """End an endpoint that cannot be reached; returns the line for the operator."""
    return disable(connection, one, why, _Service(), now)


def disable(connection: Connection, one: Endpoint, why: str, actor: Actor, now: datetime) -> str:
    """End an endpoint within a transaction, and tell the other ones; returns a line about it."""
    endpoints.change(connection, one.id, disabled_at=now, disabled_why=why)
    dead = outbox.give_up(connection, one.id, now)
    endpoints.note(connection, actor, "endpoint.disable", one, now)
    told = event(one, why, dead, now)
    for other in endpoints.live(connection):
        if other.takes(KIND):
            body = render(other.format, told)
            outbox.put(connection, endpoint=other.id, kind=KIND, body=body, now=now)
    return str(told["data"]["summary"])


def event(one: Endpoint, why: str, dead: int, now: datetime) -> Event:
    """The message about it."""
    since = one.failing_since
    return {
        "type": KIND,
        "timestamp": to_text(now),
        "data": {
            "summary": f"The endpoint {one.name} was disabled: {why}.",
            "endpoint": one.name,
            "format": one.format,
            "reason": why,
            "failing_since": None if since is None else to_text(since),
            "dead_letters": dead,
        },
    }
