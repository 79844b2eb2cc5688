"""Leads: what may be events, until a person says whether they are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from starlette.requests import Request
from starlette.responses import Response

from forecaster import documents, judging, listings
from forecaster.errors import UsageError
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, entry, require
from forecaster.web.api import answers, matching, shapes
from forecaster.web.api.cursor import LARGEST
from forecaster.web.api.matching import IfMatch
from forecaster.web.api.texts import PeriodText, Remark
from forecaster.web.site import Site, site_of
from forecaster.wording import API

router = APIRouter(tags=["leads"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="As `id` in the list.")]
Every = Annotated[bool, Query(alias="all", description="Those that were judged, too.")]
Recorder = Annotated[Principal, Depends(require("record"))]


class Confirmation(BaseModel):
    """What is said of a lead that is an event; an empty object counts its month one up."""

    model_config = ConfigDict(extra="forbid")

    period: PeriodText | None = Field(None, description="If not the month of its day.")
    value: FiniteFloat | None = Field(
        None, description="The value of the period with the event in it."
    )
    counted: bool = Field(
        default=False, description="The value has the event in it already: nothing is recorded."
    )
    note: Remark = ""


class Dismissal(BaseModel):
    """What is said of a lead that is no event."""

    model_config = ConfigDict(extra="forbid")

    note: Remark = ""


@answers.reads(router, "/leads", shapes.Leads)
async def listed(request: Request, every: Every = False) -> Response:  # noqa: FBT002 - a query
    """What may be events: those that nobody has judged, or all."""
    site = site_of(request)
    return await answers.given(
        request,
        every,
        lambda: answers.document(documents.leads_of(site.desk, undecided=not every)),
    )


@answers.reads(router, "/leads/{number}", shapes.Lead)
async def one(request: Request, number: Number) -> Response:
    """One lead; its ETag is what `If-Match` names."""
    site = site_of(request)
    return await answers.given(
        request, None, lambda: answers.item(listings.lead_of(site.desk, number))
    )


@router.post("/leads/{number}/confirm", response_model=shapes.Confirmed)
async def confirm(
    request: Request,
    number: Number,
    given: Confirmation,
    _who: Recorder,
    if_match: IfMatch = None,
    _key: IdempotencyKey = None,
) -> Response:
    """Confirm a lead. The count of its month goes up by one, as its next vintage."""
    line = entry(request, "lead.confirm", str(number), **given.model_dump(exclude_defaults=True))
    stated = judging.Confirmation(given.period, given.value, given.counted, given.note.strip())

    def write(site: Site) -> dict[str, Any]:
        matching.require(if_match, listings.lead_of(site.desk, number), f"lead {number}")
        try:
            done = judging.confirm(site.desk, number, stated, asked=judging.Asked(line, API))
        except UsageError as error:
            raise answers.judged(error, listings.lead_of(site.desk, number)) from None
        if done.added:
            site.forecast_soon()
        return done.document()

    return answers.done(request, await answers.writes(request, write))


@router.post("/leads/{number}/dismiss", response_model=shapes.Dismissed)
async def dismiss(
    request: Request,
    number: Number,
    given: Dismissal,
    _who: Recorder,
    if_match: IfMatch = None,
    _key: IdempotencyKey = None,
) -> Response:
    """Dismiss a lead: it is no event of its indicator."""
    line = entry(request, "lead.dismiss", str(number), **given.model_dump(exclude_defaults=True))

    def write(site: Site) -> dict[str, Any]:
        matching.require(if_match, listings.lead_of(site.desk, number), f"lead {number}")
        try:
            lead = judging.dismiss(
                site.desk, number, note=given.note.strip(), asked=judging.Asked(line, API)
            )
        except UsageError as error:
            raise answers.judged(error, listings.lead_of(site.desk, number)) from None
        return {"id": number, "decision": "dismissed", "indicator": lead.indicator}

    return answers.done(request, await answers.writes(request, write))
