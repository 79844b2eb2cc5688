"""Whether the process is up (``/healthz``), and whether it can do its work (``/readyz``)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from forecaster.errors import StoreError
from forecaster.posterior import words
from forecaster.store import forecasts, lease, migrate, probe
from forecaster.web import machine
from forecaster.web.site import Site

BELIEVED_SECONDS = 1.0  # however many ask
NO_STORE = {"cache-control": "no-store"}
Check = Callable[[Site], str]


class NotReady(Exception):
    """A check that fails, with the reason."""


def _database(site: Site) -> str:
    migrate.require_current(site.desk.engine)
    return "readable, its tables are current"


def _writable(site: Site) -> str:
    probe.try_to_write(site.desk.engine)
    return "takes a write"


def _jobs(site: Site) -> str:
    operations = site.operations
    if operations is None or not operations.here:
        return "looked after by another process, or by none"
    problem = operations.problem()
    if problem is not None:
        raise NotReady(problem)
    found, free = lease.look(site.desk.engine)
    if free:
        raise NotReady("nobody holds the lease of the jobs; it is taken within seconds of a start")
    return f"{found.holder} looks after them"


def _disk(site: Site) -> str:
    room = machine.room(site.desk)
    said = f"{words.size(room.free)} free, {words.size(room.floor)} have to be"
    if not room.enough:
        raise NotReady(f"{said}; make room, or set FORECASTER_DISK_FLOOR_MB")
    return said


def _forecast(site: Site) -> str:
    standing = forecasts.stood(site.desk.engine, site.now())
    if standing is None:
        raise NotReady("there is no forecast yet; run `forecaster update`")
    return f"{standing.forecast_id} stands"


CHECKS: dict[str, Check] = {
    "database": _database,
    "writable": _writable,
    "jobs": _jobs,
    "disk": _disk,
    "forecast": _forecast,
}


def readiness(site: Site) -> dict[str, Any]:
    """Every check with what it found."""
    checks = {}
    for name, check in CHECKS.items():
        try:
            found = {"ok": True, "detail": check(site)}
        except (NotReady, StoreError) as error:
            found = {"ok": False, "detail": str(error)}
        except OSError as error:
            found = {"ok": False, "detail": f"the state folder cannot be used ({error.strerror})"}
        checks[name] = found
    return {"ready": all(one["ok"] for one in checks.values()), "checks": checks}


def router(site: Site) -> APIRouter:
    """The two addresses."""
    routes = APIRouter(include_in_schema=False)
    lock = asyncio.Lock()
    last: dict[str, Any] = {}
    looked_at = float("-inf")

    @routes.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok\n", headers=NO_STORE)

    @routes.get("/readyz")
    async def readyz() -> Response:
        nonlocal last, looked_at
        async with lock:
            if time.monotonic() - looked_at >= BELIEVED_SECONDS:
                last = await run_in_threadpool(readiness, site)
                looked_at = time.monotonic()
        return JSONResponse(last, 200 if last["ready"] else 503, NO_STORE)

    return routes
