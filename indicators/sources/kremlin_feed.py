"""One page of the feed of the President of Russia: what was published, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from html import unescape
from urllib.parse import urlsplit

from indicators import checks
from indicators.source import Unexpected
from indicators.sources import markup

ATOM = "http://www.w3.org/2005/Atom"
MOSCOW = timezone(timedelta(hours=3))
#: The offsets that the site has written; the clock beside them is Moscow's with either.
WRITTEN = (timedelta(hours=3), timedelta(hours=4))
FEED_PARTS = ("title", "subtitle", "author", "updated", "id", "link", "entry", "logo", "icon")
ENTRY_PARTS = ("title", "id", "updated", "published", "link", "summary", "content", "author")
LONGEST, LONGEST_TITLE = 20_000, 500  # characters that are read


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication; ``id`` is the address of its page, ``day`` the day in Moscow."""

    id: str
    title: str
    day: date
    summary: str
    text: str

    @property
    def section(self) -> str:
        """Where on the site it stands: ``/events/president/news``."""
        return urlsplit(self.id).path.rpartition("/")[0]


@dataclass(frozen=True)
class FeedPage:
    """Entries, newest first; ``bad`` tells of those that could not be read."""

    entries: tuple[Entry, ...]
    next_url: str | None
    bad: tuple[str, ...]
    warnings: tuple[str, ...]


def parse_feed(body: bytes) -> FeedPage:
    """Read one page of the feed.

    Raises
    ------
    Unexpected
        If it is no Atom feed, or holds no entry that can be read.
    """
    root = markup.parse_xml(body, "the feed")
    if root.tag != _tag("feed"):
        raise Unexpected(f"the feed is a {str(root.tag)[:80]}; expected feed of {ATOM}")
    entries: dict[str, Entry] = {}
    bad: list[str] = []
    parts: set[str] = set()
    for element in root.iterfind(_tag("entry")):
        parts |= {_local(child) for child in element}
        try:
            entry = _entry(element)
        except Unexpected as error:
            bad.append(str(error))
        else:
            entries[entry.id] = entry
    if not entries:
        why = f": {bad[0]}" if bad else ""
        raise Unexpected(f"the feed holds no entry that can be read{why}")
    following = next(
        (one.get("href") for one in root.iterfind(_tag("link")) if one.get("rel") == "next"), None
    )
    return FeedPage(
        tuple(entries.values()),
        following,
        tuple(bad),
        (
            *checks.unknown_fields(map(_local, root), FEED_PARTS, "the feed"),
            *checks.unknown_fields(parts, ENTRY_PARTS, "an entry"),
        ),
    )


def _entry(element: markup.Element) -> Entry:
    address = _text(element, "id")
    parts = urlsplit(address) if address.isprintable() and "[" not in address else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.path.strip("/"):
        raise Unexpected(f"an entry has the id {address[:80]!r}; expected an address")
    title = _text(element, "title")[:LONGEST_TITLE]
    if not title:
        raise Unexpected(f"{address[:80]} has no title")
    return Entry(
        id=address,
        title=title,
        day=moscow_day(_text(element, "published"), address[:80]),
        summary=_plain(_text(element, "summary")),
        text=_plain(_text(element, "content")),
    )


def moscow_day(stated: str, what: str) -> date:
    """The day in Moscow of a moment with its zone.

    The site has long written +04:00 beside the clock of Moscow, which is +03:00 since 2014: the
    day is taken as it stands there.

    Raises
    ------
    Unexpected
        If it is no moment, or has no zone.
    """
    moment = checks.instant(stated, f"published of {what}")
    try:
        written = datetime.fromisoformat(stated.strip().upper().replace(" +", "+"))
        if written.utcoffset() in WRITTEN:
            return written.date()
        return moment.astimezone(MOSCOW).date()
    except (ValueError, OverflowError) as error:
        raise Unexpected(f"published of {what} is {stated[:40]!r}: {error}") from None


def _text(element: markup.Element, name: str) -> str:
    found = element.find(_tag(name))
    return "" if found is None else markup.text_of(found)


def _plain(given: str) -> str:
    """The words of a piece of HTML."""
    without = re.sub(r"<[^<>]{0,2000}>", " ", given[: 4 * LONGEST])
    return markup.one_line(unescape(without))[:LONGEST]


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _local(element: markup.Element) -> str:
    return str(element.tag).rpartition("}")[2]
