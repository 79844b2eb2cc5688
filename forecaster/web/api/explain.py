"""Why the forecast moved, as a document."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from forecaster import explained
from forecaster.belief import Explanation
from forecaster.web.api import answers
from forecaster.web.api.answers import AsOf
from forecaster.web.memo import Kept
from forecaster.web.site import site_of

router = APIRouter(tags=["forecasts"])
Since = Annotated[
    str | None,
    Query(
        max_length=explained.LONGEST,
        description="From this forecast on: an id, or a day or moment, which mean the forecast "
        "published last by then; from the one published before unless stated.",
    ),
]
To = Annotated[
    str | None,
    Query(
        max_length=explained.LONGEST,
        description="Up to this forecast: an id, or a day or moment, which mean the forecast that "
        "stood then; to the one that stands unless stated. With `as_of` it must be no later.",
    ),
]


@answers.reads(router, "/explain", Explanation)
async def explain(
    request: Request, since: Since = None, to: To = None, as_of: AsOf = None
) -> Response:
    """Why the forecast moved: what `explain --json` prints, where it was worked out."""
    site, at = site_of(request), answers.moment(request, as_of)

    def make() -> Kept:
        return answers.document(explained.require(site.desk, since, at, to=to))

    if since is None and to is None:
        return await answers.given(request, at, make)
    # What a command keeps in a file, the mark of the store does not tell of.
    return await answers.live(request, make)
