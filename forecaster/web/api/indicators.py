"""Indicators and sources: what is watched, how it stands, who was visited."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from forecaster import listings
from forecaster.web.api import answers, shapes
from forecaster.web.api.answers import AsOf
from forecaster.web.site import site_of

router = APIRouter(tags=["indicators"])
Id = Annotated[str, Path(max_length=64, examples=["trade_total"])]


@answers.reads(router, "/indicators", shapes.Indicators)
async def listed(request: Request, as_of: AsOf = None) -> Response:
    """The catalogue with the state of each source: what `indicators --json` prints."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(request, at, lambda: answers.document(site.indicators(at)))


@answers.reads(router, "/indicators/{indicator}", shapes.IndicatorWhole)
async def one(request: Request, indicator: Id, as_of: AsOf = None) -> Response:
    """One indicator, with what its file says of it."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(listings.indicator_of(site.desk, indicator, at))
    )


@answers.reads(router, "/sources", shapes.Visits)
async def sources(request: Request, as_of: AsOf = None) -> Response:
    """The last visit to each source, and how it ended."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(listings.visits_of(site.desk, at))
    )
