"""A process that publishes forecasts and is killed, told apart from pytest so that it may fork.

Arguments: the state folder, how many times. Each child publishes one forecast and says so, and goes
on with the next until it is killed after a moment. The line printed holds the forecasts that were
said to be published, of all children.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import datetime, timedelta

from forecaster import settings
from forecaster.alerts.telling import Setup
from forecaster.publish import publish
from forecaster.store import forecasts
from forecaster.store.engine import open_engine
from tests.alerts.rules.support import after, document, rule


def publish_until_killed(home: str, cycle: int, acknowledge: int) -> None:
    engine = open_engine(f"sqlite:///{home}/{settings.DATABASE_NAME}")
    setup = Setup({"headline": rule(points=3.0)})
    for number in range(1000):
        now: datetime = after(days=1 + cycle) + timedelta(minutes=number)
        name = f"cycle-{cycle}-{number}"
        standing = forecasts.standing(engine)
        low = standing is not None and standing["headline"]["mean"] < 0.5
        found = document(name, now, 0.7 if low else 0.2)  # far from the last one
        publish(
            engine,
            found,
            kind="published",
            posterior_path=f"posteriors/{name}.nc",
            posterior_sha256="0" * 64,
            alerting=setup,
            now=now,
        )
        os.write(acknowledge, b".")


def main() -> None:
    home, cycles = sys.argv[1], int(sys.argv[2])
    chance = random.Random(1)  # noqa: S311
    said = []
    for cycle in range(cycles):
        listen, acknowledge = os.pipe()
        child = os.fork()
        if child == 0:
            publish_until_killed(home, cycle, acknowledge)
        os.close(acknowledge)
        count = len(os.read(listen, 1))
        time.sleep(chance.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(listen, 4096):
            count += len(more)
        os.close(listen)
        said += [f"cycle-{cycle}-{number}" for number in range(count)]
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
