"""Files of the Treasury's list service as they come: a namespace, CRLF, children with actions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from indicators.sources.ofac_delta import NAMESPACE

BASE = "https://sanctionslistservice.ofac.treas.gov"


def entity(
    number: int,
    action: str | None = "add",
    programmes: Iterable[str] = ("RUSSIA-EO14024",),
    countries: Iterable[str] = (),
    *,
    child_action: str | None = None,
) -> str:
    """One entry; ``child_action`` says what became of its addresses."""
    own = f' action="{action}"' if action else ""
    child = f' action="{child_action}"' if child_action else ""
    tags = "".join(f"<sanctionsProgram id='1'>{one}</sanctionsProgram>" for one in programmes)
    places = "".join(
        f"<address id='1'{child}><country refId='1'>{one}</country></address>" for one in countries
    )
    return (
        f'<entity id="{number}"{own}><generalInfo><entityType>Entity</entityType></generalInfo>'
        f"<sanctionsPrograms>{tags}</sanctionsPrograms><addresses>{places}</addresses></entity>"
    )


def delta(*entities: str, dated: str = "2026-08-26T00:00:00-04:00") -> bytes:
    """One delta file."""
    text = (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
        f'<sanctionsData xmlns="{NAMESPACE}">\n'
        f"<publicationInfo><datePublished>{dated}</datePublished>"
        "<publicationType>Standard Action</publicationType></publicationInfo>\n"
        "<referenceValues /><featureTypes />\n"
        f"<entities>{''.join(entities)}</entities>\n</sanctionsData>\n"
    )
    return text.replace("\n", "\r\n").encode()


def history(publications: Mapping[int, str]) -> bytes:
    """The list of a year: moments in the time of Washington, without a zone."""
    return json.dumps(
        [
            {"publicationID": number, "datePublished": f"{day}T10:01:44.740051"}
            for number, day in publications.items()
        ]
    ).encode()
