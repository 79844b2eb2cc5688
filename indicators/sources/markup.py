"""XML and HTML from strangers, read without entities, document types or the network."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

from indicators import checks
from indicators.source import Unexpected

type Element = Any  # lxml is published without types

_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")


def parse_xml(body: bytes, what: str) -> Element:
    """The root of an XML document in UTF-8; comments and instructions are dropped.

    A document type is refused, because that is where entities are declared.

    Raises
    ------
    Unexpected
        If it is no sound XML, or declares a document type.
    """
    source = checks.text(body, what=what)
    first_tag = re.search(r"<[A-Za-z_]", source)
    if "<!DOCTYPE" in source[: first_tag.start() if first_tag else None]:
        raise Unexpected(f"{what} declares a document type; expected plain XML")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unexpected(
            f"{what} is no sound XML: {str(error)[:120]}; it begins with {begins(source)!r}"
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unexpected(f"{what} declares a document type; expected plain XML")
    return root


def parse_html(body: bytes, what: str) -> Element:
    """The root of an HTML page in UTF-8, however badly its tags are closed.

    Raises
    ------
    Unexpected
        If there is no page at all.
    """
    source = checks.text(body, what=what)
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(source.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise Unexpected(f"{what} is no HTML page; it begins with {begins(source)!r}")
    return root


def text_of(element: Element) -> str:
    """All text inside an element, on one line."""
    return one_line(str(element.xpath("string()")))


def one_line(text: str) -> str:
    """Text with every run of blanks, no-break and zero-width ones too, as one space."""
    return _BLANKS.sub(" ", text).strip()


def begins(source: str) -> str:
    """How a body begins, for the words of a refusal."""
    return one_line(source[:200])[:60]
