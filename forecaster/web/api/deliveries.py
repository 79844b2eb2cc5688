"""Deliveries: what was sent, what waits, what was given up."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from forecaster import alert_listings
from forecaster.alerts import documents
from forecaster.store import endpoints, outbox
from forecaster.store.outbox import Status
from forecaster.web.access.middleware import principal_of
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, caller, require
from forecaster.web.api import answers, cursor, shapes_alerts
from forecaster.web.api.paging import After, Limit, page
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["deliveries"])
Id = Annotated[str, Path(max_length=64, description="As `webhook_id` in the list.")]


@answers.reads(router, "/deliveries", shapes_alerts.DeliveryPage)
async def listed(
    request: Request,
    limit: Limit = 50,
    cursor_: After = None,
    status: Annotated[Status | None, Query(description="In one state only.")] = None,
    endpoint: Annotated[str | None, Query(max_length=64, description="To one only.")] = None,
) -> Response:
    """Deliveries, newest first. Those that come while you read on change no later page."""
    site = site_of(request)
    before = cursor.asked(cursor_)

    def make() -> Kept:
        if endpoint is not None:
            with answers.meant("endpoint"):
                endpoints.named(site.desk.engine, endpoint)
        found = alert_listings.delivery_page(
            site.desk, limit, before, endpoint=endpoint, status=status
        )
        asked = {"limit": str(limit), "status": status, "endpoint": endpoint}
        return page(request, "deliveries", found, asked)

    return await answers.live(request, make)


@answers.reads(router, "/deliveries/{webhook_id}", shapes_alerts.DeliveryWhole)
async def one(request: Request, webhook_id: Id) -> Response:
    """One delivery: what is sent, and every attempt."""
    site, whole = site_of(request), principal_of(request.scope).may("operate")
    return await answers.live(
        request,
        lambda: answers.document(alert_listings.delivery(site.desk, webhook_id, whole=whole)),
    )


@router.post("/deliveries/{webhook_id}/replay", response_model=shapes_alerts.Delivery)
async def replay(
    request: Request,
    webhook_id: Id,
    _who: Annotated[Principal, Depends(require("operate"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Send one again, whatever became of it: same id, same bytes, ten attempts anew."""
    who = caller(request)

    def write(site: Site) -> dict[str, Any]:
        desk = site.desk
        done = outbox.replay(desk.engine, webhook_id, now=desk.clock(), actor=who)
        return documents.delivery(done)

    return answers.done(request, await answers.writes(request, write))
