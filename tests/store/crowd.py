"""Several processes that write and read at once. Arguments: URL, processes, adds of each."""

from __future__ import annotations

import os
import sys

from forecaster.store import readings
from forecaster.store.engine import open_engine
from tests.store.support import NOW, new


def write(url: str, writer: int, adds: int) -> None:
    """Each adds a period of its own, and a revision of the one that all share."""
    engine = open_engine(url)
    for number in range(adds):
        own = new(1.0, indicator=f"w{writer}", period=f"20{number:02d}")
        shared = new(writer + number / 1000, number, indicator="shared")
        readings.add(engine, [own, shared], now=NOW)
        readings.as_known(engine, NOW, indicator="shared")
    engine.dispose()


def main() -> None:
    url, processes, adds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    children = []
    for writer in range(processes):
        child = os.fork()
        if child == 0:
            write(url, writer, adds)
            return
        children.append(child)
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))


if __name__ == "__main__":
    main()
