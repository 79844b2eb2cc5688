"""What there is to be had, for catalogues of data: a Dataset of schema.org as JSON-LD."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web.api import answers
from forecaster.web.feeds import dataset, feed
from forecaster.web.memo import keep
from forecaster.web.site import site_of

MEDIA_TYPE = "application/ld+json"
router = APIRouter(tags=["dataset"])


@answers.reads(
    router,
    "/dataset",
    None,
    responses={
        200: {
            "description": "JSON-LD.",
            "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
        }
    },
)
async def described(request: Request) -> Response:
    """The data of this desk as a schema.org Dataset: what, since when, in which forms."""
    site, base = site_of(request), feed.base(request)
    return await answers.given(
        request,
        base,
        lambda: keep(answers.written(dataset.document(site.desk, base)), MEDIA_TYPE),
    )
