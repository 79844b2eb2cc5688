"""Lists that come in pages: how many rows, from where on, and the address of the next page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request

from forecaster.web.api import answers, cursor
from forecaster.web.memo import Kept

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many on a page.")]
After = Annotated[
    str | None, Query(alias="cursor", max_length=64, description="`next` of the page before.")
]


def page(
    request: Request,
    name: str,
    found: tuple[Sequence[Any], int | None],
    asked: Mapping[str, str | None],
) -> Kept:
    """One page of a list, with the address of the next one, where the same is asked for."""
    rows, rest = found
    following = None if rest is None else cursor.written(rest)
    headers = {}
    if following is not None:
        query = {key: value for key, value in asked.items() if value is not None}
        query["cursor"] = following
        headers["link"] = f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'
    return answers.document({name: rows, "next": following}, headers)
