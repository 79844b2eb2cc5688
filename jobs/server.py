"""Uvicorn with what our service needs beyond it: it ends with the jobs, and they with it."""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn

from forecaster.web.access import mount
from jobs import logs
from jobs.threads import Jobs, Told

SWITCH_SECONDS = 0.0005
GRACE_SECONDS = 5  # for answers that are under way when we are told to end
#: What one connection may take. How many there may be at once is for the door to say.
LIMITS: dict[str, Any] = {
    "http": "h11",
    "h11_max_incomplete_event_size": 32_768,  # bytes of a request line with its headers
    "timeout_keep_alive": 15,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}


def config(application: Any) -> uvicorn.Config:
    """How an application is served. Our logs tell what went wrong, and no log who asked for what.

    What proxies say is left to the door, which knows whose word counts.
    """
    return uvicorn.Config(
        application, log_config=None, access_log=False, lifespan="on", **LIMITS, **mount.UVICORN
    )


class Server(uvicorn.Server):
    """Serves until it is told to end, or the jobs break."""

    def __init__(self, config: uvicorn.Config, told: Told, jobs: Jobs | None, where: str) -> None:
        super().__init__(config)
        self._told = told
        self._jobs = jobs
        self._where = where

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say where the pages are."""
        # Each answer takes the interpreter back from the makers of pages several times; at the
        # usual five milliseconds a finished page would be sent later than a new one is made.
        sys.setswitchinterval(SWITCH_SECONDS)
        await super().startup(sockets)
        if self.started:
            logs.get().info("the pages are served", address=self._where)

    async def on_tick(self, counter: int) -> bool:
        """Whether to end: ten times a second."""
        if self._told.yes or (self._jobs is not None and self._jobs.ended):
            return True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send the last answers, while the jobs come to their end."""
        if self._jobs is not None:
            self._jobs.runner.stop()
        await super().shutdown(sockets)
