"""The desk as a web application: what stands around it, and which room answers for what."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

import forecaster
from forecaster.errors import ForecasterError
from forecaster.store import generation
from forecaster.web import frame, headers, problems
from forecaster.web.access import access, mount
from forecaster.web.memo import Memo
from forecaster.web.pages import forecast, history, page, today
from forecaster.web.site import Operations, Site
from forecaster.web.studio import Studio
from forecaster.wiring import Desk

PAGES = (today.PAGE, history.PAGE, forecast.PAGE)
HOSTS = ("127.0.0.1", "localhost", "[::1]")


def site(desk: Desk, studio: Studio, operations: Operations | None = None) -> Site:
    """A desk with what its pages need."""

    def mark() -> str:
        # What is late, and how old things are, changes with the time.
        return f"{generation.mark(desk.engine)}@{desk.clock():%Y%m%d%H%M}"

    return Site(desk, studio, Memo(mark), operations)


def create_app(of: Site, host: str = "127.0.0.1") -> FastAPI:
    """The application that shows a site on an address; beyond loopback nothing is open.

    Raises
    ------
    StoreError
        If the key of the sessions cannot be read or made.
    """
    app = FastAPI(
        title="Sino-Russian alignment",
        version=forecaster.__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = of
    pages = APIRouter()
    for one in PAGES:
        page.add(pages, one)
    app.include_router(pages)
    app.mount("/static", StaticFiles(directory=frame.STATIC), name="static")
    for kind in (ForecasterError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, problems.on_error)
    # The last added stands outermost.
    mount.guard(app, access.of(of.desk, host, refuse=problems.answer), page.sign_in)
    app.add_middleware(headers.KnownHosts, hosts=HOSTS)
    app.add_middleware(headers.SecurityHeaders)
    return app
