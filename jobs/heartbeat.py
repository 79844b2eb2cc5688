"""Tell an outside monitor that a job succeeded: one GET, which never holds up or fails a job."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import httpx

from jobs import logs

SECONDS = 10.0


class Heartbeat:
    """Calls the operator's address, in a thread of its own, one call at a time.

    The address is a secret, since whoever knows it may call it: only its host is ever logged.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._call: threading.Thread | None = None

    def beat(self) -> None:
        """Call the address now, unless there is none or the last call still waits."""
        if self._url is None:
            return
        if self._call is not None and self._call.is_alive():
            self._tell("the last call has not been answered yet; this one is left out")
            return
        self._call = threading.Thread(target=self._get, args=(self._url,), daemon=True)
        self._call.start()

    def wait(self, seconds: float) -> None:
        """Let a call that is under way end, for some seconds."""
        if self._call is not None:
            self._call.join(seconds)

    def _get(self, url: str) -> None:
        try:
            # The body is not read, so that a slow or endless one costs nothing.
            with httpx.stream("GET", url, timeout=SECONDS) as answer:
                if not answer.is_success:
                    self._tell(f"it answered {answer.status_code}")
        except httpx.HTTPError as error:
            self._tell(type(error).__name__)

    def _tell(self, why: str) -> None:
        host = urlsplit(self._url or "").hostname
        logs.get().warning("the heartbeat was not heard", host=host, why=why)
