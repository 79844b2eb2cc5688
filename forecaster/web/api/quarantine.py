"""Quarantine: values that cannot be right, until a person judges them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from forecaster import documents, judging, listings
from forecaster.errors import UsageError
from forecaster.web.access.require import IdempotencyKey, entry
from forecaster.web.api import answers, matching, shapes
from forecaster.web.api.cursor import LARGEST
from forecaster.web.api.leads import Every, Recorder
from forecaster.web.api.matching import IfMatch
from forecaster.web.api.texts import Reason
from forecaster.web.site import Site, site_of
from forecaster.wiring import Desk
from forecaster.wording import API

router = APIRouter(tags=["quarantine"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="As `id` in the list.")]


class Judgement(BaseModel):
    """Why a value is right, or wrong."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


@answers.reads(router, "/quarantine", shapes.Quarantine)
async def listed(request: Request, every: Every = False) -> Response:  # noqa: FBT002 - a query
    """Values that were set aside: those that somebody has to judge, or all. None is used."""
    site = site_of(request)
    return await answers.given(
        request,
        every,
        lambda: answers.document(documents.quarantine_of(site.desk, waiting=not every)),
    )


@answers.reads(router, "/quarantine/{number}", shapes.Aside)
async def one(request: Request, number: Number) -> Response:
    """One value; its ETag is what `If-Match` names."""
    site = site_of(request)
    return await answers.given(
        request, None, lambda: answers.item(listings.quarantined_of(site.desk, number))
    )


@router.post("/quarantine/{number}/accept", response_model=shapes.Judged)
async def accept(
    request: Request,
    number: Number,
    given: Judgement,
    who: Recorder,
    if_match: IfMatch = None,
    _key: IdempotencyKey = None,
) -> Response:
    """Record a value after all: somebody looked, and it is right."""
    line = entry(request, "quarantine.accept", str(number), reason=given.reason)

    def judge(desk: Desk) -> None:
        judging.accept(desk, number, given.reason.strip(), who.name, asked=judging.Asked(line, API))

    return await _judged(request, number, if_match, judge, "accepted")


@router.post("/quarantine/{number}/reject", response_model=shapes.Judged)
async def reject(
    request: Request,
    number: Number,
    given: Judgement,
    who: Recorder,
    if_match: IfMatch = None,
    _key: IdempotencyKey = None,
) -> Response:
    """Leave a value aside for good: somebody looked, and it is wrong."""
    line = entry(request, "quarantine.reject", str(number), reason=given.reason)

    def judge(desk: Desk) -> None:
        judging.reject(desk, number, given.reason.strip(), who.name, asked=judging.Asked(line, API))

    return await _judged(request, number, if_match, judge, "rejected")


async def _judged(
    request: Request,
    number: int,
    if_match: str | None,
    judge: Callable[[Desk], None],
    decision: Literal["accepted", "rejected"],
) -> Response:
    """Judge the value if it still is what the asker saw, and say so."""

    def write(site: Site) -> dict[str, Any]:
        found = listings.quarantined_of(site.desk, number)
        matching.require(if_match, found, f"{found['indicator']} {found['period']} in quarantine")
        try:
            judge(site.desk)
        except UsageError as error:
            raise answers.judged(error, listings.quarantined_of(site.desk, number)) from None
        if decision == "accepted":
            site.forecast_soon()
        return {"id": number, "decision": decision}

    return answers.done(request, await answers.writes(request, write))
