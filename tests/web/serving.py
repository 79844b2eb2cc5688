"""A desk behind the real door, served on a port of loopback, with a forecast or without."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI

from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.store.handle import Engine
from jobs import server
from tests import synthetic


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """A real server, set as ours is; gives its address."""
    config = server.config(app)
    config.port = 0
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        while not running.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = running.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join()


def put(engine: Engine, name: str = "synthetic", **changed: Any) -> None:
    """Store a made-up forecast of some minutes ago, without a posterior."""
    moment = (datetime.now(UTC) - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    document = synthetic.document()
    document["forecast_id"], document["data_through"] = name, "2026-10-31"
    document["as_of"] = document["created_at"] = moment
    document["headline"].update(changed)  # type: ignore[typeddict-item]
    with writing(engine) as connection:
        forecasts.insert(
            connection, document, kind="published", posterior_path=None, posterior_sha256=None
        )
