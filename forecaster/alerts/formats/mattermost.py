"""Mattermost: one attachment; a message takes 16,383 characters in all."""

from __future__ import annotations

import json
import re

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary, title

ALL, TEXT, FIELDS, VALUE = 16_383, 4000, 20, 200
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>:])")


def render(event: Event) -> bytes:
    """JSON; in its words no sign is a command, and nobody is mentioned."""
    found = facts(event)
    fields = [
        {"title": _quiet(name, VALUE), "value": _quiet(value, VALUE), "short": True}
        for name, value in found[:FIELDS]
    ]
    attachment: dict[str, object] = {
        "fallback": _quiet(summary(event), 1000),
        "title": _quiet(title(event), 200),
        "text": _quiet("\n\n".join(filter(None, (summary(event), explanation(event)))), TEXT),
        "fields": fields,
    }
    pages = links(event)
    if pages and len(pages[0][1]) <= 1000:
        attachment["title_link"] = pages[0][1]
    if len(found) > FIELDS:
        attachment["footer"] = f"and {len(found) - FIELDS} more facts (cut)"
    return json.dumps({"text": "", "attachments": [attachment]}, ensure_ascii=True).encode()


def _quiet(text: str, most: int) -> str:
    """Text of at most so many characters before its signs are quoted."""
    # A mention is one only if a letter follows at once.
    return _MARKS.sub(r"\\\1", cut(text, most)).replace("@", "@\u200b")
