"""What to watch, as a document."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster import watched
from forecaster.watchlist import Came, Watchlist
from forecaster.web.api import answers
from forecaster.web.api.answers import AsOf
from forecaster.web.memo import Kept
from forecaster.web.site import site_of

router = APIRouter(tags=["forecasts"])


class Watched(Watchlist):
    """The list of the published forecast `forecast_id`, and what came of those before."""

    forecast_id: str
    came: list[Came]


@answers.reads(router, "/watch", Watched)
async def watch(request: Request, as_of: AsOf = None) -> Response:
    """What to watch next: what `watch --json` prints, where it was worked out."""
    site, at = site_of(request), answers.moment(request, as_of)

    def make() -> Kept:
        return answers.document(watched.require(site.desk, at))

    return await answers.given(request, at, make)
