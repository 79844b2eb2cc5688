"""Teams, by a workflow that posts what it is sent: an Adaptive Card in a message under 28 KB."""

from __future__ import annotations

import json

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary, title

MOST = 28_000
SHOWN, ACTIONS = 30, 5


def render(event: Event) -> bytes:
    """JSON; the fewer facts and the shorter the texts, the tighter it is."""
    for texts, shown, each in ((4000, SHOWN, 300), (1500, 10, 200), (500, 0, 0)):
        found = _message(event, texts, shown, each)
        if len(found) < MOST:
            return found
    raise AssertionError("two texts of 500 characters fit")


def _message(event: Event, texts: int, shown: int, each: int) -> bytes:
    body: list[object] = [
        _text(title(event), 200) | {"size": "Large", "weight": "Bolder"},
        _text(summary(event), texts),
    ]
    if explanation(event):
        body.append(_text(explanation(event), texts))
    found = facts(event)
    rows = [
        {"title": cut(_quiet(name), each), "value": cut(_quiet(value), each)}
        for name, value in found[:shown]
    ]
    if rows:
        body.append({"type": "FactSet", "facts": rows})
    if len(found) > shown:
        body.append(_text(f"and {len(found) - shown} more facts (cut)", 200))
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    pages = [(name, url) for name, url in links(event)[:ACTIONS] if len(url) <= 1000]
    if pages:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": cut(name, 100), "url": url} for name, url in pages
        ]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    content = {"type": "message", "attachments": [attachment]}
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _text(text: str, most: int) -> dict[str, object]:
    return {"type": "TextBlock", "text": cut(_quiet(text), most), "wrap": True}


def _quiet(text: str) -> str:
    """Text whose brackets make no link."""
    return text.replace("[", "(").replace("]", ")")
