"""Puts the API into an application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web.api import (
    answers,
    dataset,
    description,
    forecasts,
    indicators,
    jobs,
    leads,
    quarantine,
    readings,
)

RESOURCES = (forecasts, indicators, readings, leads, quarantine, jobs, dataset)


def add(app: FastAPI) -> None:
    """Let an application answer for everything under ``/api/v1``."""
    router = APIRouter(prefix=description.PREFIX)
    for one in RESOURCES:
        router.include_router(one.router)

    async def openapi(request: Request) -> Response:
        return await answers.given(
            request, None, lambda: answers.document(description.document(app.routes))
        )

    router.add_api_route("/openapi.json", openapi, methods=["GET", "HEAD"], include_in_schema=False)
    app.include_router(router)
