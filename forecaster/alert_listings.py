"""Alerts, endpoints and deliveries as the API and the pages list them: a page, or one of many."""

from __future__ import annotations

from typing import Any

from forecaster.alerts import documents, rules
from forecaster.errors import UnknownName, WrongValue
from forecaster.store import alerts, endpoints, outbox
from forecaster.store.outbox import STATUSES, Status
from forecaster.wiring import Desk

Document = dict[str, Any]
Page = tuple[list[Document], int | None]
SEE = "forecaster alerts list"


def alert_page(
    desk: Desk,
    limit: int,
    before: int | None = None,
    *,
    endpoint: str | None = None,
    rule: str | None = None,
) -> Page:
    """Decisions, newest first, and the sequence before which the rest comes.

    What the desk itself has heard, or one endpoint. A rule need not be there any more.

    Raises
    ------
    UnknownName
        If there is no such endpoint.
    """
    number = alerts.DESK if endpoint is None else endpoints.named(desk.engine, endpoint).id
    found = alerts.recent(desk.engine, endpoint=number, rule=rule, limit=limit + 1, before=before)
    shown = [documents.alert(one) for one in found[:limit]]
    return shown, shown[-1]["sequence"] if found[limit:] else None


def alert(desk: Desk, sequence: int) -> Document:
    """One decision.

    Raises
    ------
    UnknownName
        If there is none of that sequence.
    """
    found = alerts.one(desk.engine, sequence)
    if found is None:
        raise UnknownName("alert", str(sequence), (), see=SEE)
    return documents.alert(found)


def opened(desk: Desk) -> list[Document]:
    """What is open at the desk, oldest first."""
    return [documents.opened(one) for one in alerts.opened(desk.engine)]


def rules_of(desk: Desk) -> list[Document]:
    """Every rule, with what is open under it and the silence that holds."""
    holds = {one.rule: one for one in alerts.silences_at(desk.engine, desk.clock())}
    under: dict[str, list[str]] = {}
    for one in alerts.opened(desk.engine):
        under.setdefault(one.rule, []).append(one.subject)
    return [
        {
            **documents.rule(name, one),
            "open": under.get(name, []),
            "silenced_until": documents.silence(holds[name])["until"] if name in holds else None,
        }
        for name, one in rules.read(desk.settings.alerts).items()
    ]


def rule(desk: Desk, name: str) -> Document:
    """One rule.

    Raises
    ------
    UnknownName
        If there is no such rule.
    """
    known = {one["name"]: one for one in rules_of(desk)}
    if name not in known:
        raise UnknownName("rule", name, known, see=SEE)
    return known[name]


def silences(desk: Desk, *, every: bool = False) -> list[Document]:
    """The silences that hold, or the last hundred that were asked for, newest first."""
    if every:
        return [documents.silence(one) for one in alerts.silences(desk.engine)]
    return [documents.silence(one) for one in alerts.silences_at(desk.engine, desk.clock())]


def acknowledgements(desk: Desk) -> list[Document]:
    """The last hundred acknowledgements, newest first."""
    names = endpoints.names(desk.engine)
    return [documents.acknowledged(one, names) for one in alerts.acknowledged(desk.engine)]


def endpoints_of(desk: Desk, *, whole: bool) -> list[Document]:
    """Every endpoint; with its whole address for those who may see it."""
    now = desk.clock()
    found = [documents.endpoint(one, now) for one in endpoints.every(desk.engine)]
    return found if whole else [documents.host_of(one) for one in found]


def endpoint(desk: Desk, name: str, *, whole: bool) -> Document:
    """One endpoint.

    Raises
    ------
    UnknownName
        If there is no such endpoint.
    """
    found = documents.endpoint(endpoints.named(desk.engine, name), desk.clock())
    return found if whole else documents.host_of(found)


def delivery_page(
    desk: Desk,
    limit: int,
    before: int | None = None,
    *,
    endpoint: str | None = None,
    status: Status | None = None,
) -> Page:
    """Deliveries, newest first, and the number before which the rest comes."""
    found = outbox.deliveries(
        desk.engine, endpoint=endpoint, status=status, limit=limit + 1, before=before
    )
    return [documents.delivery(one) for one in found[:limit]], (
        found[limit - 1].id if found[limit:] else None
    )


def delivery(desk: Desk, webhook_id: str, *, whole: bool) -> Document:
    """One delivery with what is sent and every attempt; answers for those who may see them.

    Raises
    ------
    UnknownName
        If there is no such delivery.
    """
    found = documents.whole(*outbox.show(desk.engine, webhook_id))
    return found if whole else documents.without_answers(found)


def status(text: str) -> Status | None:
    """A state of deliveries by name; None for all of them.

    Raises
    ------
    WrongValue
        If it is none.
    """
    found = next((one for one in STATUSES if one == text), None)
    if text and found is None:
        raise WrongValue("status", f"{text!r} is none; expected {', '.join(STATUSES)}")
    return found
