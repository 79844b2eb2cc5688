"""The index of the quick tables: which month is out, in which currency, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize
from urllib.parse import urljoin

from indicators.source import Unexpected
from indicators.sources import markup

SELECT = "preliminarysel"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_SPAN = re.compile(
    rf"\b(?P<first>{_MONTH})(?:\s*(?:-|–|—|to|and|&)\s*(?P<last>{_MONTH}))?",
    re.IGNORECASE | re.ASCII,
)
_CURRENCY = re.compile(r"\(\s*in\s+(?P<name>CNY|RMB|USD|US\$)\s*\)", re.IGNORECASE | re.ASCII)
_TABLE = re.compile(r"\(4\).*\bcountry\b", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Index:
    """The tables of one year: addresses by month (1 to 12), in US dollars and in yuan."""

    year: int
    usd: dict[int, str]
    cny: dict[int, str]


def parse_index(body: bytes, address: str, year: int | None = None) -> Index:
    """Read an index page; without ``year`` the newest one that it offers is its own.

    A month that is not out is a ``span``; one that is out is a link, and a link over two months
    counts for the second, in which it appears.

    Raises
    ------
    Unexpected
        If there is no table (4) by country, or its months cannot be told.
    """
    root = markup.parse_html(body, "the index of quick tables")
    pages: dict[str, dict[int, str]] = {}
    found = False
    for row in root.iter("tr"):
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        title = plain(markup.text_of(cells[0])) if cells else ""
        if len(cells) < 2 or not _TABLE.search(title):
            continue
        found = True
        currency = currency_of(title)
        if currency is None:
            raise Unexpected(f"the index names no currency for {title[:80]!r}")
        if currency in pages:
            raise Unexpected(f"the index has table (4) in {currency} twice")
        pages[currency] = _links(cells[1], address)
    if not found:
        raise Unexpected("the index of quick tables has no table (4) by country or region")
    return Index(year or _newest_year(root), pages.get("USD", {}), pages.get("CNY", {}))


def _newest_year(root: markup.Element) -> int:
    select = next((one for one in root.iter("select") if one.get("id") == SELECT), None)
    options = [] if select is None else [markup.text_of(one) for one in select.iter("option")]
    years = [int(text) for text in options if re.fullmatch(r"20\d\d", text, re.ASCII)]
    if not years:
        raise Unexpected(f"the index offers no year in {SELECT}; it has {options[:5]}")
    return max(years)


def _links(cell: markup.Element, address: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for link in cell.iter("a"):
        label = plain(markup.text_of(link))
        span = span_of(label)
        href = (link.get("href") or "").strip()
        if span is None or not href:
            raise Unexpected(f"a link of table (4) says {label[:40]!r}; expected a month")
        if span[1] in found:
            raise Unexpected(f"the index links {label[:40]!r} twice")
        try:
            found[span[1]] = urljoin(address, href)
        except ValueError:
            raise Unexpected(f"{href[:80]!r} is no address") from None
    return found


def plain(text: str) -> str:
    """Text with full-width signs as plain ones."""
    return markup.one_line(normalize("NFKC", text))


def currency_of(title: str) -> str | None:
    """``CNY`` or ``USD`` from a title that ends in ``(in USD)``."""
    match = _CURRENCY.search(title)
    return None if match is None else as_currency(match["name"])


def as_currency(name: str) -> str:
    """One name for each currency: RMB is CNY, US$ is USD."""
    return "CNY" if name.upper() in {"CNY", "RMB"} else "USD"


def span_of(text: str) -> tuple[int, int] | None:
    """First and last month of ``Mar.``, ``March``, ``Jan-Feb`` or ``January-February``."""
    match = _SPAN.search(text)
    if match is None:
        return None
    first = _MONTHS.index(match["first"][:3].lower()) + 1
    last = first if match["last"] is None else _MONTHS.index(match["last"][:3].lower()) + 1
    return (first, last) if first <= last else None
