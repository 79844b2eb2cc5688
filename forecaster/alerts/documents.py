"""Alerts, endpoints and deliveries as JSON: the same for command, API and pages. No secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from forecaster.alerts import rules
from forecaster.alerts.rules import Rule
from forecaster.alerts.telling import moment
from forecaster.store.alerts import Acknowledged, Alert, Remembered, Silenced
from forecaster.store.endpoints import Endpoint
from forecaster.store.outbox import Attempt, Delivery

Document = dict[str, Any]


def rule(name: str, one: Rule) -> Document:
    """One rule, as its file would say it."""
    return {"name": name, **rules.stated(one)}


def alert(one: Alert) -> Document:
    """One decision, with what it tells."""
    return {
        "sequence": one.id,
        "type": one.type,
        "at": moment(one.at),
        "deliver_at": moment(one.deliver_at),
        "rule": one.rule,
        "subject": one.subject,
        "event": one.event,
        "episode": one.episode,
        "forecast_id": one.forecast_id,
        "webhook_id": one.webhook_id,
        "details": one.details,
    }


def opened(one: Remembered) -> Document:
    """What is open."""
    return {
        "rule": one.rule,
        "subject": one.subject,
        "since": None if one.open_since is None else moment(one.open_since),
    }


def silence(one: Silenced) -> Document:
    """A silence with its end."""
    return {
        "rule": one.rule,
        "starts_at": moment(one.starts_at),
        "until": moment(one.until),
        "reason": one.reason,
        "who": one.who,
    }


def acknowledged(one: Acknowledged, names: Mapping[int, str]) -> Document:
    """Who knows of which forecast; ``names`` are those of the endpoints."""
    return {
        "forecast_id": one.forecast_id,
        "rule": one.rule,
        "endpoint": None if one.endpoint is None else names.get(one.endpoint),
        "at": moment(one.at),
        "who": one.who,
    }


def host_of(one: Document) -> Document:
    """An endpoint for whoever may not see its whole address: it may hold a password."""
    parts = urlsplit(one["url"])
    hidden = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/***"
    return {**one, "url": hidden if parts.netloc else f"{parts.scheme}:***"}


def without_answers(one: Document) -> Document:
    """A delivery for whoever may not see what its receiver answered."""
    return {**one, "tries": [{**each, "response": None} for each in one["tries"]]}


def endpoint(one: Endpoint, now: datetime) -> Document:
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


def delivery(one: Delivery) -> Document:
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


def whole(one: Delivery, body: bytes, tries: Sequence[Attempt]) -> Document:
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
