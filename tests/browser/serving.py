"""A desk behind a real server on this machine, started as ours is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from forecaster.web import app
from forecaster.web.access import mount
from forecaster.web.studio import Studio
from forecaster.wiring import Desk


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Gives the address; the server is gone in the end."""
    with Studio(desk.settings.home / "cache" / "charts") as studio:
        application = app.create_app(app.site(desk, studio))
        options = {**mount.UVICORN, "log_config": None, "ws": "none"}
        server = uvicorn.Server(uvicorn.Config(application, "127.0.0.1", 0, **options))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
