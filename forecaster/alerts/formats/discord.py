"""Discord: one embed. Its texts together take 6,000 characters, 25 fields of 1,024 among them."""

from __future__ import annotations

import json

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary, title

CONTENT, TITLE, DESCRIPTION, NAME, VALUE, FOOTER = 2000, 256, 4096, 256, 1024, 2048
FIELDS, ALL = 25, 6000


def render(event: Event) -> bytes:
    """JSON that mentions nobody."""
    said = "\n\n".join(filter(None, (summary(event), explanation(event))))
    embed: dict[str, object] = {
        "title": cut(title(event), TITLE, "units"),
        "description": cut(said, 3000, "units"),
        "timestamp": event["timestamp"],
    }
    room = ALL - sum(_long(str(embed[name])) for name in ("title", "description")) - 64
    fields: list[object] = []
    found = [*facts(event), *links(event)]
    for name, value in found[:FIELDS]:
        shown = {"name": cut(name, NAME, "units") or "–", "value": cut(value, VALUE, "units")}
        shown["value"] = shown["value"] or "–"
        room -= _long(shown["name"]) + _long(shown["value"])
        if room < 0:
            break
        fields.append({**shown, "inline": True})
    if fields:
        embed["fields"] = fields
    left = len(found) - len(fields)
    if left:
        embed["footer"] = {"text": f"and {left} more facts (cut)"}
    content = {
        "content": cut(summary(event), CONTENT, "units"),
        "embeds": [embed],
        "allowed_mentions": {"parse": []},
    }
    return json.dumps(content, ensure_ascii=True).encode()


def _long(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
