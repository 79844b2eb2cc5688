"""How much is prior, as a document."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster import worked_out
from forecaster.web.api import answers, shapes_worked_out
from forecaster.web.site import site_of

router = APIRouter(tags=["forecasts"])


@answers.reads(router, "/prior-share", shapes_worked_out.PriorShare)
async def prior_share(request: Request, as_of: answers.AsOf = None) -> Response:
    """What `prior-share --json` prints, where it was worked out."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(worked_out.require(site.desk, "prior-share", at))
    )
