"""The book of endpoints: add, change, test and end them, each with its line in the audit log."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from forecaster.alerts import ending, evaluate, guard, mail, rules, signing
from forecaster.alerts.formats import CHATS, FORMATS, Event, render
from forecaster.alerts.guard import Guard, NotAllowed
from forecaster.alerts.retry import Outcome
from forecaster.alerts.sender import Message, Sender
from forecaster.alerts.vault import Vault
from forecaster.errors import WrongValue, nearest
from forecaster.settings import Settings
from forecaster.store import endpoints, outbox
from forecaster.store.audit import Actor
from forecaster.store.endpoints import Endpoint, NewEndpoint
from forecaster.store.engine import writing
from forecaster.store.handle import Engine
from forecaster.store.instants import to_text
from indicators.address import redacted

OVERLAP = timedelta(hours=24)
LOOK_UP = 5.0
TEST = "webhook.test"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")


class Added(NamedTuple):
    """A new endpoint, its secret, and whether its name could be looked up."""

    endpoint: Endpoint
    secret: str
    found: bool


class Tested(NamedTuple):
    """A test message and how it ended."""

    webhook_id: str
    outcome: Outcome


@dataclass(frozen=True)
class Book:
    """The endpoints of one installation."""

    engine: Engine
    settings: Settings
    clock: Callable[[], datetime]
    resolve: guard.Resolver = guard.look_up

    def add(self, url: str, name: str, kind: str, actor: Actor, takes: Sequence[str] = ()) -> Added:
        """Store an endpoint; its secret is given this once.

        Raises
        ------
        WrongValue
            If a field cannot be meant, there is no such rule, or the address is not to be dialled.
        UsageError
            If another endpoint has the name.
        """
        if kind not in FORMATS:
            raise WrongValue("format", f"{kind!r} is none; expected {', '.join(FORMATS)}")
        if not _NAME.fullmatch(name):
            raise WrongValue(
                "name",
                f"{name!r} is no name; take up to 48 letters, digits, dots and dashes, as "
                "desk-chat",
            )
        setup = evaluate.prepare(self.settings)
        for one in takes:
            _require_rule(one, setup.rules)
        found = self._checked(url, kind)
        secret, vault = signing.new_secret(), Vault(self.settings)
        new = NewEndpoint(
            name, shown(url, kind), vault.seal(url), kind, tuple(takes), vault.seal(secret)
        )
        now = self.clock()
        with writing(self.engine) as connection:
            stored = endpoints.create_within(connection, new, actor, now=now)
            evaluate.joined(connection, setup, stored.id, now)
        return Added(stored, secret, found)

    def rotate(self, name: str, actor: Actor, *, at_once: bool = False) -> str:
        """A new secret; the old one signs beside it for 24 hours unless it ends at once."""
        secret, now = signing.new_secret(), self.clock()
        sealed = Vault(self.settings).seal(secret)
        with writing(self.engine) as connection:
            one = endpoints.standing(connection, name)
            endpoints.change(
                connection,
                one.id,
                secret=sealed,
                previous_secret=None if at_once else one.secret,
                previous_until=None if at_once else now + OVERLAP,
            )
            endpoints.note(connection, actor, "endpoint.rotate", one, now)
        return secret

    def disable(self, name: str, actor: Actor, why: str = "disabled by hand") -> bool:
        """Stop sending to one; what waits becomes dead. False if it was disabled already."""
        now = self.clock()
        with writing(self.engine) as connection:
            one = endpoints.standing(connection, name)
            if one.disabled_at is None:
                ending.disable(connection, one, why, actor, now)
            return one.disabled_at is None

    def enable(self, name: str, actor: Actor) -> bool:
        """Send to one again, with a clean record. False if it was not disabled."""
        now = self.clock()
        with writing(self.engine) as connection:
            one = endpoints.standing(connection, name)
            if one.disabled_at is not None:
                clean = {"failing_since": None, "failures": 0, "paused_until": None}
                endpoints.change(connection, one.id, disabled_at=None, disabled_why="", **clean)
                endpoints.note(connection, actor, "endpoint.enable", one, now)
            return one.disabled_at is not None

    def remove(self, name: str, actor: Actor) -> None:
        """Take one away; its name is free, its deliveries stay on record."""
        now = self.clock()
        with writing(self.engine) as connection:
            one = endpoints.standing(connection, name)
            outbox.give_up(connection, one.id, now)
            endpoints.change(connection, one.id, removed_at=now, secret="", previous_secret=None)
            endpoints.note(connection, actor, "endpoint.remove", one, now)

    def test(self, name: str) -> Tested:
        """Send one ``webhook.test`` now, past the outbox; it is never tried again."""
        one = endpoints.named(self.engine, name)
        sender = Sender(self.settings, self.clock, Guard(self._open, self.resolve))
        message = Message(
            f"msg_{secrets.token_hex(16)}", render(one.format, test_event(name, self.clock()))
        )
        return Tested(message.webhook_id, sender.send(message, one))

    @property
    def _open(self) -> tuple[str, ...]:
        return self.settings.webhook_allow_cidrs

    def _checked(self, url: str, kind: str) -> bool:
        if kind == "email":
            try:
                mail.recipient(url)
            except ValueError as error:
                raise WrongValue("url", f"{error}, as mailto:desk@example.org") from None
            return True
        if url.startswith(mail.SCHEME):
            raise WrongValue("url", "an e-mail address goes with the format email")
        try:
            return Guard(self._open, self.resolve).save(url, LOOK_UP)
        except NotAllowed as error:
            raise WrongValue("url", str(error)) from None


def _require_rule(name: str, known: rules.Rules) -> None:
    """Refuse a name that no rule has; that an endpoint was disabled is told under a name, too."""
    names = [*known, ending.KIND]
    if name not in names:
        near = nearest(name, names)
        hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(names)}"
        raise WrongValue("rule", f"no rule is called {name!r}; {hint}")


def shown(url: str, kind: str) -> str:
    """An address as it may be shown: of a chat's only the host, since the rest is a password."""
    if kind not in CHATS:
        return redacted(url)
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/***"


def test_event(name: str, now: datetime) -> Event:
    """The message of the test button."""
    return {
        "type": TEST,
        "timestamp": to_text(now),
        "data": {"summary": f"A test of the endpoint {name}; nothing has moved.", "endpoint": name},
    }
