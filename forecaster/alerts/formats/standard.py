"""Our own body, as its JSON Schema says; under 20 kB, as Standard Webhooks asks for."""

from __future__ import annotations

import json
from typing import Any

from forecaster.alerts.formats.event import Event, cut

MOST = 20_000
_LONG = 200


def render(event: Event) -> bytes:
    """JSON. What is too long is cut, and ``data.truncated`` says so."""
    whole = _bytes(event)
    if len(whole) < MOST:
        return whole
    for longest, items in ((2000, 50), (_LONG, 10), (_LONG, 0), (60, 0)):
        data = {**_shortened(dict(event["data"]), longest, items), "truncated": True}
        found = _bytes({**event, "data": data})
        if len(found) < MOST:
            return found
    kept = {"summary": cut(str(event["data"].get("summary", "")), _LONG), "truncated": True}
    return _bytes({**event, "data": kept})


def _bytes(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _shortened(value: Any, longest: int, items: int) -> Any:
    match value:
        case str():
            return cut(value, longest)
        case dict():
            return {name: _shortened(one, longest, items) for name, one in value.items()}
        case list() | tuple():
            return [_shortened(one, longest, items) for one in value[:items]]
        case _:
            return value
