"""The desk as a web application: what stands around it, and which room answers for what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import forecaster
from forecaster import alerting
from forecaster.errors import ForecasterError
from forecaster.store import generation
from forecaster.web import assets, downloads, frame, headers, health, problems, warming
from forecaster.web.access import access as access_side
from forecaster.web.access import mount
from forecaster.web.access.access import Access
from forecaster.web.api import mount as api
from forecaster.web.feeds import feed
from forecaster.web.memo import Memo
from forecaster.web.metrics import Counting, Metrics
from forecaster.web.pages import (
    acting,
    alerts,
    asking,
    deliveries,
    drivers,
    endpoints,
    forecast,
    history,
    indicator,
    indicators,
    judging,
    operations,
    page,
    prior_share,
    question,
    reference,
    rule,
    score,
    today,
    watch,
    what_if,
    why,
)
from forecaster.web.site import Operations, Site
from forecaster.web.studio import Studio
from forecaster.wiring import Desk

PAGES = (
    today.PAGE,
    why.PAGE,
    watch.PAGE,
    history.PAGE,
    forecast.PAGE,
    drivers.PAGE,
    what_if.PAGE,
    question.PAGE,
    prior_share.PAGE,
    indicators.PAGE,
    indicator.PAGE,
    reference.PAGE,
    score.PAGE,
    alerts.PAGE,
    rule.PAGE,
    endpoints.PAGE,
    deliveries.PAGE,
    deliveries.ONE,
    operations.PAGE,
)
LOOPBACK = "127.0.0.1"
THREADS = 10  # each has a connection to the database with a cache of its own
HOSTS = (LOOPBACK, "localhost", "[::1]")


def site(desk: Desk, studio: Studio, operations: Operations | None = None) -> Site:
    """A desk with what its pages need."""

    def mark() -> str:
        # What is late, and how old things are, changes with the time.
        return f"{generation.mark(desk.engine)}@{desk.clock():%Y%m%d%H}@{_edited(desk)}"

    return Site(desk, studio, Memo(mark), operations, past=alerting.kept_past(desk))


def _edited(desk: Desk) -> int:
    """When somebody last changed the rules of alerts, where they are a file of their own."""
    try:
        return 0 if desk.settings.alerts is None else desk.settings.alerts.stat().st_mtime_ns
    except OSError:
        return 0


def create_app(of: Site, access: Access | None = None, hosts: Sequence[str] = HOSTS) -> FastAPI:
    """The application that shows a site.

    ``access`` says who may what; unless stated, whoever is on this machine may read. ``hosts`` are
    the names that it answers to.
    """
    access = access or access_side.of(of.desk, LOOPBACK, problems.refuse)
    metrics = Metrics(of)
    app = FastAPI(
        title="Sino-Russian alignment",
        version=forecaster.__version__,
        openapi_url=None,  # the API tells it
        docs_url=None,
        redoc_url=None,
        lifespan=_life(of),
    )
    app.state.site = of
    pages = APIRouter()
    for one in PAGES:
        page.add(pages, one)
    for routes in (
        pages,
        operations.router(of),
        judging.router,
        acting.router,
        asking.router,
        endpoints.router,
        downloads.router(of),
        health.router(of),
        metrics.router(),
        feed.router(),
        assets.router(frame.STATIC),
    ):
        app.include_router(routes)
    api.add(app)
    for kind in (ForecasterError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, problems.on_error)
    # The last added stands outermost.
    mount.guard(app, access, page.sign_in)
    app.add_middleware(headers.KnownHosts, hosts=hosts)
    app.add_middleware(problems.Unforeseen)
    app.add_middleware(headers.SecurityHeaders)
    app.add_middleware(Counting, metrics=metrics, lull=of.lull)
    return app


def _life(of: Site) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What goes on beside the answers, from the first to the last."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        warmth = asyncio.create_task(warming.keep_warm(of, PAGES))
        try:
            yield
        finally:
            warmth.cancel()
            with suppress(asyncio.CancelledError):
                await warmth
            of.studio.close()

    return life
