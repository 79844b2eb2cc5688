"""Alerts: what was decided, what is open, who knows of which forecast."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from forecaster import alert_listings, alerting
from forecaster.alerts import documents
from forecaster.errors import UnknownName, WrongValue
from forecaster.store import endpoints
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, caller, require
from forecaster.web.api import answers, cursor, shapes_alerts
from forecaster.web.api.cursor import LARGEST
from forecaster.web.api.paging import After, Limit, page
from forecaster.web.api.texts import Word
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["alerts"])
Sequence = Annotated[int, Path(ge=1, le=LARGEST, description="As `sequence` in the list.")]


class Known(BaseModel):
    """Which forecast is known; an empty object means the standing one, for all rules."""

    model_config = ConfigDict(extra="forbid")

    forecast_id: Word | None = Field(None, description="If not the one that stands.")
    rule: Word | None = Field(None, description="For this rule only.")
    endpoint: Word | None = Field(None, description="For this endpoint only.")


@answers.reads(router, "/alerts", shapes_alerts.AlertPage)
async def listed(
    request: Request,
    limit: Limit = 50,
    cursor_: After = None,
    rule: Annotated[str | None, Query(max_length=64, description="Of one rule only.")] = None,
    endpoint: Annotated[
        str | None, Query(max_length=64, description="What an endpoint hears, not the desk.")
    ] = None,
) -> Response:
    """What was decided, newest first: at the desk, which hears of every rule."""
    site = site_of(request)
    before = cursor.asked(cursor_)

    def make() -> Kept:
        with answers.meant("endpoint"):
            found = alert_listings.alert_page(
                site.desk, limit, before, endpoint=endpoint, rule=rule
            )
        asked = {"limit": str(limit), "rule": rule, "endpoint": endpoint}
        return page(request, "alerts", found, asked)

    return await answers.live(request, make)


@answers.reads(router, "/alerts/open", shapes_alerts.OpenAlerts)
async def opened(request: Request) -> Response:
    """What is open at the desk, oldest first."""
    site = site_of(request)
    return await answers.live(
        request, lambda: answers.document({"open": alert_listings.opened(site.desk)})
    )


@answers.reads(router, "/alerts/{sequence}", shapes_alerts.Alert)
async def one(request: Request, sequence: Sequence) -> Response:
    """One decision."""
    site = site_of(request)
    return await answers.live(
        request, lambda: answers.document(alert_listings.alert(site.desk, sequence))
    )


@answers.reads(router, "/acknowledgements", shapes_alerts.Acknowledgements)
async def acknowledgements(request: Request) -> Response:
    """Who knew of which forecast, newest first."""
    site = site_of(request)
    return await answers.live(
        request,
        lambda: answers.document({"acknowledgements": alert_listings.acknowledgements(site.desk)}),
    )


@router.post("/acknowledgements", status_code=201, response_model=shapes_alerts.Acknowledgement)
async def acknowledge(
    request: Request,
    given: Known,
    _who: Annotated[Principal, Depends(require("record"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Say that a forecast is known: moves are measured from it, and open alerts of them end."""
    who = caller(request)

    def write(site: Site) -> dict[str, Any]:
        try:
            done = alerting.acknowledge(
                site.desk,
                who,
                forecast=given.forecast_id,
                endpoint=given.endpoint,
                rule=given.rule,
            )
        except UnknownName as error:  # it stands in the body, not in the address
            raise WrongValue(_field(given, error), str(error)) from None
        return documents.acknowledged(done, endpoints.names(site.desk.engine))

    return answers.done(request, await answers.writes(request, write), 201)


def _field(given: Known, error: UnknownName) -> str:
    stated = {getattr(given, name): name for name in ("endpoint", "rule", "forecast_id")}
    return stated.get(error.name, "forecast_id")
