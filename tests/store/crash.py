"""A process that starts writers and kills them, told apart from pytest so that it may fork.

Arguments: the database's URL, how many times, the seed. Each writer adds batches of ``BATCH``
readings and says so only after ``add`` came back; it is killed after a moment. The last line
printed holds, for each writer, how many batches it had acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

from forecaster.store import readings
from forecaster.store.engine import open_engine
from tests.store.support import NOW, many

BATCH = 7


def write_until_killed(url: str, writer: int, acknowledge: int) -> None:
    engine = open_engine(url)
    for number in range(100_000):
        readings.add(engine, many(BATCH, indicator=f"w{writer}_{number}"), now=NOW)
        os.write(acknowledge, b".")


def main() -> None:
    url, cycles, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)  # noqa: S311
    acknowledged = []
    for writer in range(cycles):
        listen, acknowledge = os.pipe()
        child = os.fork()
        if child == 0:
            write_until_killed(url, writer, acknowledge)
        os.close(acknowledge)
        os.read(listen, 1)  # the first batch is stored
        time.sleep(chance.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        count = 1
        while more := os.read(listen, 4096):
            count += len(more)
        os.close(listen)
        acknowledged.append(count)
    sys.stdout.write(json.dumps(acknowledged))


if __name__ == "__main__":
    main()
