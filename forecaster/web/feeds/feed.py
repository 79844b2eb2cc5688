"""The addresses of the feeds, and how they are given."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web.feeds import atom, calendar
from forecaster.web.memo import keep
from forecaster.web.site import site_of
from forecaster.wiring import Desk

Make = Callable[[Desk, str], bytes]
FEEDS: tuple[tuple[str, str, Make], ...] = (
    ("/feeds/forecasts.atom", "application/atom+xml; charset=utf-8", atom.written),
    ("/feeds/calendar.ics", "text/calendar; charset=utf-8", calendar.written),
)


def base(request: Request) -> str:
    """How the desk is reached: the host is one that it answers to, or nobody is here."""
    return str(request.base_url).rstrip("/")


def router() -> APIRouter:
    """The routes of the feeds."""
    routes = APIRouter(include_in_schema=False)
    for path, media_type, make in FEEDS:
        routes.add_api_route(path, _endpoint(path, media_type, make), methods=["GET", "HEAD"])
    return routes


def _endpoint(path: str, media_type: str, make: Make) -> Callable[..., object]:
    async def given(request: Request) -> Response:
        site, at = site_of(request), base(request)
        kept = await site.memo.get((path, at), lambda: keep(make(site.desk, at), media_type))
        return kept.answer(request)

    return given
