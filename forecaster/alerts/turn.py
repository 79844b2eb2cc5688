"""One evaluation: every rule, for everybody who listens, over what is remembered of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pydantic import TypeAdapter

from forecaster.alerts import body, machine, telling
from forecaster.alerts.formats import render
from forecaster.alerts.machine import Message, Observation, Silence, State
from forecaster.alerts.matters import Facts, Matters
from forecaster.alerts.rules import Condition, Crossed, Event, Moved, Resolution, Revised, Rule
from forecaster.alerts.telling import Details, Setup
from forecaster.belief import QUESTION, Forecast
from forecaster.store import alert_facts, alerts, endpoints, outbox
from forecaster.store.alerts import DESK, Alert, NewAlert, Remembered
from forecaster.store.handle import Connection

_STATES = TypeAdapter(State)


class Cursor(NamedTuple):
    """Up to where one endpoint has heard of events, and when it last did."""

    seen: int
    fired_at: datetime | None = None


_CURSORS = TypeAdapter(Cursor)


class Place(NamedTuple):
    """Which rule speaks of what to whom."""

    rule: str
    subject: str
    endpoint: int


class Listener(NamedTuple):
    """Somebody who is told: an endpoint, or the desk itself."""

    id: int
    rules: tuple[str, ...] = ()
    format: str = "standard"

    def takes(self, rule: str) -> bool:
        """Whether it wants to hear of a rule; no rule named means all."""
        return not self.rules or rule in self.rules


class Turn:
    """One evaluation: what is remembered, what is silenced, who listens."""

    def __init__(self, connection: Connection, setup: Setup, now: datetime) -> None:
        self._connection, self._setup, self._now = connection, setup, now
        self._remembered = alerts.states(connection)
        self._silences = {
            rule: [Silence(one.starts_at, one.until) for one in asked]
            for rule, asked in alerts.silences_of(connection).items()
        }
        self._endpoints = [
            Listener(one.id, one.rules, one.format) for one in endpoints.live(connection)
        ]
        self._listeners = [Listener(DESK), *self._endpoints]
        self._matters = Matters(connection, setup.titles, now)
        self._documents: dict[str, Forecast | None] = {}

    # Somebody comes new

    def begin(self, endpoint: int) -> None:
        """Note for a new endpoint what is so already: it is told of none of that."""
        who = next(one for one in self._endpoints if one.id == endpoint)
        stands = alert_facts.standing(self._connection)
        for name, rule in self._setup.rules.items():
            if not who.takes(name):
                continue
            if isinstance(rule, Moved | Crossed):
                if (seen := self._seen(rule, stands)) is not None:
                    begun = machine.begin(rule, seen, self._now)
                    self._remember(Place(name, QUESTION, who.id), begun, rule.quantity)
            elif isinstance(rule, Event):
                self._save_cursor(name, who, Cursor(self._matters.newest(rule)))
            else:
                for subject in self._matters.of(rule):
                    begun = machine.begin(rule, _flag(self._now, holds=True), self._now)
                    self._remember(Place(name, subject, who.id), begun, "")

    # Numbers of a forecast

    def numbers(self, before: Forecast | None, found: Forecast | None) -> None:
        """Show every rule about a number what stands now; without it, do what is due."""
        for one in (before, found):
            if one is not None:
                self._documents[one["forecast_id"]] = one
        for name, rule in self._setup.rules.items():
            if isinstance(rule, Moved | Crossed):
                for who in self._listeners:
                    if who.takes(name):
                        self._number(name, rule, who, before, found)

    def _number(
        self,
        name: str,
        rule: Moved | Crossed,
        who: Listener,
        before: Forecast | None,
        found: Forecast | None,
    ) -> None:
        old = self._remembered.get(Place(name, QUESTION, who.id))
        said: tuple[Message, ...] = ()
        state = None if old is None or old.quantity != rule.quantity else _load(old)
        if old is not None and state is None:  # the rule watches something else now
            self._gone(old)
        fresh = state is None
        if state is None:
            # Whoever comes new has seen what stood until now.
            first = self._seen(rule, before or found)
            if first is None:
                return
            state = machine.begin(rule, first, self._now)
        new = self._seen(rule, found)
        silences = self._silences.get(name, ())
        if new is None:
            state, said = machine.advance(rule, state, self._now, silences)
        else:
            state, said = machine.observe(rule, state, new, self._now, silences)
        if said or fresh or new is not None:
            self._remember(Place(name, QUESTION, who.id), state, rule.quantity)
        self._tell_numbers(name, rule, who, said)

    def _seen(self, rule: Moved | Crossed, document: Forecast | None) -> Observation | None:
        return None if document is None else telling.observation(rule, document, self._now)

    def _tell_numbers(
        self, name: str, rule: Moved | Crossed, who: Listener, said: tuple[Message, ...]
    ) -> None:
        for one in said:
            document = self._document(one.current.id)
            kind, details = telling.of_quantity(self._setup, name, rule, one, document)
            self._add(Place(name, QUESTION, who.id), one, kind, details)

    def _document(self, forecast_id: str) -> Forecast | None:
        if forecast_id not in self._documents:
            found = alert_facts.document(self._connection, forecast_id)
            self._documents[forecast_id] = found
        return self._documents[forecast_id]

    def acknowledge(self, document: Forecast, endpoint: int | None, rule: str | None) -> None:
        """Measure moves from a forecast that somebody knows."""
        self._documents[document["forecast_id"]] = document
        for name, one in self._setup.rules.items():
            if not isinstance(one, Moved) or rule not in {None, name}:
                continue
            seen = self._seen(one, document)
            for who in self._listeners:
                old = self._remembered.get(Place(name, QUESTION, who.id))
                if endpoint not in {None, who.id} or seen is None:
                    continue
                if old is None or old.quantity != one.quantity:
                    continue
                silences = self._silences.get(name, ())
                state, said = machine.acknowledge(one, _load(old), seen, self._now, silences)
                self._remember(Place(name, QUESTION, who.id), state, one.quantity)
                self._tell_numbers(name, one, who, said)

    # What is no number

    def conditions(self, *shapes: type[Condition]) -> None:
        """Judge the conditions, or those of some kinds."""
        for name, rule in self._setup.rules.items():
            if isinstance(rule, Moved | Crossed | Event):
                continue
            if not shapes or isinstance(rule, shapes):
                holds = self._matters.of(rule)
                for who in self._listeners:
                    if who.takes(name):
                        self._condition(name, rule, who, holds)

    def _condition(
        self, name: str, rule: Condition, who: Listener, holds: dict[str, Facts]
    ) -> None:
        known = {
            subject: old
            for (of, subject, endpoint), old in self._remembered.items()
            if of == name and endpoint == who.id
        }
        for subject in sorted(holds.keys() | known.keys()):
            old = known.get(subject)
            found = _flag(self._now, holds=subject in holds)
            begun = machine.begin(rule, _flag(self._now, holds=False), self._now)
            state = begun if old is None else _load(old)
            silences = self._silences.get(name, ())
            if old is not None and found.value == state.current.value:
                after, said = machine.advance(rule, state, self._now, silences)
            else:
                after, said = machine.observe(rule, state, found, self._now, silences)
            if said or old is None or found.value != state.current.value:
                self._remember(Place(name, subject, who.id), after, "")
            facts = holds.get(subject)
            for one in said:
                if facts is None:
                    facts = self._last_facts(name, rule, subject, who)
                kind, details = telling.of_matter(self._setup, name, rule, one, (subject, facts))
                self._add(Place(name, subject, who.id), one, kind, details)

    def _last_facts(self, name: str, rule: Condition, subject: str, who: Listener) -> Facts:
        """What was told of a condition that does not hold any more."""
        told = alerts.last_details(self._connection, name, subject, who.id)
        if told is None:
            return {"summary": rule.title or subject}
        return {**told["facts"], "summary": told["summary"]}

    def events(self) -> None:
        """Tell what happened since each listener last heard of it."""
        for name, rule in self._setup.rules.items():
            if isinstance(rule, Revised | Resolution):
                newest = self._matters.newest(rule)
                for who in self._listeners:
                    if who.takes(name):
                        self._event(name, rule, who, newest)

    def _event(self, name: str, rule: Event, who: Listener, newest: int) -> None:
        old = self._remembered.get(Place(name, "", who.id))
        if old is None:  # nobody is told of what happened before they listened
            self._save_cursor(name, who, Cursor(newest))
            return
        cursor = _CURSORS.validate_json(old.state)
        silences = self._silences.get(name, ())
        fired_at = None if cursor.fired_at is None else min(cursor.fired_at, self._now)
        waits = not machine.may_fire(rule, fired_at, self._now)
        if cursor.seen >= newest or waits or machine.silenced(silences, self._now):
            return  # what happens meanwhile is told when it may be
        happened = self._matters.happened(rule, cursor.seen, newest)
        self._save_cursor(name, who, Cursor(newest, self._now if happened else cursor.fired_at))
        for subject, facts in happened:
            said = telling.Happened(self._now, machine.told_at(rule, self._now))
            kind, details = telling.of_matter(self._setup, name, rule, said, (subject, facts))
            self._add(Place(name, subject, who.id), said, kind, details)

    # What is gone

    def withdraw(self) -> None:
        """Close what is open under a rule that is gone, or that somebody takes no longer."""
        takers = {who.id: who for who in self._listeners}
        for old in self._remembered.values():
            who = takers.get(old.endpoint)
            if who is None or old.open_since is None:
                continue
            if old.rule not in self._setup.rules or not who.takes(old.rule):
                self._gone(old)

    def _gone(self, old: Remembered) -> None:
        """Close the open alert of a rule as it was, if there is one."""
        if old.open_since is None:
            return
        place = Place(old.rule, old.subject, old.endpoint)
        state, said = machine.withdraw(_load(old), self._now)
        self._remember(place, state, old.quantity)
        for one in said:
            kind, details = telling.withdrawn(self._setup, old.rule, one, old.subject)
            self._add(place, one, kind, details)

    # What is kept, and what is sent

    def _remember(self, place: Place, state: State, quantity: str) -> None:
        text = _STATES.dump_json(state).decode()
        self._save(place, text, quantity=quantity, open_since=state.opened_at)

    def _save_cursor(self, name: str, who: Listener, cursor: Cursor) -> None:
        self._save(Place(name, "", who.id), _CURSORS.dump_json(cursor).decode())

    def _save(
        self, place: Place, state: str, *, quantity: str = "", open_since: datetime | None = None
    ) -> None:
        one = Remembered(*place, quantity, state, open_since)
        alerts.remember(self._connection, one, self._now)

    def _add(
        self, place: Place, said: Message | telling.Happened, kind: str, details: Details
    ) -> None:
        one = NewAlert(
            *place,
            event=said.kind,
            type=kind,
            episode=said.episode,
            at=said.at,
            deliver_at=said.deliver_at,
            forecast_id=details.get("forecast_id"),
            details=details,
        )
        alerts.add(self._connection, [one])

    def release(self) -> int:
        """Put into the outbox what may be told by now; returns how many messages that made."""
        return sum(self._release(who) for who in self._listeners if who.id != DESK)

    def _release(self, who: Listener) -> int:
        waiting = alerts.ready(self._connection, who.id, self._now)
        alone = [[one] for one in waiting if not self._groups(one)]
        together = [one for one in waiting if self._groups(one)]
        messages = [*alone, *([together] if together else [])]
        for some in messages:
            event = body.message(some)
            webhook_id = outbox.put(
                self._connection,
                endpoint=who.id,
                kind=event["type"],
                body=render(who.format, event),
                now=self._now,
            )
            alerts.taken(self._connection, [one.id for one in some], webhook_id)
        return len(messages)

    def _groups(self, one: Alert) -> bool:
        rule: Rule | None = self._setup.rules.get(one.rule)
        return rule is None or rule.group


def _load(old: Remembered) -> State:
    return _STATES.validate_json(old.state)


def _flag(now: datetime, *, holds: bool) -> Observation:
    """A condition as a number: 1 while it holds."""
    value = float(holds)
    return Observation("", now, value, value, value, 0.0, now)
