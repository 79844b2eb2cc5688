"""Sends what lies in the outbox, many endpoints at once and one message at a time to each.

1. Claim due rows in one short transaction, one for each endpoint.
2. Send each outside any transaction, in a thread of its own.
3. Write down what came of them, and claim what is due now, in the next transaction.

Killed between any two steps it loses nothing: what was claimed and not settled is claimed again
after a minute and sent under the same id. Endpoints whose last attempt failed get half of the
threads at most, so that those that hang, however many, leave room for the others.
"""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from forecaster.alerts import ending, retry
from forecaster.alerts.retry import Health, Outcome
from forecaster.alerts.sender import Message
from forecaster.errors import StoreError
from forecaster.store import claims, endpoints
from forecaster.store.claims import Claim
from forecaster.store.engine import reading, writing
from forecaster.store.handle import Connection, Engine
from forecaster.store.outbox import Attempt

POLL = 0.4
SLOTS = 64
LATE = 5.0  # the pause after the database could not be used
GRACE = 4.0  # for what is under way when told to stop

Send = Callable[[Message, endpoints.Endpoint], Outcome]
Tell = Callable[[str], None]


class Sent(NamedTuple):
    """A claim and how its attempt ended."""

    claim: Claim
    at: datetime
    outcome: Outcome


@dataclass
class Dispatcher:
    """The loop. ``tell`` hears in one line what an operator should know."""

    engine: Engine
    send: Send
    clock: Callable[[], datetime]
    slots: int = SLOTS
    tell: Tell = lambda _line: None
    chance: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        self._sent: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._unsettled: list[Sent] = []
        self._flying: dict[int, Claim] = {}
        self._stop = threading.Event()

    def stop(self) -> None:
        """Claim nothing more, and end when what is under way has ended."""
        self._stop.set()

    def run(self) -> None:
        """Send until told to stop.

        Whatever is not done some seconds after that is left behind: it is claimed again in a
        minute, by whoever is there then.
        """
        while not self._stop.is_set():
            self._step()
        ends_at = monotonic() + GRACE
        while (self._flying or self._unsettled) and monotonic() < ends_at:
            self._step()

    def run_dry(self) -> None:
        """Send until nothing is due any more; for tests and tools."""
        self._launch(self._turn())
        while self._flying or self._unsettled:
            self._await(POLL)
            self._launch(self._turn())

    def _step(self) -> None:
        self._await(POLL)
        try:
            self._launch(self._turn())
        except StoreError as error:
            self._pause(str(error))
        except Exception as error:  # noqa: BLE001 - the service and its other work go on
            self._pause(f"unexpected {type(error).__name__}: {error}")

    def _pause(self, why: str) -> None:
        self.tell(f"deliveries wait: {why}")
        self._stop.wait(LATE)

    def _launch(self, claimed: Sequence[Claim]) -> None:
        for claim in claimed:
            self._flying[claim.id] = claim
            # Daemons, so that a receiver that hangs does not hold up the end of the process.
            threading.Thread(
                target=self._attempt, args=(claim,), name="delivery", daemon=True
            ).start()

    def _await(self, seconds: float) -> None:
        """Take what has been sent; wait for some, unless there is something to settle already."""
        if not self._unsettled:
            with suppress(queue.Empty):
                self._take(self._sent.get(timeout=seconds))
        with suppress(queue.Empty):
            while True:
                self._take(self._sent.get_nowait())

    def _take(self, sent: Sent) -> None:
        self._flying.pop(sent.claim.id, None)
        self._unsettled.append(sent)

    def _attempt(self, claim: Claim) -> None:
        at = self.clock()
        try:
            outcome = self.send(Message(claim.webhook_id, claim.body), claim.endpoint)
        except Exception as error:  # noqa: BLE001 - a row that breaks us may not be sent for ever
            outcome = Outcome(None, f"unexpected {type(error).__name__}: {error}")
        self._sent.put(Sent(claim, at, outcome))

    def _turn(self) -> list[Claim]:
        """Settle what was sent and claim what is due."""
        now = self.clock()
        free = 0 if self._stop.is_set() else self.slots - len(self._flying)
        half = max(self.slots // 2, 1)
        troubled = sum(one.endpoint.failing_since is not None for one in self._flying.values())
        room = max(half - troubled, 0)
        if not self._unsettled:
            if free <= 0:
                return []
            with reading(self.engine) as connection:
                if not claims.due(connection, now, free, room):
                    return []
        told: list[str] = []
        with writing(self.engine) as connection:
            for sent in self._unsettled:
                told += self._settle(connection, sent, now)
            rows = claims.due(connection, now, free, room) if free > 0 else []
            claimed = claims.claim(connection, rows, now)
        self._unsettled.clear()
        for line in told:
            self.tell(line)
        return claimed

    def _settle(self, connection: Connection, sent: Sent, now: datetime) -> Sequence[str]:
        claim, outcome = sent.claim, sent.outcome
        attempt = Attempt(
            claim.number,
            sent.at,
            outcome.status,
            outcome.milliseconds,
            outcome.what,
            outcome.response,
        )
        endpoint = endpoints.numbered(connection, claim.endpoint.id)
        before = (
            Health()
            if endpoint is None
            else Health(endpoint.failing_since, endpoint.failures, endpoint.paused_until)
        )
        verdict = retry.judge(outcome, claim.number, before, now, self.chance())
        claims.settle(connection, claim, attempt, verdict.status, verdict.next_attempt_at)
        if endpoint is None:
            return []
        if verdict.health != before:
            endpoints.change(connection, endpoint.id, **verdict.health._asdict())
        if verdict.disable and endpoint.disabled_at is None:
            return [ending.disable_failing(connection, endpoint, verdict.disable, now)]
        return []
