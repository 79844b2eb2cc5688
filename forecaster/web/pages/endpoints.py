"""Endpoints: where alerts are sent, how they do, and what an operator does about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from forecaster import alert_listings
from forecaster.alerts.formats import FORMATS
from forecaster.errors import UsageError
from forecaster.store import outbox
from forecaster.web import booking
from forecaster.web.access.require import caller
from forecaster.web.pages import acting
from forecaster.web.pages.acting import Fields, Operator
from forecaster.web.pages.indicator import NOTHING_TRIED, Tried
from forecaster.web.pages.page import Ask, Page, View
from forecaster.web.site import Site, site_of

DONE = {
    "disabled": "Disabled. What waited for it is kept as dead letters, to be replayed.",
    "enabled": "Enabled. What was given up before is sent again only by a replay.",
    "same": "Nothing changed: it was so already.",
    "replayed": "What was given up for it is sent again, under the same ids.",
}

NOTHING_TOLD: Mapping[str, Any] = {
    "secret": "",
    "found": True,
    "rotated": False,
    "at_once": False,
    "tested": None,
}

router = APIRouter(include_in_schema=False)


def view(ask: Ask, tried: Tried = NOTHING_TRIED, told: Mapping[str, Any] | None = None) -> View:
    """Every endpoint; ``told`` is what is said this once: a new secret, how a test ended."""
    operates = ask.may("operate")
    found = alert_listings.endpoints_of(ask.site.desk, whole=operates)
    return View(
        title="Endpoints",
        shown={
            "endpoints": found,
            "rules": [one["name"] for one in alert_listings.rules_of(ask.site.desk)],
            "formats": FORMATS,
            "operates": operates,
            "said": DONE.get(ask.query.get("said", "")),
            "told": told,
            "tried": tried,
            "refused": "" if tried.form == "add" else tried.why,
        },
    )


PAGE = Page("/endpoints", "endpoints.html", view, kept=False)
SHOWN = (PAGE, view)


@router.post("/endpoints")
async def add(request: Request, _who: Operator) -> Response:
    """Add one; the page that answers shows its secret, this once."""
    site, who = site_of(request), caller(request)
    fields: Fields = {}
    try:
        fields = await acting.read(request)
        made = await booking.outward(
            lambda: booking.book(site).add(
                fields.get("url", ""),
                fields.get("name", ""),
                fields.get("format", "standard"),
                who,
                fields.get("rule", "").split(),
            )
        )
    except UsageError as error:
        tried = acting.wrong("add", fields, error)
        return await run_in_threadpool(acting.again, request, SHOWN, tried)
    site.memo.forget()
    told = {"name": made.endpoint.name, "secret": made.secret, "found": made.found}
    return await run_in_threadpool(_once, request, told, 201)


@router.post("/endpoints/{name}/rotate")
async def rotate(request: Request, name: str, _who: Operator) -> Response:
    """A new secret; the page that answers shows it, this once."""
    site, who = site_of(request), caller(request)
    fields = await acting.read(request)
    at_once = bool(fields.get("at_once"))

    def change() -> str:
        return booking.book(site).rotate(name, who, at_once=at_once)

    secret = await run_in_threadpool(change)
    told = {"name": name, "secret": secret, "found": True, "rotated": True, "at_once": at_once}
    return await run_in_threadpool(_once, request, told, 200)


@router.post("/endpoints/{name}/test")
async def send_test(request: Request, name: str, _who: Operator) -> Response:
    """Send one test message now; the page that answers says how it ended."""
    site, who = site_of(request), caller(request)
    ended = await booking.outward(lambda: booking.tested(site, name, who))
    return await run_in_threadpool(_once, request, {"tested": ended, "name": name}, 200)


@router.post("/endpoints/{name}/{change}")
async def change(
    request: Request, name: str, change: Literal["disable", "enable", "replay"], _who: Operator
) -> Response:
    """Send nothing more to one, or again, or what was given up."""
    who = caller(request)

    def disable(site: Site) -> str:
        return "disabled" if booking.book(site).disable(name, who) else "same"

    def enable(site: Site) -> str:
        return "enabled" if booking.book(site).enable(name, who) else "same"

    def replay(site: Site) -> str:
        desk = site.desk
        outbox.replay_dead(desk.engine, name, now=desk.clock(), actor=who)
        return "replayed"

    does: dict[str, Callable[[Site], str]] = {
        "disable": disable,
        "enable": enable,
        "replay": replay,
    }

    def act(site: Site, _fields: Fields) -> str:
        return f"/endpoints?{urlencode({'said': does[change](site)})}"

    return await acting.carry_out(request, f"{change}-{name}", act, SHOWN)


def _once(request: Request, told: Mapping[str, Any], status: int) -> Response:
    """The page with what is told this once; nobody keeps it."""

    def show(ask: Ask, tried: Tried) -> View:
        return view(ask, tried, {**NOTHING_TOLD, **told})

    return acting.again(request, (PAGE, show), NOTHING_TRIED, status=status)
