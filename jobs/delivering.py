"""Deliveries beside the jobs: the outbox is sent from while the service runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.sender import Sender
from forecaster.wiring import Desk
from jobs import logs


@contextmanager
def running(desk: Desk) -> Iterator[Dispatcher]:
    """Send in a thread of its own as long as the block lasts; any number of processes may."""
    sender = Sender(desk.settings, desk.clock)
    found = Dispatcher(desk.engine, sender.send, desk.clock, tell=_tell)
    thread = threading.Thread(target=found.run, name="deliveries", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.stop()
        thread.join()


def _tell(line: str) -> None:
    logs.get().warning(line)
