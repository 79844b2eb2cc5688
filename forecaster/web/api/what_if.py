"""Conditional forecasts, as a document."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster import worked_out
from forecaster.web.api import answers, shapes_worked_out
from forecaster.web.site import site_of

router = APIRouter(tags=["forecasts"])


@answers.reads(router, "/what-if", shapes_worked_out.WhatIfs)
async def what_if(request: Request, as_of: answers.AsOf = None) -> Response:
    """What `what-if --json` prints, where it was worked out; conditions, no causes."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(worked_out.require(site.desk, "what-if", at))
    )
