"""Pages of the Federal Register as they come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from indicators.sources.federal_register_rules import COMMERCE, PRESIDENT

API = "https://www.federalregister.gov/api/v1"
SITE = "https://www.federalregister.gov"


def document(
    number: str = "2026-00001",
    title: str = "A title",
    kind: str = "Rule",
    agency: str = COMMERCE,
    day: str = "2026-09-16",
    **more: object,
) -> dict[str, Any]:
    """One document with the fields that are asked for."""
    return {
        "title": title,
        "type": kind,
        "subtype": None,
        "abstract": None,
        "document_number": number,
        "html_url": f"{SITE}/documents/{day.replace('-', '/')}/{number}/words-of-the-title",
        "publication_date": day,
        "signing_date": None,
        "effective_on": None,
        "correction_of": None,
        "agencies": [
            {"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department", "id": 54},
            {"raw_name": "BUREAU", "name": "Bureau", "id": 241, "slug": agency},
        ],
        **more,
    }


def order(number: str, title: str, day: str = "2026-09-03", **more: object) -> dict[str, Any]:
    """An executive order."""
    given = {"subtype": "Executive Order"} | more
    return document(number, title, "Presidential Document", PRESIDENT, day, **given)


def page(
    documents: Sequence[dict[str, Any]], count: int | None = None, following: str | None = None
) -> bytes:
    """One page; ``following`` is the address of the next."""
    content: dict[str, Any] = {
        "description": "Documents",
        "count": len(documents) if count is None else count,
        "total_pages": 50,
        "results": list(documents),
    }
    if following is not None:
        content["next_page_url"] = following
    return json.dumps(content).encode()
