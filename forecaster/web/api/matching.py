"""``If-Match``: whoever changes something says which state of it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header
from starlette.exceptions import HTTPException

from forecaster.web.api import answers

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="Optional. The ETag of what you judge, as GET gave it: 412 if it has changed "
        "since. Without it whoever comes second gets 409.",
    ),
]


def require(said: str | None, document: Mapping[str, Any], what: str) -> None:
    """Let a judgement through if nobody was first.

    Raises
    ------
    HTTPException
        412 if the document is another than was seen, 409 if it is judged already.
    """
    if said is not None and said.strip() != "*":
        seen = {one.strip() for one in said.split(",")}
        if answers.etag(document) not in seen:
            raise HTTPException(412, f"{what} has changed since you read it; read it again")
    if document["decision"] is not None:
        raise HTTPException(409, f"{what} is {document['decision']} already")
