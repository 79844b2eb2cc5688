"""The readings of an indicator: as known at a time, with all vintages, and a new one by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from starlette.requests import Request
from starlette.responses import Response

from forecaster import documents, listings, parsing, recording
from forecaster.web import problems
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import IdempotencyKey, entry, require
from forecaster.web.api import answers, shapes
from forecaster.web.api.answers import AsOf
from forecaster.web.api.indicators import Id
from forecaster.web.api.texts import PeriodText, Remark, WebAddress
from forecaster.web.formats import forms
from forecaster.web.formats.forms import Ending, Form
from forecaster.web.formats.sheet import Column, Kind, Sheet
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of

router = APIRouter(tags=["readings"])
Vintages = Annotated[
    Literal["last", "all"],
    Query(description="`all`: the earlier values of revised periods, too."),
]
_ROWS: tuple[tuple[str, Kind, str], ...] = (
    ("period", "text", "as it was stated: a year, a month or a day"),
    ("period_start", "day", "its first day"),
    ("period_end", "day", "its last day"),
    ("value", "number", "the value"),
    ("published_at", "moment", "when the publisher made it public, where that is known"),
    ("known_at", "moment", "when the world could know it"),
    ("recorded_at", "moment", "when this installation stored it"),
    ("vintage", "whole", "1 for the first value of a period"),
    ("origin", "text", "embedded, fetched or by_hand"),
    ("source", "text", "where it can be looked up"),
    ("note", "text", "a remark"),
    ("reason", "text", "why an implausible value is right"),
)


class NewReading(BaseModel):
    """A reading by hand, as for `forecaster record`."""

    model_config = ConfigDict(extra="forbid")

    period: PeriodText
    value: FiniteFloat = Field(description="In the unit of the indicator.")
    source: WebAddress
    note: Remark = ""
    reason: Remark = Field("", description="Why an implausible value is right.")
    published_at: datetime | None = Field(
        None, description="When it was published, if not just now; UTC unless it says otherwise."
    )


@answers.reads(router, "/indicators/{indicator}/readings", shapes.Readings, responses=answers.FILES)
async def listed(
    request: Request, indicator: Id, as_of: AsOf = None, vintages: Vintages = "last"
) -> Response:
    """The readings as known at a time, in the form that `Accept` asks for."""
    form = forms.accepted(request.headers.get("accept", ""))
    return await _given(request, indicator, answers.moment(request, as_of), vintages, form)


@answers.reads(router, "/indicators/{indicator}/readings.{form}", None, responses=answers.FILES)
async def listed_as(
    request: Request,
    indicator: Id,
    form: Ending,
    as_of: AsOf = None,
    vintages: Vintages = "last",
) -> Response:
    """The same as a file."""
    return await _given(request, indicator, answers.moment(request, as_of), vintages, form)


async def _given(
    request: Request, indicator: str, at: datetime | None, vintages: str, form: Form
) -> Response:
    site = site_of(request)

    def make() -> Kept:
        document = (listings.vintages_of if vintages == "all" else documents.readings_of)(
            site.desk, indicator, at
        )
        if form == "json":
            return answers.document(document)
        name = f"{indicator}-readings"
        return answers.table(_sheet(site, document), form, name, "readings.units.csv")

    return await answers.given(request, (at, vintages, form), make)


def _sheet(site: Site, document: dict[str, Any]) -> Sheet:
    indicator = site.desk.indicator(document["indicator"])
    return Sheet(
        indicator.title,
        [
            Column(name, kind, indicator.unit if name == "value" else "", note)
            for name, kind, note in _ROWS
        ],
        [[row[name] for name, *_ in _ROWS] for row in document["readings"]],
        {
            "indicator": indicator.id,
            "as_of": document["as_of"],
            "source": indicator.publisher.citation,
            "license": indicator.publisher.terms,
        },
    )


@router.post(
    "/indicators/{indicator}/readings",
    status_code=201,
    response_model=shapes.Recorded,
    responses={200: {"model": shapes.Recorded, "description": "It was known already."}},
)
async def record(
    request: Request,
    indicator: Id,
    given: NewReading,
    _who: Annotated[Principal, Depends(require("record"))],
    _key: IdempotencyKey = None,
) -> Response:
    """Add a reading by hand. A second value for a period becomes its next vintage."""
    line = entry(request, "reading.record", f"{indicator} {given.period}", value=given.value)

    def write(site: Site) -> recording.Recorded:
        stated = recording.Stated(
            indicator,
            given.period,
            repr(given.value),
            given.source,
            note=given.note,
            reason=given.reason,
            published_at=None
            if given.published_at is None
            else parsing.moment(given.published_at.isoformat(), "published_at"),
        )
        done = recording.store(site.desk, stated, entry=line)
        if done.result == "added":
            site.forecast_soon()
        return done

    made = await answers.writes(request, write)
    if made.result == "quarantined":
        site_of(request).memo.forget()
        detail = f"{made.why}; kept aside and not used; if it is right, send it with a reason"
        return problems.problem(422, detail, **made.document())
    return answers.done(request, made.document(), 201 if made.result == "added" else 200)
