"""Endpoints: where alerts are sent. A secret is told once, to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from forecaster import alert_listings
from forecaster.store import outbox
from forecaster.web import booking
from forecaster.web.access.idempotent import AGAIN
from forecaster.web.access.middleware import principal_of
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, caller, require
from forecaster.web.api import answers, shapes_alerts
from forecaster.web.api.texts import Word
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["endpoints"])
Name = Annotated[str, Path(max_length=64, examples=["desk-chat"])]
Operator = Annotated[Principal, Depends(require("operate"))]


class NewEndpoint(BaseModel):
    """Where alerts are to be sent."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(max_length=2048, pattern=r"^[!-~]+$")] = Field(
        description="https://host/path, or mailto:desk@example.org with the format email.",
        examples=["https://hooks.example.org/desk"],
    )
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$")]
    format: Word = Field(
        "standard",
        description="standard, slack, discord, teams, mattermost, alertmanager or email.",
    )
    rules: list[Word] = Field([], max_length=100, description="Rules that it hears of; else all.")


class Rotation(BaseModel):
    """How a secret is changed."""

    model_config = ConfigDict(extra="forbid")

    at_once: bool = Field(
        default=False, description="End the old secret now instead of in 24 hours."
    )


@answers.reads(router, "/endpoints", shapes_alerts.Endpoints)
async def listed(request: Request) -> Response:
    """Every endpoint and how it does."""
    site, whole = site_of(request), _operates(request)
    return await answers.live(
        request,
        lambda: answers.document(
            {"endpoints": alert_listings.endpoints_of(site.desk, whole=whole)}
        ),
    )


@answers.reads(router, "/endpoints/{name}", shapes_alerts.Endpoint)
async def one(request: Request, name: Name) -> Response:
    """One endpoint."""
    site, whole = site_of(request), _operates(request)
    return await answers.live(
        request, lambda: answers.document(alert_listings.endpoint(site.desk, name, whole=whole))
    )


@router.post("/endpoints", status_code=201, response_model=shapes_alerts.WithSecret)
async def add(
    request: Request, given: NewEndpoint, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Add an endpoint; the answer has its secret, this once."""
    who, site = caller(request), site_of(request)
    made = await booking.outward(
        lambda: booking.book(site).add(given.url, given.name, given.format, who, given.rules)
    )
    told = alert_listings.endpoint(site.desk, given.name, whole=True)
    return _once(request, {**told, "secret": made.secret, "found": made.found}, 201)


@router.post("/endpoints/{name}/rotate", response_model=shapes_alerts.WithSecret)
async def rotate(
    request: Request, name: Name, given: Rotation, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Make a new secret, told this once; for 24 hours the old one signs beside it."""
    who = caller(request)

    def write(site: Site) -> dict[str, Any]:
        secret = booking.book(site).rotate(name, who, at_once=given.at_once)
        told = alert_listings.endpoint(site.desk, name, whole=True)
        return {**told, "secret": secret, "found": None}

    return _once(request, await answers.writes(request, write), 200)


@router.post("/endpoints/{name}/test", response_model=shapes_alerts.Tested)
async def send_test(
    request: Request, name: Name, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Send one `webhook.test` now; the answer says how that ended, 200 in any case."""
    who, site = caller(request), site_of(request)
    return answers.done(request, await booking.outward(lambda: booking.tested(site, name, who)))


@router.post("/endpoints/{name}/disable", response_model=shapes_alerts.Endpoint)
async def disable(
    request: Request, name: Name, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Send nothing more to an endpoint; what waits for it is kept, to be replayed."""
    who = caller(request)
    return await _changed(request, name, lambda site: booking.book(site).disable(name, who))


@router.post("/endpoints/{name}/enable", response_model=shapes_alerts.Endpoint)
async def enable(
    request: Request, name: Name, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Send to an endpoint again."""
    who = caller(request)
    return await _changed(request, name, lambda site: booking.book(site).enable(name, who))


@router.post("/endpoints/{name}/replay", response_model=shapes_alerts.Again)
async def replay(
    request: Request, name: Name, _who: Operator, _key: IdempotencyKey = None
) -> Response:
    """Send all again that was given up for an endpoint: same ids, same bytes."""
    who = caller(request)

    def write(site: Site) -> dict[str, Any]:
        desk = site.desk
        return {"replayed": outbox.replay_dead(desk.engine, name, now=desk.clock(), actor=who)}

    return answers.done(request, await answers.writes(request, write))


async def _changed(request: Request, name: str, change: Callable[[Site], object]) -> Response:
    def write(site: Site) -> dict[str, Any]:
        change(site)
        return alert_listings.endpoint(site.desk, name, whole=True)

    return answers.done(request, await answers.writes(request, write))


def _once(request: Request, told: dict[str, Any], status: int) -> Response:
    """An answer with a secret: what is kept for a retry is the same without it."""
    request.scope["state"][AGAIN] = answers.written({**told, "secret": None})
    return answers.done(request, told, status)


def _operates(request: Request) -> bool:
    return principal_of(request.scope).may("operate")
