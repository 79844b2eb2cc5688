"""The runner in a thread of its own, and the signals that end the service."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from jobs import logs
from jobs.runner import Runner


class Told:
    """Whether SIGTERM or SIGINT has come. A handler only sets a mark: it may take no lock."""

    def __init__(self) -> None:
        self.yes = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.yes = True


@contextmanager
def listening() -> Iterator[Told]:
    """Notice both signals instead of dying of them."""
    told = Told()
    before = {one: signal.signal(one, told) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Jobs:
    """A runner in a thread of its own."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self._broken: list[Exception] = []
        self._thread = threading.Thread(target=self._work, name="jobs")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether they have come to their end, told or not."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for their end, but no longer than that."""
        self._thread.join(seconds)

    def end(self) -> None:
        """Let them come to their end, and raise what broke them, if anything did."""
        self.runner.stop()
        self._thread.join()
        if self._broken:
            raise self._broken[0]

    def _work(self) -> None:
        try:
            self.runner.run()
        except Exception as error:  # noqa: BLE001 - raised by the thread that started us
            self._broken.append(error)


def end_within(seconds: float) -> None:
    """End this process by then, even if a thread hangs: what it had is taken up by the next one."""

    def end() -> None:
        logs.get().error("something did not come to its end in time; it is left")
        os._exit(1)

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
