"""Forecasts: the list, the standing one, one of them, its series and draws, the history."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from forecaster import documents, kept_files, listings, standing
from forecaster.belief import Kind, Series
from forecaster.store.forecasts import STANDS
from forecaster.web.api import answers, cursor, series, shapes, streamed
from forecaster.web.api.answers import AsOf
from forecaster.web.api.paging import After, Limit
from forecaster.web.formats import as_netcdf, forms
from forecaster.web.formats.forms import Ending, Form
from forecaster.web.memo import Kept, keep
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["forecasts"])
_FILE = {forms.TYPES["nc"]: {"schema": {"type": "string", "format": "binary"}}}
DRAWS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The posterior as it was written.", "content": _FILE},
    206: {
        "description": "The part that `Range` asks for, as after a download that broke off.",
        "content": _FILE,
    },
}
Id = Annotated[str, Path(max_length=64, description="As `forecast_id` in the list, or `standing`.")]


@answers.reads(router, "/forecasts", shapes.ForecastPage)
async def listed(
    request: Request,
    limit: Limit = 50,
    cursor_: After = None,
    kind: Annotated[
        list[Kind] | None,
        Query(description="Only these kinds; published and provisional ones unless stated."),
    ] = None,
) -> Response:
    """Forecasts, newest first. Those that come while you read on change no later page."""
    site = site_of(request)
    kinds = tuple(sorted(set(kind or STANDS)))
    after = cursor.asked(cursor_)

    def make() -> Kept:
        rows, rest = listings.forecast_page(site.desk, kinds, limit, after)
        following = None if rest is None else cursor.written(rest)
        headers = {}
        if following is not None:
            query = [("limit", limit), ("cursor", following), *(("kind", one) for one in kinds)]
            headers["link"] = f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'
        return answers.document({"forecasts": rows, "next": following}, headers)

    return await answers.given(request, (limit, after, kinds), make)


@answers.reads(router, "/forecasts/standing", shapes.Forecast)
async def stands(request: Request, as_of: AsOf = None) -> Response:
    """The standing forecast, or the one that stood at a time: what `show --json` prints."""
    site, at = site_of(request), answers.moment(request, as_of)
    return await answers.given(
        request,
        at,
        lambda: answers.document(standing.forecast(site.desk.settings, site.now(), at)),
    )


@answers.reads(router, "/forecasts/{forecast_id}", shapes.Forecast)
async def one(request: Request, forecast_id: Id) -> Response:
    """One forecast, whole, at its permanent address."""
    site = site_of(request)
    return await answers.given(
        request, None, lambda: answers.document(listings.forecast(site.desk, forecast_id))
    )


@answers.reads(router, "/forecasts/{forecast_id}/series", Series, responses=answers.FILES)
async def curves(request: Request, forecast_id: Id) -> Response:
    """The time series behind a forecast, in the form that `Accept` asks for."""
    form = forms.accepted(request.headers.get("accept", ""))
    return await _series(request, forecast_id, form)


@answers.reads(router, "/forecasts/{forecast_id}/series.{form}", None, responses=answers.FILES)
async def curves_as(request: Request, forecast_id: Id, form: Ending) -> Response:
    """The same as a file."""
    return await _series(request, forecast_id, form)


async def _series(request: Request, forecast_id: str, form: Form) -> Response:
    site = site_of(request)
    return await answers.given(request, form, lambda: _curves(site, forecast_id, form))


def _curves(site: Site, forecast_id: str, form: Form) -> Kept:
    about = listings.forecast(site.desk, forecast_id)
    found = site.curves(about["forecast_id"], fitted=True)
    if form == "json":
        return answers.document(found)
    name = f"{kept_files.name(about['forecast_id'])}-series"
    if form == "nc":
        body = as_netcdf.write(series.variables(found), series.about(about))
        disposition = {"content-disposition": f'attachment; filename="{name}.nc"'}
        return keep(body, forms.TYPES["nc"], headers=disposition)
    return answers.table(series.sheet(found, about), form, name, "series.units.csv")


@answers.reads(router, "/forecasts/{forecast_id}/draws.nc", None, responses=DRAWS)
async def draws(request: Request, forecast_id: Id) -> Response:
    """The whole posterior as a netCDF file, after its hash was compared."""
    return await run_in_threadpool(_draws, request, forecast_id)


router.add_api_route(
    "/forecasts/{forecast_id}/draws", draws, methods=["GET", "HEAD"], include_in_schema=False
)


def _draws(request: Request, forecast_id: str) -> Response:
    site = site_of(request)
    found = listings.forecast(site.desk, forecast_id)["forecast_id"]
    path, sha256 = documents.posterior_place(site.desk, found)
    name = f"{kept_files.name(found)}.nc"
    return streamed.whole(request, site.desk.settings.home / path, sha256, name)


@answers.reads(router, "/history", shapes.History)
async def history(request: Request) -> Response:
    """Every published forecast, oldest first, with its change from the one before."""
    site = site_of(request)
    return await answers.given(
        request, None, lambda: answers.document(documents.history(site.desk))
    )
