"""Jobs: how they stand, what became of their runs, and a run that somebody asks for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from forecaster.errors import UnknownName
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, entry, require
from forecaster.web.api import answers, shapes
from forecaster.web.memo import Kept
from forecaster.web.site import Operations, Site, site_of

router = APIRouter(tags=["jobs"])
Name = Annotated[str, Path(max_length=64, examples=["update"])]


@answers.reads(router, "/jobs", shapes.Jobs)
async def listed(request: Request) -> Response:
    """Every job with its last run and next time: what `jobs status --json` prints."""
    site = site_of(request)
    return await answers.live(request, lambda: answers.document(_operations(site).status()))


@answers.reads(router, "/jobs/{name}/runs", shapes.Runs)
async def runs(
    request: Request, name: Name, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """The newest runs of one job."""
    site = site_of(request)

    def make() -> Kept:
        operations = _operations(site)
        _require_job(operations, name)
        return answers.document(operations.runs(name, limit))

    return await answers.live(request, make)


@router.post("/jobs/{name}/runs", status_code=202, response_model=shapes.Run)
async def ask(
    request: Request,
    name: Name,
    _who: Annotated[Principal, Depends(require("operate"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Enter a run that is due now; the runner of the service takes it up."""
    line = entry(request, "job.run", name)

    def write(site: Site) -> dict[str, Any]:
        operations = _operations(site)
        _require_job(operations, name)
        return operations.ask(name, line)

    return answers.done(request, await answers.writes(request, write), 202)


def _require_job(operations: Operations, name: str) -> None:
    known = [one["name"] for one in operations.status()["jobs"]]
    if name not in known:
        raise UnknownName("job", name, known, see="forecaster jobs list")


def _operations(site: Site) -> Operations:
    if site.operations is None:
        raise HTTPException(
            503, "this process does not look after jobs; `forecaster jobs status` tells of them"
        )
    return site.operations
