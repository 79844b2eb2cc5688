"""One page of answers of the Federal Register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from indicators import checks
from indicators.source import Unexpected
from indicators.sources import markup

#: What is asked for, beyond what always comes.
FIELDS = (
    "document_number",
    "title",
    "type",
    "subtype",
    "abstract",
    "publication_date",
    "signing_date",
    "effective_on",
    "agencies",
    "html_url",
    "correction_of",
)
NEEDED = ("document_number", "title", "type", "publication_date", "agencies", "html_url")
BY_DEFAULT = ("excerpts", "pdf_url", "public_inspection_pdf_url")
ENVELOPE = ("description", "count", "total_pages", "next_page_url", "previous_page_url", "results")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """One published document; it never changes."""

    number: str
    title: str
    type: str
    subtype: str | None
    abstract: str
    published: date
    signed: date | None
    effective: date | None
    agencies: frozenset[str]
    url: str
    is_correction: bool


@dataclass(frozen=True)
class Page:
    """Some documents, how many there are in all, and where the next page is."""

    documents: tuple[Document, ...]
    count: int
    next_url: str | None
    warnings: tuple[str, ...]


def parse_page(body: bytes) -> Page:
    """Read a page of ``documents.json``.

    ``total_pages`` is a cap and says nothing; only ``next_page_url`` tells whether more follows.

    Raises
    ------
    Unexpected
        If it is no such page: an error, facets, a single document.
    """
    page = checks.mapping(checks.parse_json(body, "the page"), "the page")
    if "errors" in page or ("status" in page and "message" in page):
        told = page.get("message") or page.get("errors")
        raise Unexpected(f"the publisher reports an error: {str(told)[:160]}")
    checks.mapping(page, "the page", ("count",))
    count = page["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Unexpected(f"the page counts {str(count)[:40]!r} documents")
    if count:
        checks.mapping(page, "the page", ("results",))
    results = checks.sequence(page.get("results", []), "results")
    documents = tuple(_document(one) for one in results)
    if count and not documents:
        raise Unexpected(f"the page is empty, but counts {count} documents")
    following = page.get("next_page_url")
    if following is not None and not isinstance(following, str):
        raise Unexpected("next_page_url is no address")
    fields = {name for one in results for name in one}
    return Page(
        documents,
        count,
        following,
        (
            *checks.unknown_fields(page, ENVELOPE, "the page"),
            *checks.unknown_fields(fields, {*FIELDS, *BY_DEFAULT}, "a document"),
        ),
    )


def _document(given: object) -> Document:
    one = checks.mapping(given, "a document", NEEDED)
    number = one["document_number"]
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise Unexpected(f"document_number is {str(number)[:40]!r}")
    what = f"document {number}"
    agencies = [
        checks.mapping(agency, f"an agency of {what}")
        for agency in checks.sequence(one["agencies"], f"agencies of {what}")
    ]
    url = _text(one, "html_url", what)
    if not url.startswith("https://www.federalregister.gov/"):
        raise Unexpected(f"{what} is said to lie at {url[:80]!r}")
    return Document(
        number=number,
        title=_text(one, "title", what),
        type=_text(one, "type", what),
        subtype=_text(one, "subtype", what) or None,
        abstract=_text(one, "abstract", what),
        published=_day(one["publication_date"], f"publication_date of {what}"),
        signed=_maybe_day(one, "signing_date", what),
        effective=_maybe_day(one, "effective_on", what),
        # An agency that the register does not know has a raw name only.
        agencies=frozenset(str(a["slug"]) for a in agencies if a.get("slug")),
        url=url,
        is_correction=one.get("correction_of") is not None,
    )


def _text(one: Mapping[str, Any], name: str, what: str) -> str:
    given = one.get(name)
    if given is None and name not in NEEDED:
        return ""
    if not isinstance(given, str):
        raise Unexpected(f"{name} of {what} is {str(given)[:40]!r}; expected a text")
    return markup.one_line(given)


def _maybe_day(one: Mapping[str, Any], name: str, what: str) -> date | None:
    given = one.get(name)
    return None if given is None else _day(given, f"{name} of {what}")


def _day(given: object, what: str) -> date:
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise Unexpected(f"{what} is {str(given)[:40]!r}; expected a day")
