"""``/report`` and ``/report.pdf``: the report as a file, of now or as of a day."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web import memo, pdf, problems, reporting
from forecaster.web.memo import Kept
from forecaster.web.pages.page import HTML, Ask, asked
from forecaster.web.site import Site

WAITING = 4  # requests for a PDF at once; each takes a second or two of a whole browser


def router(site: Site) -> APIRouter:
    """The two addresses."""
    routes = APIRouter(include_in_schema=False)
    printing = asyncio.Lock()
    waiting = 0

    @routes.api_route("/report", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return (await _page(site, asked(request))).answer(request)

    @routes.api_route("/report.pdf", methods=["GET", "HEAD"])
    async def printed(request: Request) -> Response:
        nonlocal waiting
        ask = asked(request)
        try:
            pdf.browser()
        except pdf.NoBrowser as error:
            return problems.answer(request, 503, str(error), {})
        if waiting >= WAITING:
            said = "others are having a PDF printed; ask again in a moment"
            return problems.answer(request, 503, said, {"retry-after": "5"})
        waiting += 1
        try:
            async with printing:
                text = (await _page(site, ask)).body.decode()
                key = ("/report.pdf", ask.query.get("as_of"))
                made = await site.memo.get(key, lambda: _printed(ask, text))
        finally:
            waiting -= 1
        return made.answer(request)

    return routes


async def _page(site: Site, ask: Ask) -> Kept:
    def make() -> Kept:
        text = reporting.html(site.desk, site.studio, ask.at)
        return memo.keep(text.encode(), HTML, headers=_named(ask, "html"))

    return await site.memo.get(("/report", ask.query.get("as_of")), make)


def _printed(ask: Ask, text: str) -> Kept:
    return memo.keep(pdf.printed(text), "application/pdf", headers=_named(ask, "pdf"))


def _named(ask: Ask, ending: str) -> dict[str, str]:
    name = f"report-{ask.moment:%Y-%m-%d}.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"'}
