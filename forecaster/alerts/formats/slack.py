"""Slack, incoming webhook: blocks, of which a section takes 3,000 characters and a header 150."""

from __future__ import annotations

import json

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary, title

SECTION, HEADER, FIELD, FALLBACK = 3000, 150, 2000, 3000
FIELDS = 10  # in one section
SECTIONS = 4
PLAIN = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def render(event: Event) -> bytes:
    """JSON; words are plain text, so that nothing in them is read as a mention or a link."""
    blocks: list[object] = [
        {"type": "header", "text": _plain(title(event), HEADER)},
        {"type": "section", "text": _plain(summary(event), SECTION)},
    ]
    if explanation(event):
        blocks.append({"type": "section", "text": _plain(explanation(event), SECTION)})
    found = facts(event)
    for start in range(0, min(len(found), FIELDS * SECTIONS), FIELDS):
        fields = [
            _plain(f"{name}: {value}", FIELD) for name, value in found[start : start + FIELDS]
        ]
        blocks.append({"type": "section", "fields": fields})
    left = len(found) - FIELDS * SECTIONS
    if left > 0:
        blocks.append({"type": "section", "text": _plain(f"and {left} more facts", SECTION)})
    pages = [f"<{escaped(url)}|{escaped(name)}>" for name, url in links(event)]
    told = " · ".join(pages)
    if told and len(told) <= SECTION:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": told}})
    content = {"text": cut(escaped(summary(event)), FALLBACK), "blocks": blocks}
    return json.dumps(content, ensure_ascii=True).encode()


def escaped(text: str) -> str:
    """Text in which nothing is a command of the chat."""
    return "".join(PLAIN.get(one, one) for one in text)


def _plain(text: str, most: int) -> dict[str, object]:
    return {"type": "plain_text", "text": cut(text, most, "units") or "–", "emoji": False}
