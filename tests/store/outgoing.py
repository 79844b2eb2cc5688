"""Endpoints and messages for tests that need some."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from forecaster.store import endpoints, outbox
from forecaster.store.endpoints import Endpoint, NewEndpoint
from forecaster.store.engine import writing
from tests.store.support import NOW, Somebody

WHO = Somebody("an operator", "token")


def endpoint(engine: Engine, name: str = "desk", rules: tuple[str, ...] = ()) -> Endpoint:
    new = NewEndpoint(name, "https://example.org/x", "sealed", "standard", rules, "sealed too")
    return endpoints.create(engine, new, WHO, now=NOW)


def put(engine: Engine, one: Endpoint, body: bytes = b"{}", now: datetime = NOW) -> str:
    with writing(engine) as connection:
        return outbox.put(connection, endpoint=one.id, kind="webhook.test", body=body, now=now)
