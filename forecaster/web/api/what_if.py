"""Conditional forecasts, as a document; and futures of one's own that are asked about."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from forecaster import asked, worked_out
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, caller, require
from forecaster.web.api import answers, cursor, shapes_worked_out
from forecaster.web.api.cursor import LARGEST
from forecaster.web.api.paging import After, Limit, page
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of
from priors.what_if import OwnWhatIfs

router = APIRouter(tags=["forecasts"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="As `id` in the list.")]


@answers.reads(router, "/what-if", shapes_worked_out.WhatIfs)
async def what_if(request: Request, as_of: answers.AsOf = None) -> Response:
    """What `what-if --json` prints, where it was worked out; conditions, no causes."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request, at, lambda: answers.document(worked_out.require(site.desk, "what-if", at))
    )


@answers.reads(router, "/what-if/questions", shapes_worked_out.WhatIfQuestions)
async def listed(request: Request, limit: Limit = 50, cursor_: After = None) -> Response:
    """A page of the questions about futures of people's own, newest first."""
    site, before = site_of(request), cursor.asked(cursor_)

    def make() -> Kept:
        found = asked.page(site.desk, limit, before=before)
        return page(request, "questions", found, {"limit": str(limit)})

    return await answers.given(request, (limit, before), make)


@answers.reads(router, "/what-if/questions/{number}", shapes_worked_out.WhatIfQuestion)
async def one(request: Request, number: Number) -> Response:
    """A question; its answer as soon as the job `analyse` has worked it out, in some minutes."""
    site = site_of(request)

    def make() -> Kept:
        return answers.document(asked.document(site.desk, asked.require(site.desk, number)))

    return await answers.given(request, None, make)


@router.post(
    "/what-if/questions",
    status_code=202,
    response_model=shapes_worked_out.WhatIfQuestion,
    responses={
        200: {"model": shapes_worked_out.WhatIfQuestion, "description": "It was asked before."}
    },
)
async def ask(
    request: Request,
    given: OwnWhatIfs,
    _who: Annotated[Principal, Depends(require("record"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Ask the published forecast about up to forty futures, as for `what-if --file`."""
    who = caller(request)

    def write(site: Site) -> tuple[dict[str, Any], bool]:
        return site.question(asked.of_document(site.desk, given), who)

    document, new = await answers.writes(request, write)
    made = answers.done(request, document, 202 if new else 200)
    made.headers["location"] = f"/api/v1/what-if/questions/{document['id']}"
    return made
