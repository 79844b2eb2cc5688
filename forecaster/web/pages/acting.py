"""What a person does about alerts from the pages: silence a rule, acknowledge a forecast.

Each form leads back to its page: with a word on what was done, or with what is wrong beside the
field and everything that was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forecaster import alerting, parsing
from forecaster.errors import UnknownName, UsageError, WrongValue
from forecaster.store import outbox
from forecaster.web.access.principal import Principal
from forecaster.web.access.require import caller, require
from forecaster.web.pages import alerts, page
from forecaster.web.pages.indicator import Tried
from forecaster.web.pages.page import Ask, Page, View
from forecaster.web.site import Site, site_of

LONGEST = 2048  # characters of a text
FIELDS = 40
Fields = Mapping[str, str]
Recorder = Annotated[Principal, Depends(require("record"))]
Operator = Annotated[Principal, Depends(require("operate"))]
Show = Callable[[Ask, Tried], View]

router = APIRouter(include_in_schema=False)


@router.post("/alerts/silence")
async def silence(request: Request, _who: Operator) -> Response:
    """Let a rule decide nothing until a day, or end its silence."""
    who = caller(request)

    def act(site: Site, fields: Fields) -> str:
        ends = bool(fields.get("end"))
        until = site.now() if ends else parsing.moment(fields.get("until", ""), "until")
        if until is None:
            raise WrongValue("until", "expected a day, as 2026-12-24")
        name = fields.get("rule", "")
        alerting.silence(site.desk, name, until, who, reason=fields.get("reason", ""))
        return f"/alerts?{urlencode({'said': 'ended' if ends else 'silenced'})}"

    return await carry_out(request, "silence", act, (alerts.PAGE, alerts.view))


@router.post("/alerts/acknowledge")
async def acknowledge(request: Request, _who: Recorder) -> Response:
    """Say that the standing forecast is known, or another one."""
    who = caller(request)

    def act(site: Site, fields: Fields) -> str:
        alerting.acknowledge(
            site.desk,
            who,
            forecast=fields.get("forecast") or None,
            endpoint=fields.get("endpoint") or None,
            rule=fields.get("rule") or None,
        )
        return "/alerts?said=acknowledged"

    return await carry_out(request, "acknowledge", act, (alerts.PAGE, alerts.view))


@router.post("/deliveries/{webhook_id}/replay")
async def replay(request: Request, webhook_id: str, _who: Operator) -> Response:
    """Send a delivery again."""
    from forecaster.web.pages import deliveries

    who = caller(request)

    def act(site: Site, _fields: Fields) -> str:
        found = outbox.replay(site.desk.engine, webhook_id, now=site.now(), actor=who)
        return f"/deliveries/{found.webhook_id}?said=again"

    shown = (deliveries.ONE, deliveries.one)
    return await carry_out(request, "replay", act, shown, {"webhook_id": webhook_id})


async def carry_out(
    request: Request,
    form: str,
    act: Callable[[Site, Fields], str],
    shown: tuple[Page, Show],
    path: Mapping[str, str] | None = None,
) -> Response:
    """Do it and lead to the address that it gives; or show the page again with what is wrong."""
    site = site_of(request)
    fields: Fields = {}
    try:
        fields = await read(request)
        address = await run_in_threadpool(act, site, fields)
    except UsageError as error:
        return await run_in_threadpool(again, request, shown, wrong(form, fields, error), path)
    site.memo.forget()
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


async def read(request: Request) -> Fields:
    """The fields of a form, as they may be stored.

    Raises
    ------
    WrongValue
        If one is too long, or has a character that cannot be stored.
    """
    sent = await request.form(max_fields=FIELDS, max_files=0)
    fields: dict[str, str] = {}
    for name, value in sent.multi_items():
        text = str(value).strip()
        if len(text) > LONGEST:
            raise WrongValue(name, f"{len(text):,} characters; expected at most {LONGEST:,}")
        if any(ord(one) < 32 and one not in "\n\r\t" for one in text):
            raise WrongValue(name, "holds a control character; write plain text")
        if name != "csrf_token":
            # The same name several times: boxes that were ticked, of which none has a blank.
            fields[name] = f"{fields[name]} {text}" if name in fields else text
    return fields


def wrong(form: str, fields: Fields, error: UsageError) -> Tried:
    """What is wrong with a form, beside its field."""
    text, field = str(error), getattr(error, "field", "")
    if isinstance(error, WrongValue):
        text = text.removeprefix(f"{field}: ")
    if isinstance(error, UnknownName):
        field = ""
    return Tried(form, fields, field, f"{text[0].upper()}{text[1:]}.")


def again(
    request: Request,
    shown: tuple[Page, Show],
    tried: Tried,
    path: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    """A page for one request: with what was wrong, or with what is told this once."""
    of, show = shown
    address = of.address
    for name, value in (path or {}).items():
        address = address.replace(f"{{{name}}}", value)
    ask = replace(page.asked(request), address=address, path=path or {}, query={}, at=None)
    return page.unkept(of, show(ask, tried), ask, status)
