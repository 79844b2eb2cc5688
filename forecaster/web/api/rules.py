"""Rules: what is worth a message, what one would have told, and silences."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from forecaster import alert_listings, alerting, parsing
from forecaster.alerts import documents
from forecaster.errors import WrongValue
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, caller, require
from forecaster.web.api import answers, shapes_alerts
from forecaster.web.api.answers import MOMENT
from forecaster.web.api.texts import Remark
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["alerts"])
Name = Annotated[str, Path(max_length=64, examples=["headline"])]
Changes = Annotated[
    list[Annotated[str, StringConstraints(max_length=200)]],
    Query(
        alias="set",
        max_length=20,
        description="Another value for a key, as a line of the file; tried and not stored.",
        examples=[["points = 5"]],
    ),
]

Every = Annotated[bool, Query(alias="all", description="The last hundred, those that ended, too.")]


class Silencing(BaseModel):
    """Until when a rule decides nothing; a time that has passed ends the silence that holds."""

    model_config = ConfigDict(extra="forbid")

    until: Annotated[str, StringConstraints(max_length=40, pattern=MOMENT)] = Field(
        description="A day (its end is meant) or a moment, UTC unless it says otherwise.",
        examples=["2026-12-24"],
    )
    reason: Remark = ""


@answers.reads(router, "/rules", shapes_alerts.Rules)
async def listed(request: Request) -> Response:
    """Every rule, with what is open under it and until when it is silenced."""
    site = site_of(request)
    return await answers.live(
        request, lambda: answers.document({"rules": alert_listings.rules_of(site.desk)})
    )


@answers.reads(router, "/rules/{rule}", shapes_alerts.Rule)
async def one(request: Request, rule: Name) -> Response:
    """One rule."""
    site = site_of(request)
    return await answers.live(
        request, lambda: answers.document(alert_listings.rule(site.desk, rule))
    )


@answers.reads(router, "/rules/{rule}/replay", shapes_alerts.Replayed)
async def tried(request: Request, rule: Name, changes: Changes = []) -> Response:  # noqa: B006
    """What a rule about a number would have told over the whole history: `alerts try --json`."""
    site = site_of(request)
    lines = tuple(changes)
    return await answers.given(
        request,
        lines,
        lambda: answers.document(alerting.tried(site.desk, rule, lines, past=site.past)),
    )


@answers.reads(router, "/silences", shapes_alerts.Silences)
async def silences(request: Request, every: Every = False) -> Response:  # noqa: FBT002 - a query
    """The silences that hold, with their end."""
    site = site_of(request)
    return await answers.live(
        request,
        lambda: answers.document({"silences": alert_listings.silences(site.desk, every=every)}),
    )


@router.post("/rules/{rule}/silence", status_code=201, response_model=shapes_alerts.Silence)
async def silence(
    request: Request,
    rule: Name,
    given: Silencing,
    _who: Annotated[Principal, Depends(require("operate"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Let a rule decide nothing for a time, for everybody; what holds at its end is told then."""
    who = caller(request)

    def write(site: Site) -> dict[str, Any]:
        if not re.fullmatch(MOMENT, given.until):
            raise WrongValue("until", "expected a day or a moment, as 2026-12-24")
        until = parsing.moment(given.until, "until")
        if until is None:
            raise WrongValue("until", "expected a day or a moment, as 2026-12-24")
        done = alerting.silence(site.desk, rule, until, who, reason=given.reason)
        return documents.silence(done)

    return answers.done(request, await answers.writes(request, write), 201)
