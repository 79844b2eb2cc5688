"""How good the forecast was: the document of ``forecaster score --json``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from forecaster.scoring import board
from forecaster.web.api import answers, shapes_scores
from forecaster.web.site import site_of

router = APIRouter(tags=["scores"])
Kind = Annotated[
    Literal["live", "hindcast"],
    Query(description="Forecasts that were published, or hindcasts; the two are never mixed."),
]


@answers.reads(router, "/scores", shapes_scores.Scoreboard)
async def scores(request: Request, kind: Kind = "live", as_of: answers.AsOf = None) -> Response:
    """How predictions of readings fared, and what is known of the question itself."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request,
        (kind, at),
        lambda: answers.document(board.document(site.desk, kind, site.now(), at)),
    )
