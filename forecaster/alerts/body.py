"""The bytes of a message: one alert, or several in one; under 20 kB, and the same each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from forecaster.alerts.telling import moment
from forecaster.store.alerts import Alert

LIMIT = 19_000  # of the 20,000 bytes that Standard Webhooks recommends as the most
GROUPED = "alerts.grouped"
#: What an alert in a group leaves to the list of forecasts.
_ORIGIN = ("diagnostics", "versions", "links", "explanation")
_FORECASTS = 3

Content = dict[str, Any]


def message(alerts: Sequence[Alert]) -> tuple[str, bytes]:
    """Type and bytes of the message that takes these alerts along, oldest first.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not alerts:
        raise ValueError("a message needs an alert")
    if len(alerts) == 1:
        return alerts[0].type, _single(alerts[0])
    return GROUPED, _group(alerts)


def _single(one: Alert) -> bytes:
    content = {
        "type": one.type,
        "timestamp": moment(one.at),
        "data": {"sequence": one.id, **one.details},
    }
    written = encoded(content)
    if len(written) > LIMIT and one.details.get("explanation") is not None:
        # The desk has it whole; the message must stay small.
        content["data"] = {**one.details, "sequence": one.id, "explanation": None}
        written = encoded(content)
    return written


def _group(alerts: Sequence[Alert]) -> bytes:
    """As many of the newest as there is room for; how many were left out is stated."""
    origins: dict[str, Content] = {}
    for one in reversed(alerts):
        if one.details.get("versions") and one.forecast_id and len(origins) < _FORECASTS:
            kept = {key: one.details[key] for key in _ORIGIN if key in one.details}
            origins.setdefault(one.forecast_id, {"forecast_id": one.forecast_id, **kept})
    content: Content = {
        "type": GROUPED,
        "timestamp": moment(max(one.at for one in alerts)),
        "data": {
            "sequence": max(one.id for one in alerts),
            "count": len(alerts),
            "truncated": len(alerts),
            "alerts": [],
            "forecasts": list(origins.values()),
        },
    }
    room = LIMIT - len(encoded(content))
    if room < 0:
        content["data"]["forecasts"] = []
        room = LIMIT - len(encoded(content))
    shown: list[Content] = []
    for one in reversed(alerts):
        short = {key: value for key, value in one.details.items() if key not in _ORIGIN}
        part = {"type": one.type, "sequence": one.id, **short}
        room -= len(encoded(part)) + 1
        if room < 0:
            break
        shown.append(part)
    content["data"] |= {"alerts": shown[::-1], "truncated": len(alerts) - len(shown)}
    return encoded(content)


def encoded(content: Content) -> bytes:
    """JSON in one way only: keys in order, no spaces, UTF-8, nothing that is no number."""
    return json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()
