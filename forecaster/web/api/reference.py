"""What other pairs of powers did: the document of ``forecaster reference --json``."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster import reference as room
from forecaster.web.api import answers, shapes_reference
from forecaster.web.site import site_of

router = APIRouter(tags=["reference"])


@answers.reads(router, "/reference", shapes_reference.Reference)
async def reference(request: Request, as_of: answers.AsOf = None) -> Response:
    """Base rates of pledges between powers, what they say of this pair, what readings made."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(room.document(site.desk, site.now(), at))
    )
