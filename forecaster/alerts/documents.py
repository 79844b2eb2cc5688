"""Endpoints and deliveries as JSON: the same for the command, the API and the pages. No secrets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from forecaster.store.endpoints import Endpoint
from forecaster.store.outbox import Attempt, Delivery


def endpoint(one: Endpoint, now: datetime) -> dict[str, Any]:
    """One endpoint."""
    rotating = one.previous_until is not None and now < one.previous_until
    return {
        "name": one.name,
        "url": one.url,
        "format": one.format,
        "rules": list(one.rules),
        "state": state(one, now),
        "created_at": written(one.created_at),
        "disabled_at": written(one.disabled_at),
        "disabled_why": one.disabled_why or None,
        "failing_since": written(one.failing_since),
        "failures": one.failures,
        "paused_until": written(one.paused_until),
        "old_secret_until": written(one.previous_until) if rotating else None,
    }


def state(one: Endpoint, now: datetime) -> str:
    """How it does, in a word."""
    if one.disabled_at is not None:
        return "disabled"
    if one.paused_until is not None and now < one.paused_until:
        return "paused"
    return "live" if one.failing_since is None else "failing"


def delivery(one: Delivery) -> dict[str, Any]:
    """One row of the outbox."""
    return {
        "webhook_id": one.webhook_id,
        "endpoint": one.endpoint,
        "type": one.type,
        "status": one.status,
        "attempts": one.attempts,
        "created_at": written(one.created_at),
        "next_attempt_at": written(one.next_attempt_at),
        "done_at": written(one.done_at),
    }


def whole(one: Delivery, body: bytes, tries: Sequence[Attempt]) -> dict[str, Any]:
    """The same with what is sent and every attempt; an answer is text, never anything else."""
    return {
        **delivery(one),
        "body": body.decode("utf-8", "replace"),
        "tries": [{**each._asdict(), "at": written(each.at)} for each in tries],
    }


def written(moment: datetime | None) -> str | None:
    """A moment as JSON has it."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
