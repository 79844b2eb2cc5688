"""What a message says: one alert, or several in one; under 20 kB, and the same each time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from forecaster.alerts.formats import Event
from forecaster.alerts.telling import moment
from forecaster.posterior import alert_words
from forecaster.store.alerts import Alert

LIMIT = 19_000  # of the 20,000 bytes that Standard Webhooks recommends as the most
GROUPED = "alerts.grouped"
#: What an alert in a group leaves to the list of forecasts.
_ORIGIN = ("diagnostics", "versions", "links", "explanation")
_FORECASTS = 3

Content = dict[str, Any]


def message(alerts: Sequence[Alert]) -> Event:
    """The message that takes these alerts along, oldest first.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not alerts:
        raise ValueError("a message needs an alert")
    if len(alerts) == 1:
        return _single(alerts[0])
    return _group(alerts)


def _single(one: Alert) -> Event:
    data = {"sequence": one.id, **one.details}
    content: Event = {
        "type": one.type,
        "timestamp": moment(one.at),
        "data": data,
    }
    if len(encoded(content)) > LIMIT and one.details.get("explanation") is not None:
        # The desk has it whole; the message must stay small.
        content["data"] = {**data, "explanation": None}
    return content


def _group(alerts: Sequence[Alert]) -> Event:
    """As many of the newest as there is room for; how many were left out is stated."""
    origins: dict[str, Content] = {}
    for one in reversed(alerts):
        if one.details.get("versions") and one.forecast_id and len(origins) < _FORECASTS:
            kept = {key: one.details[key] for key in _ORIGIN if key in one.details}
            origins.setdefault(one.forecast_id, {"forecast_id": one.forecast_id, **kept})
    data: Content = {
        "sequence": max(one.id for one in alerts),
        "summary": alert_words.grouped([one.details["summary"] for one in alerts]),
        "count": len(alerts),
        "truncated": len(alerts),
        "alerts": [],
        "forecasts": list(origins.values()),
    }
    content: Event = {
        "type": GROUPED,
        "timestamp": moment(max(one.at for one in alerts)),
        "data": data,
    }
    room = LIMIT - len(encoded(content))
    if room < 0:
        data["forecasts"] = []
        room = LIMIT - len(encoded(content))
    shown: list[Content] = []
    for one in reversed(alerts):
        short = {key: value for key, value in one.details.items() if key not in _ORIGIN}
        part = {"type": one.type, "sequence": one.id, **short}
        room -= len(encoded(part)) + 1
        if room < 0:
            break
        shown.append(part)
    data |= {"alerts": shown[::-1], "truncated": len(alerts) - len(shown)}
    return content


def encoded(content: Mapping[str, Any]) -> bytes:
    """JSON as it counts for the size."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
