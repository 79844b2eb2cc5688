"""Pages of the Kremlin's feed as they come: no-break spaces, line breaks in titles, HTML inside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from indicators.sources.kremlin_feed import ATOM

SITE = "http://en.kremlin.ru"
FEED = f"{SITE}/events/all/feed"


def entry(
    number: int,
    title: str,
    when: str,
    summary: str = "",
    text: str = "",
    *,
    section: str = "events/president/news",
) -> str:
    """One entry; ``when`` is a day, or a moment with its offset."""
    moment = when if "T" in when else f"{when}T12:00:00+03:00"
    words = title.replace(" of ", " of\u00a0").replace(" with ", " with\n")
    short = escape(f'<div class="c-summary"><p>{summary}</p></div>')
    return (
        f"<entry><title>{escape(words)}</title><id>{SITE}/{section}/{number}</id>"
        f"<updated>{moment}</updated><published>{moment}</published>"
        f'<link href="{SITE}/{section}/{number}" rel="alternate" type="text/html" />'
        f'<summary type="html">{short}</summary>'
        f'<content type="html">{short}{escape(f"<p>{text}</p>")}</content></entry>'
    )


def feed(entries: Sequence[str], following: int | None = None) -> bytes:
    """One page; ``following`` is the number of the next."""
    after = f'<link href="{FEED}/page/{following}" rel="next" />' if following else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>'
        '<?xml-stylesheet type="text/xsl" href="/static/xsl/feed.xsl?571da04668" ?>'
        f'<feed xml:lang="en" xmlns="{ATOM}"><title type="text">Website of the President</title>'
        f"<author><name>Press Office</name></author><updated>2026-11-01T10:00:00+03:00</updated>"
        f'<id>{FEED}</id><link href="{FEED}" rel="self" />{after}{"".join(entries)}</feed>'
    ).encode()
