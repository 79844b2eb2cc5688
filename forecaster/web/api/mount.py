"""Puts the API into an application, and writes its description down."""

from __future__ import annotations

import json

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web.api import (
    alerts,
    answers,
    dataset,
    deliveries,
    description,
    endpoints,
    explain,
    forecasts,
    indicators,
    jobs,
    leads,
    prior_share,
    quarantine,
    readings,
    reference,
    rules,
    scores,
    watch,
    what_if,
)

RESOURCES = (
    *(forecasts, explain, watch, what_if, prior_share),
    *(indicators, readings, leads, quarantine),
    *(alerts, rules, endpoints, deliveries),
    *(jobs, reference, scores, dataset),
)


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


def text() -> str:
    """The description as ``docs/reference/openapi.json`` has it."""
    app = FastAPI(openapi_url=None)
    add(app)
    return json.dumps(description.document(app.routes), ensure_ascii=False, indent=1) + "\n"
