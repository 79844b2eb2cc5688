"""How soon, how surely and how often webhooks arrive, over receivers on this machine."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import process
from forecaster import settings
from forecaster.alerts.book import Book
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.sender import Sender
from forecaster.settings import Settings
from forecaster.store import endpoints, outbox
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.migrate import upgrade
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.wiring import utc_now
from tests.alerts.crash import ENDPOINTS
from tests.alerts.receiver import PATH, Receiver
from tests.replay import Fault, Route

Figures = dict[str, Any]
HERE = {"FORECASTER_WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8"}
MANY, HANGING, EACH = 100, 10, 10
WITHIN = 30.0
PACED = 200
SILENT = Route(PATH, method="POST", fault=Fault(silent=True))
BODY = b'{"type":"webhook.test","timestamp":"2026-11-26T06:10:00Z","data":{"summary":"x"}}'


@dataclass
class State:
    """One installation that delivers."""

    settings: Settings
    engine: Engine

    def add(self, receiver: Receiver, name: str) -> str:
        book = Book(self.engine, self.settings, utc_now)
        return book.add(receiver.url, name, "standard", COMMAND_LINE).secret

    def put(self, names: Sequence[str], body: bytes = BODY) -> list[str]:
        """Messages in one transaction, as one forecast would write them."""
        with writing(self.engine) as connection:
            numbers = {one.name: one.id for one in endpoints.live(connection)}
            return [
                outbox.put(
                    connection,
                    endpoint=numbers[name],
                    kind="webhook.test",
                    body=body,
                    now=utc_now(),
                )
                for name in names
            ]

    @contextmanager
    def delivering(self) -> Iterator[None]:
        sender = Sender(self.settings, utc_now)
        dispatcher = Dispatcher(self.engine, sender.send, utc_now)
        thread = threading.Thread(target=dispatcher.run)
        thread.start()
        try:
            yield
        finally:
            dispatcher.stop()
            thread.join()


@contextmanager
def state() -> Iterator[State]:
    with tempfile.TemporaryDirectory() as folder:
        chosen = settings.load({"FORECASTER_HOME": folder, **HERE})
        engine = open_engine(chosen.database_url)
        upgrade(engine)
        yield State(chosen, engine)
        engine.dispose()


def measure(kills: int) -> Figures:
    """All of it."""
    return {**crowd(), **paced(), **killed(kills)}


def crowd() -> Figures:
    """1,000 messages at once over 100 endpoints of which 10 never answer."""
    with state() as one, Receiver() as good, Receiver([SILENT]) as bad:
        for number in range(MANY):
            one.add(bad if number < HANGING else good, f"e{number}")
        with one.delivering():
            names = [f"e{number}" for _ in range(EACH) for number in range(MANY)]
            ids = one.put(names)
            began = time.monotonic()
            wanted = {
                each for each, name in zip(ids, names, strict=True) if int(name[1:]) >= HANGING
            }
            while time.monotonic() < began + WITHIN and len(good.asked) < len(wanted):
                time.sleep(0.05)
        arrived = {
            each.headers["webhook-id"]: each.at - began
            for each in reversed(good.asked)
            if each.at - began <= WITHIN
        }
    return {
        "deliveries": len(ids),
        "endpoints": MANY,
        "hanging": HANGING,
        "share_within": len(wanted & set(arrived)) / len(wanted),
        "within_seconds": WITHIN,
        "last_seconds": max(arrived.values()),
    }


def paced() -> Figures:
    """One message at a time, at moments that nobody foresees: from its commit to its arrival."""
    chance = random.Random(1)  # noqa: S311
    committed: dict[str, float] = {}
    with state() as one, Receiver() as receiver:
        one.add(receiver, "desk")
        with one.delivering():
            for _ in range(PACED):
                (name,) = one.put(["desk"])
                committed[name] = time.monotonic()
                time.sleep(chance.uniform(0, 0.3))
            ends_at = time.monotonic() + WITHIN
            while len(receiver.asked) < PACED and time.monotonic() < ends_at:
                time.sleep(0.05)
        waits = [each.at - committed[each.headers["webhook-id"]] for each in receiver.asked]
    return {
        "first_attempts": len(waits),
        "first_attempt_median": statistics.median(waits),
        "first_attempt_p95": statistics.quantiles(waits, n=20)[-1],
    }


def killed(kills: int) -> Figures:
    """Kill -9 at one of six steps, again and again; what was lost, what came under a second id."""
    with state() as one, Receiver() as receiver:
        secrets = [one.add(receiver, f"e{number}") for number in range(ENDPOINTS)]
        words = [str(one.settings.home), str(2 * kills), str(kills), "1"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.alerts.crash", *words],
            cwd=process.ROOT,
            env={"PYTHONPATH": str(process.ROOT), **HERE},
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout)
        ids = defaultdict(set)
        believed = receiver.believed(secrets)
        for each in believed:
            ids[each.body].add(each.headers["webhook-id"])
        came = {each.headers["webhook-id"] for each in believed}
    return {
        "kills": sum(told["kills"].values()),
        "kills_by_step": told["kills"],
        "committed": len(told["committed"]),
        "sent": len(believed),
        "lost": len(set(told["committed"]) - came),
        "second_ids": sum(len(each) - 1 for each in ids.values()),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300), indent=2))
