"""Operations: what ran, what comes next, how the sources are, what it runs on, who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from forecaster import documents
from forecaster.errors import NothingKnown
from forecaster.store import audit, probe
from forecaster.store.ledger import STATUSES
from forecaster.web import machine, problems
from forecaster.web.access.require import entry, require
from forecaster.web.pages.page import Ask, Page, View
from forecaster.web.site import Site

ADDRESS = "/operations"
RUN = "/operations/run"
ROWS = 100
LINES = 50
RESULTS = {
    "value": "brought values",
    "none": "the publisher says none",
    "empty": "gave nothing",
    "unchanged": "unchanged",
    "failed": "failed",
}


def view(ask: Ask) -> View:
    """The state of the machinery, as it is now; what has no state of its own is left out."""
    desk, operations = ask.site.desk, ask.site.operations
    operates = ask.may("operate")
    shown: dict[str, Any] = {
        "jobs": None,
        "ledger": [],
        "problem": None,
        "statuses": STATUSES,
        "chosen": {name: ask.query.get(name, "") for name in ("job", "status")},
        "asked": ask.query.get("asked", ""),
        "operates": operates,
        "run": RUN,
        "results": RESULTS,
        "sources": documents.visits_of(desk),
        "audit": audit.entries(desk.engine, limit=LINES) if operates else None,
        "database": probe.server(desk.engine),
        "versions": machine.versions(),
        **_disk(ask.site),
    }
    if operations is not None:
        job, status = ask.query.get("job"), ask.query.get("status")
        shown |= {
            "jobs": operations.status(),
            "ledger": operations.runs(job, ROWS, status)["runs"],
            "problem": operations.problem(),
        }
    return View(title="Operations", shown=shown)


PAGE = Page(ADDRESS, "operations.html", view, kept=False)


def _disk(site: Site) -> Mapping[str, Any]:
    try:
        return {"room": machine.room(site.desk), "parts": site.sizes.parts(), "lost": ""}
    except OSError as error:
        return {"room": None, "parts": [], "lost": f"{error.strerror}"}


def router(site: Site) -> APIRouter:
    """Where a run is asked for."""
    routes = APIRouter(include_in_schema=False)

    @routes.post(RUN, dependencies=[Depends(require("operate"))])
    async def run(request: Request, job: Annotated[str, Form(max_length=64)]) -> Response:
        if site.operations is None:
            raise NothingKnown("no jobs are known here; `forecaster serve` knows them")
        ask = partial(site.operations.ask, job, entry(request, "job.run", job))
        row = await run_in_threadpool(ask)
        site.memo.forget()
        if problems.wants_page(request):
            return RedirectResponse(f"{ADDRESS}?{urlencode({'asked': job})}", 303)
        return JSONResponse(row, 202, {"cache-control": "no-store"})

    return routes
