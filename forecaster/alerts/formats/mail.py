"""An e-mail: its subject and text, which the sender puts into a message of its own making."""

from __future__ import annotations

import json

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary

SUBJECT, TEXT, FACTS = 150, 4000, 40


def render(event: Event) -> bytes:
    """JSON with ``subject`` and ``text``; no line of the subject can begin another header."""
    parts = [cut(summary(event), TEXT), cut(explanation(event), TEXT)]
    found = facts(event)
    lines = [f"{name}: {cut(value, 500)}" for name, value in found[:FACTS]]
    if len(found) > FACTS:
        lines.append(f"and {len(found) - FACTS} more facts (cut)")
    parts += ["\n".join(lines), "\n".join(f"{name}: {url}" for name, url in links(event)[:10])]
    parts.append(f"{event['type']}, {event['timestamp']}")
    content = {
        "subject": cut(summary(event), SUBJECT),
        "text": "\n\n".join(filter(None, parts)) + "\n",
    }
    return json.dumps(content, ensure_ascii=True).encode()
