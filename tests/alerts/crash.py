"""A process that delivers and is killed again and again; apart from pytest, so that it may fork.

Arguments: the state folder, how many messages, how many kills, the seed.
Each child is killed at one of its steps, chosen by chance: before or after a message is put, before
or after a claim, while it sends, before or after the outcome is settled. The next child's clock is
a minute ahead, so that what the last one had claimed may be claimed again. The last line printed
holds the ids that were committed, and how many kills fell on which step.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from forecaster import settings
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.retry import Outcome
from forecaster.alerts.sender import Message, Sender
from forecaster.store import claims, endpoints, outbox
from forecaster.store.endpoints import Endpoint
from forecaster.store.engine import open_engine, writing
from forecaster.wiring import utc_now

STEPS = ("put", "claim", "send", "sent", "settle", "settled")
ENDPOINTS = 5


def main() -> None:
    home, messages, kills, seed = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    chance = random.Random(seed)  # noqa: S311
    for heavy in ("indicators.wire", "cryptography.fernet"):
        import_module(heavy)  # once, so that each child need not
    fell: Counter[str] = Counter()
    done = 0
    for number in range(kills):
        step, times = chance.choice(STEPS), chance.randint(1, 4)
        # Each child writes its share of the messages, and sends whatever is due.
        share = messages * (number + 1) // kills - done
        done += share
        child = os.fork()
        if child == 0:
            deliver(home, share, number, step, times)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            fell[step] += 1
    child = os.fork()
    if child == 0:
        for more in range(3):
            deliver(home, 0, kills + more, "", 0)
        os._exit(0)
    os.waitpid(child, 0)
    sys.stdout.write(json.dumps({"kills": dict(fell), "committed": committed(home)}))


def deliver(home: Path, share: int, number: int, step: str, times: int) -> None:
    """Put messages and send, until the step comes for the n-th time."""
    left = times

    def at(name: str) -> None:
        nonlocal left
        if name == step:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    chosen = settings.load({**os.environ, "FORECASTER_HOME": str(home)})
    engine = open_engine(chosen.database_url)
    ahead = timedelta(minutes=2 * (number + 1))

    def clock() -> datetime:
        return utc_now() + ahead

    for each in range(share):
        at("put")
        with writing(engine) as connection:
            one = endpoints.live(connection)[each % ENDPOINTS]
            body = json.dumps({"number": number, "each": each}).encode()
            outbox.put(connection, endpoint=one.id, kind="webhook.test", body=body, now=clock())
            at("put")
        at("put")
    sender = Sender(chosen, utc_now)

    def send(message: Message, one: Endpoint) -> Outcome:
        at("send")
        found = sender.send(message, one)
        at("sent")
        return found

    claims.claim = around(claims.claim, lambda: at("claim"))
    claims.settle = around(claims.settle, lambda: at("settle"))
    dispatcher = Dispatcher(engine, send, clock)
    turn = dispatcher._turn

    def stepped() -> list[claims.Claim]:
        found = turn()
        at("settled")
        return found

    dispatcher._turn = stepped  # type: ignore[method-assign]
    dispatcher.run_dry()


def around[**P, T](inner: Callable[P, T], mark: Callable[[], None]) -> Callable[P, T]:
    def outer(*args: P.args, **named: P.kwargs) -> T:
        mark()
        found = inner(*args, **named)
        mark()
        return found

    return outer


def committed(home: Path) -> dict[str, str]:
    engine = open_engine(f"sqlite:///{home / settings.DATABASE_NAME}")
    return {one.webhook_id: one.status for one in outbox.deliveries(engine, limit=100_000)}


if __name__ == "__main__":
    main()
