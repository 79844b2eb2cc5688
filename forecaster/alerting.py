"""Alerts at the desk: what was told, what a rule would have told, silences, acknowledgements."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from pydantic import ValidationError

from forecaster.alert_listings import SEE
from forecaster.alerts import documents, evaluate, replay, rules, telling
from forecaster.alerts.machine import Message
from forecaster.alerts.past import FOLDER, Past
from forecaster.alerts.replay import Replayed
from forecaster.alerts.rules import Crossed, Moved, OfQuantity, Rule
from forecaster.documents import moment
from forecaster.errors import InvalidFiles, NothingKnown, UnknownName, UsageError, WrongValue
from forecaster.posterior import words
from forecaster.store import alert_facts, alerts, audit, endpoints, forecasts
from forecaster.store.alerts import Acknowledged, Silenced
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import writing
from forecaster.wiring import Desk

Document = dict[str, Any]
YEAR = timedelta(days=365.25)
SHORTEST = 1 / 12  # of a year: from less, nobody can say how many there are in one


def look(desk: Desk) -> int:
    """Judge what changes without a forecast; returns how many messages went to the outbox."""
    titles: dict[str, str] = {}
    with suppress(InvalidFiles):  # `check` tells of it; until it is mended, ids do for names
        titles = {name: one.title for name, one in desk.catalogue.items()}
    setup = evaluate.prepare(desk.settings, titles)
    with writing(desk.engine) as connection:
        return evaluate.look(connection, setup, desk.clock())


def listed(
    desk: Desk, *, endpoint: str | None = None, rule: str | None = None, limit: int = 100
) -> Document:
    """The rules, what is open, what is silenced, and the newest decisions, newest first.

    What the desk itself has heard, or one endpoint.
    """
    known = rules.read(desk.settings.alerts)
    if rule is not None:
        _named(known, rule)
    number = alerts.DESK if endpoint is None else endpoints.named(desk.engine, endpoint).id
    now = desk.clock()
    return {
        "rules": [documents.rule(name, one) for name, one in known.items() if rule in {None, name}],
        "open": [
            documents.opened(one)
            for one in alerts.opened(desk.engine, endpoint=number)
            if rule in {None, one.rule}
        ],
        "silences": [
            documents.silence(one)
            for one in alerts.silences_at(desk.engine, now)
            if rule in {None, one.rule}
        ],
        "alerts": [
            documents.alert(one)
            for one in alerts.recent(desk.engine, endpoint=number, rule=rule, limit=limit)
        ],
    }


def tried(
    desk: Desk, name: str, changes: Sequence[str] = (), *, past: Past | None = None
) -> Document:
    """What a rule would have told over the whole history, and how far its quantity moved.

    ``changes`` are keys with other values, as ``points = 5``, tried without touching the file;
    ``past`` is what is remembered of the forecasts, where somebody tries again and again.

    Raises
    ------
    UsageError
        If the rule is not about a number, or a change cannot be meant.
    NothingKnown
        If there is no forecast.
    """
    return tried_document(name, *replayed(desk, name, changes, past=past))


def replayed(
    desk: Desk, name: str, changes: Sequence[str] = (), *, past: Past | None = None
) -> tuple[OfQuantity, Replayed]:
    """A rule about a number, and what it would have told over the whole history: see ``tried``.

    Raises
    ------
    UsageError
        If the rule is not about a number, or a change cannot be meant.
    NothingKnown
        If there is no forecast.
    """
    rule = _changed(_named(rules.read(desk.settings.alerts), name), name, changes)
    if not isinstance(rule, Moved | Crossed):
        raise UsageError(
            f"rule {name} is about {rule.when}, of which no history is kept; `try` replays rules "
            'with when = "moved" and when = "crossed"'
        )
    done = replay.run(rule, (past or kept_past(desk)).of(desk.engine, rule.quantity))
    if done.first is None or done.last is None:
        raise NothingKnown("there is no forecast to replay; run `forecaster update`")
    return rule, done


def kept_past(desk: Desk) -> Past:
    """What rules are tried on, with what earlier tries have kept in the state."""
    return Past(desk.settings.home / FOLDER)


def tried_document(name: str, rule: OfQuantity, done: Replayed) -> Document:
    """A replay as JSON; ``a_year`` is how many alerts it would have given in a year of it."""
    if done.first is None or done.last is None or not isinstance(rule, Moved | Crossed):
        raise ValueError("nothing was replayed")
    counts = {kind: sum(one.kind == kind for one in done.messages) for kind in telling.KINDS}
    years = (done.last - done.first) / YEAR
    return {
        "rule": documents.rule(name, rule),
        "history": {
            "from": moment(done.first),
            "to": moment(done.last),
            "forecasts": {kind: done.kinds.get(kind, 0) for kind in forecasts.KINDS[:3]},
        },
        "moves": _moves(rule, done),
        "counts": counts,
        "a_year": counts["fired"] / years if years >= SHORTEST else None,
        "open": done.open,
        "messages": [_message(name, rule, one) for one in done.messages],
    }


def silence(desk: Desk, name: str, until: datetime, actor: Actor, *, reason: str = "") -> Silenced:
    """Let a rule decide nothing until a time; what holds then is told then.

    Raises
    ------
    UnknownName
        If there is no such rule.
    WrongValue
        If the time has passed and nothing is silenced that it could end.
    """
    _named(rules.read(desk.settings.alerts), name)
    now = desk.clock()
    holds = any(one.rule == name for one in alerts.silences_at(desk.engine, now))
    if until <= now and not holds:
        raise WrongValue("until", f"{words.moment(until)} has passed; give a time to come")
    one = Silenced(name, now, max(until, now), reason.strip(), actor.name)
    details = {"until": moment(one.until), "reason": one.reason}
    entry = Entry(actor, "alerts.silence", name, details)
    alerts.silence(desk.engine, one, entry=entry, now=now)
    return one


def acknowledge(
    desk: Desk,
    actor: Actor,
    *,
    forecast: str | None = None,
    endpoint: str | None = None,
    rule: str | None = None,
) -> Acknowledged:
    """Note that somebody knows of a forecast: moves are measured from it from now on.

    Raises
    ------
    NothingKnown
        If no forecast stands.
    UnknownName
        If there is no such forecast, endpoint or rule.
    """
    setup = evaluate.prepare(desk.settings)
    if rule is not None:
        _named(setup.rules, rule)
    number = None if endpoint is None else endpoints.named(desk.engine, endpoint).id
    now = desk.clock()
    with writing(desk.engine) as connection:
        if forecast is None:
            standing = alert_facts.standing(connection)
            if standing is None:
                raise NothingKnown("there is no forecast to acknowledge; run `forecaster update`")
            forecast = standing["forecast_id"]
        elif alert_facts.document(connection, forecast) is None:
            every = [one.forecast_id for one in forecasts.history(desk.engine)]
            raise UnknownName("forecast", forecast, every, see="forecaster history")
        known = Acknowledged(number, rule, forecast, now, actor.name)
        evaluate.acknowledged(connection, setup, known, now)
        stated = {"rule": rule, "endpoint": endpoint}
        details = {name: one for name, one in stated.items() if one is not None}
        line = Entry(actor, "alerts.acknowledge", forecast, details)
        audit.write_within(connection, line, now=now)
    return known


def _named(known: rules.Rules, name: str) -> Rule:
    if name not in known:
        raise UnknownName("rule", name, known, see=SEE)
    return known[name]


def _changed(rule: Rule, name: str, changes: Sequence[str]) -> Rule:
    """The rule with other values for some keys; a measure takes the place of another."""
    if not changes:
        return rule
    try:
        stated = tomllib.loads("\n".join(changes))
    except tomllib.TOMLDecodeError as error:
        raise WrongValue("set", f"{error}; write a line of the file, as 'points = 5'") from None
    try:
        return rules.with_changes(name, rule, stated)
    except ValidationError as error:
        (first, *_) = rules.told(error, "")
        raise WrongValue("set", first.partition(f"rule.{name}")[2].lstrip(".: ")) from None


def _message(name: str, rule: Moved | Crossed, one: Message) -> Document:
    kind, details = telling.of_quantity(telling.Setup({}), name, rule, one, None)
    kept = ("event", "reason", "episode", "summary", "previous", "current", "change", "direction")
    return {
        "at": moment(one.at),
        "deliver_at": moment(one.deliver_at),
        "type": kind,
        **{key: details[key] for key in kept},
    }


def _moves(rule: OfQuantity, done: Replayed) -> Document:
    """How far the quantity moved from one forecast to the next."""
    steps = sorted(done.steps)
    measure = rule.measure if isinstance(rule, Moved) else _plain(rule)
    if not steps:
        return {"measure": measure, "count": 0, "median": None, "upper": None, "largest": None}
    nine_in_ten = quantiles(steps, n=10, method="inclusive")[-1] if len(steps) > 1 else steps[0]
    return {
        "measure": measure,
        "count": len(steps),
        "median": quantiles(steps, n=2, method="inclusive")[0] if len(steps) > 1 else steps[0],
        "upper": nine_in_ten,
        "largest": steps[-1],
    }


def _plain(rule: OfQuantity) -> str:
    return "units" if rule.unit == "units" else "points"
