"""Our standard body, and how any of its types is said in words.

::

    {"type": "forecast.probability.shifted", "timestamp": "2026-11-26T06:10:00Z",
     "data": {"summary": "one sentence", "explanation": "further ones", "links": {"forecast": url},
              ...}}

``summary``, ``explanation`` and ``links`` mean the same in every type; what else stands in ``data``
is shown as facts, in its order, unless it is a table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

TITLES = {
    "forecast.probability.shifted": "A probability has moved",
    "forecast.alert.resolved": "An alert is resolved",
    "question.resolved": "The question is resolved",
    "indicator.stale": "An indicator is late",
    "indicator.revised": "An indicator was revised",
    "source.failing": "A source keeps failing",
    "run.rejected": "A fit was rejected",
    "endpoint.disabled": "An endpoint was disabled",
    "webhook.test": "A test",
}
CUT = " … (cut)"
_WEB = re.compile(r"https?://[!#-;=?-{}~]+")  # nothing that ends a link in some chat
_SHOWN_APART = ("summary", "explanation", "links")


class Event(TypedDict):
    """The standard body."""

    type: str
    timestamp: str
    data: Mapping[str, Any]


def title(event: Event) -> str:
    """What happened, in a few words."""
    return TITLES.get(event["type"], event["type"])


def summary(event: Event) -> str:
    """What happened, in one sentence."""
    return _line(event["data"].get("summary") or "") or title(event)


def explanation(event: Event) -> str:
    """Why, where that is known."""
    found = event["data"].get("explanation") or ""
    if isinstance(found, Mapping):  # in words is enough for people
        found = found.get("summary") or ""
    return str(found).strip()


def facts(event: Event) -> list[tuple[str, str]]:
    """Name and value of what else there is, in its order."""
    return [
        (_line(name.replace("_", " ").replace(".", " ")), _line(value))
        for name, value in _flat(event["data"])
    ]


def links(event: Event) -> list[tuple[str, str]]:
    """Name and address of pages about it; nothing but web addresses."""
    stated = event["data"].get("links") or {}
    return [(_line(name), str(url)) for name, url in stated.items() if _WEB.fullmatch(str(url))]


def cut(text: str, most: int, unit: str = "characters") -> str:
    """A text of at most so many characters (or UTF-16 ``units``, or ``bytes``), said to be cut."""
    if _size(text, unit) <= most:
        return text
    room = most - _size(CUT, unit)
    if room < 0:
        return ""
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _size(text[:middle], unit) <= room else (low, middle - 1)
    return text[:low] + CUT


def _size(text: str, unit: str) -> int:
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if unit == "units" else len(text)


def _flat(data: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if not before and name in _SHOWN_APART:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, str | int | float) and value != "":
            yield before + name, value


def _line(value: object) -> str:
    """One line of what can be printed."""
    if isinstance(value, float):
        value = f"{value:.6g}"
    text = "".join(one if one.isprintable() else " " for one in str(value))
    return " ".join(text.split())
