"""What a person writes from the pages: readings, and judgements on leads and on quarantine.

Each form leads back to the page of its indicator: with a word on what was done, or with what is
wrong beside the field and everything that was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forecaster import judging, parsing, recording
from forecaster.errors import UnknownName, UsageError, WrongValue
from forecaster.judging import Confirmation
from forecaster.recording import Stated
from forecaster.store import leads, readings
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import entry, require
from forecaster.web.pages import indicator, page
from forecaster.web.pages.indicator import Tried
from forecaster.web.site import Site, site_of
from forecaster.wording import FORM

LONGEST = 2000  # characters of a text
FIELDS = 20
Fields = Mapping[str, str]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Who = Annotated[Principal, Depends(require("record"))]

router = APIRouter(include_in_schema=False)


@router.post("/indicators/{name}/readings")
async def record(request: Request, name: str, who: Who) -> Response:
    """A reading by hand."""
    del who

    def act(site: Site, fields: Fields) -> dict[str, str]:
        stated = Stated(
            indicator=name,
            period=_text(fields, "period"),
            value=_text(fields, "value"),
            source=_text(fields, "source"),
            note=_text(fields, "note"),
            reason=_text(fields, "reason"),
            published_at=parsing.past_moment(
                _text(fields, "published") or None, "published", site.desk.clock()
            ),
        )
        line = entry(request, "reading.record", f"{name} {stated.period}", value=stated.value)
        done = recording.store(site.desk, stated, entry=line)
        word = "recorded" if done.result == "added" else done.result
        if done.result == "added":
            site.forecast_soon()
        return {"said": word, "period": done.reading.period.text}

    return await _carry_out(request, name, "reading", act)


@router.post("/leads/{number}/{decision}")
async def judge_lead(
    request: Request, number: Number, decision: Literal["confirm", "dismiss"], who: Who
) -> Response:
    """Whether a lead is an event."""
    del who
    lead = await run_in_threadpool(leads.one, site_of(request).desk.engine, number)
    if lead is None:
        raise UnknownName("lead", str(number), (), see="forecaster leads")

    def act(site: Site, fields: Fields) -> dict[str, str]:
        note = _text(fields, "note")
        line = entry(request, f"lead.{decision}", str(number), indicator=lead.indicator, note=note)
        if decision == "dismiss":
            judging.dismiss(site.desk, number, note=note, asked=judging.Asked(line, FORM))
            return {"said": "dismissed"}
        stated = Confirmation(
            period=_text(fields, "period") or None,
            value=_value(fields),
            counted=bool(fields.get("counted")),
            note=note,
        )
        done = judging.confirm(site.desk, number, stated, asked=judging.Asked(line, FORM))
        if done.added:
            site.forecast_soon()
        return {"said": "counted" if done.period is None else "confirmed"} | (
            {"period": done.period} if done.period else {}
        )

    return await _carry_out(request, lead.indicator, f"lead-{number}", act)


@router.post("/quarantine/{number}/{decision}")
async def judge_aside(
    request: Request, number: Number, decision: Literal["accept", "reject"], who: Who
) -> Response:
    """Whether a value that was put aside is right."""
    found = await run_in_threadpool(readings.quarantined, site_of(request).desk.engine)
    aside = next((one for one in found if one.id == number), None)
    if aside is None:
        raise UnknownName("value in quarantine", str(number), (), see="forecaster quarantine")

    def act(site: Site, fields: Fields) -> dict[str, str]:
        reason = _text(fields, "reason")
        if not reason:
            raise WrongValue("reason", "empty; say in a few words why, for whoever reads it later")
        line = entry(
            request, f"quarantine.{decision}", str(number), indicator=aside.indicator, reason=reason
        )
        if decision == "reject":
            judging.reject(site.desk, number, reason, who.name, asked=judging.Asked(line, FORM))
            return {"said": "rejected"}
        judging.accept(site.desk, number, reason, who.name, asked=judging.Asked(line, FORM))
        site.forecast_soon()
        return {"said": "accepted", "period": aside.period}

    return await _carry_out(request, aside.indicator, f"quarantine-{number}", act)


async def _carry_out(
    request: Request, name: str, form: str, act: Callable[[Site, Fields], dict[str, str]]
) -> Response:
    """Do it and lead back to the indicator; or show the page again with what is wrong.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    """
    site = site_of(request)
    site.desk.indicator(name)
    sent = await request.form(max_fields=FIELDS, max_files=0)
    fields = {key: str(value) for key, value in sent.items() if key != "csrf_token"}
    try:
        said = await run_in_threadpool(act, site, fields)
    except UsageError as error:
        tried = Tried(form, fields, getattr(error, "field", ""), _why(error))
        return await run_in_threadpool(_again, request, name, tried)
    site.memo.forget()
    address = f"/indicators/{name}?{urlencode(said)}"
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


def _again(request: Request, name: str, tried: Tried) -> Response:
    asked = page.asked(request)
    ask = replace(asked, address=f"/indicators/{name}", path={"name": name}, query={}, at=None)
    return page.unkept(indicator.PAGE, indicator.view(ask, tried), ask, 422)


def _why(error: UsageError) -> str:
    """The words of an error, without the field beside which they stand."""
    text = str(error)
    if isinstance(error, WrongValue):
        text = text.removeprefix(f"{error.field}: ")
    return f"{text[0].upper()}{text[1:]}."


def _text(fields: Fields, field: str) -> str:
    """A text as it may be stored.

    Raises
    ------
    WrongValue
        If it is too long, or has a character that cannot be stored.
    """
    text = fields.get(field, "").strip()
    if len(text) > LONGEST:
        raise WrongValue(field, f"{len(text):,} characters; expected at most {LONGEST:,}")
    if any(ord(one) < 32 and one not in "\n\r\t" for one in text):
        raise WrongValue(field, "holds a control character; write plain text")
    return text


def _value(fields: Fields) -> float | None:
    text = _text(fields, "value")
    try:
        return float(text) if text else None
    except ValueError:
        raise WrongValue(
            "value", f"{text!r} is no number; write digits and a point, as in 1234.5"
        ) from None
